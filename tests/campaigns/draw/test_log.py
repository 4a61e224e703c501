import copy
import hashlib
import json

import pytest

from campaigns import draw as engine
from tests.campaigns.draw.altering import leaves, with_altered

EVENTS = [
    ("2026-03-01T09:00:00+08:00", "datong-2026", "frozen", {"commitment": "ab" * 32}),
    ("2026-03-01T10:00:00+08:00", "datong-2026", "committed", {"source": "witness:纪检", "commitment": "cd" * 32}),
    ("2026-03-02T09:00:00+08:00", "taiyuan-2026", "frozen", {"commitment": "ef" * 32}),
    ("2026-03-03T09:00:00Z", "datong-2026", "substituted", {"count": 1, "reasons": ["已停业"], "note": None}),
]


def make_log(events=EVENTS):
    entries = []
    for at, draw, event, facts in events:
        previous = entries[-1] if entries else None
        entries.append(engine.make_entry(previous, at=at, draw=draw, event=event, facts=facts))
    return engine.make_log(entries)


def heads_of(log):
    return [(entry["number"], entry["digest"]) for entry in log["entries"]]


def sealed_again(log):
    """The log as a forger with the whole file in hand would write it: every digest fits again."""
    entries = log["entries"]
    events = [(entry["at"], entry["draw"], entry["event"], entry["facts"]) for entry in entries]
    return make_log(events)


def test_entry_is_bound_to_the_one_before():
    first, second = make_log()["entries"][:2]
    without = {key: value for key, value in second.items() if key != "digest"}
    text = json.dumps(without, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert (first["number"], first["previous"]) == (1, "0" * 64)
    assert (second["number"], second["previous"]) == (2, first["digest"])
    assert second["digest"] == hashlib.sha256(text.encode()).hexdigest()


def test_entry_follows_a_head_as_it_follows_an_entry():
    log = make_log()
    event = {"at": "2026-03-04T09:00:00Z", "draw": "", "event": "anchored", "facts": {}}

    assert engine.make_entry(log["head"], **event) == engine.make_entry(log["entries"][-1], **event)
    assert engine.make_entry(make_log([])["head"], **event) == engine.make_entry(None, **event)


@pytest.mark.parametrize("count", range(len(EVENTS) + 1))
def test_whole_log_verifies_with_every_head_it_ever_had(count):
    log = make_log(EVENTS[:count])

    assert engine.verify_log(log) is None
    assert engine.verify_log(log, [(0, engine.GENESIS), *heads_of(log)]) is None


def test_every_altered_leaf_is_noticed():
    log = make_log()

    assert [steps for steps in leaves(log) if engine.verify_log(with_altered(log, steps)) is None] == []


def test_difference_is_named_by_its_path():
    log = make_log()

    named = [
        engine.verify_log(with_altered(log, steps)).path
        for steps in [
            ("log",),
            ("entries", 1, "number"),
            ("entries", 1, "facts", "source"),
            ("entries", 2, "previous"),
            ("head", "number"),
        ]
    ]

    assert named == [
        "log",
        "entries[1].number",
        "entries[1].digest",
        "entries[2].previous",
        "head.number",
    ]


def test_entry_changed_with_its_digest_breaks_the_next():
    log = make_log()
    first = log["entries"][0]
    first["facts"] = {"commitment": "00" * 32}
    first["digest"] = engine.entry_digest(first)

    difference = engine.verify_log(log)

    assert difference == engine.Difference(
        "entries", "entries[1].previous", first["digest"], make_log()["entries"][0]["digest"]
    )


@pytest.mark.parametrize("removed", range(len(EVENTS)))
def test_entry_taken_out_is_noticed(removed):
    log = make_log()
    del log["entries"][removed]

    assert engine.verify_log(log).section in ("entries", "head")


def test_entries_exchanged_are_noticed():
    log = make_log()
    log["entries"][1:3] = reversed(log["entries"][1:3])

    assert engine.verify_log(log) == engine.Difference("entries", "entries[1].number", "2", "3")


def test_log_cut_off_before_a_printed_head_is_named():
    printed = make_log()["head"]
    log = make_log(EVENTS[:2])

    assert engine.verify_log(log) is None
    assert engine.verify_log(log, [(4, printed["digest"])]) == engine.Difference(
        "entries", "entries", f"entry 4 with the printed digest {printed['digest']}", "nothing"
    )


def test_log_written_again_differs_at_a_printed_head():
    printed = heads_of(make_log())[2]
    log = make_log()
    log["entries"][0]["facts"] = {"commitment": "00" * 32}
    log = sealed_again(log)

    difference = engine.verify_log(log, [printed])

    assert engine.verify_log(log) is None
    assert (difference.path, difference.found) == ("entries[2].digest", log["entries"][2]["digest"])


@pytest.mark.parametrize(
    "head", [(-1, "ab"), (0, "ab"), (True, "ab"), (None, None), ("1", "ab"), (2**70, {}), (1, None)]
)
def test_head_that_is_none_is_a_difference(head):
    assert engine.verify_log(make_log(), [head]).section == "entries"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"at": "2026-03-01"}, "at"),
        ({"at": "2026-02-30T09:00:00Z"}, "at"),
        ({"draw": None}, "draw"),
        ({"event": ""}, "event"),
        ({"facts": {"ratio": 0.5}}, "facts.ratio"),
        ({"facts": {"name": "e\u0301"}}, "facts.name"),
    ],
)
def test_entry_refuses_what_no_log_can_hold(change, path):
    event = {"at": "2026-03-01T09:00:00Z", "draw": "datong-2026", "event": "frozen", "facts": {}}

    with pytest.raises(engine.LogRefused) as refusal:
        engine.make_entry(None, **event | change)

    assert refusal.value.path == path


JUNK = [None, True, -1, 1.5, 2**60, "", "x", "\ud800", [], [[]], {}, {"x": {}}]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_a_difference_and_never_raises(junk):
    log = make_log()
    places = [(), *{steps[:length] for steps in leaves(log) for length in range(1, len(steps) + 1)}]
    unnoticed = []
    for steps in places:
        changed = {"whole": copy.deepcopy(log)}
        place = changed
        for step in ("whole", *steps)[:-1]:
            place = place[step]
        last = ("whole", *steps)[-1]
        if place[last] != junk:
            place[last] = junk
            if engine.verify_log(changed["whole"]) is None:
                unnoticed.append(steps)

    assert unnoticed == []


def test_facts_nested_too_deep_are_a_difference():
    log, facts = make_log(), {}
    for _ in range(64):
        facts = {"deeper": facts}
    log["entries"][0]["facts"] = facts

    assert engine.verify_log(log).section == "entries"
