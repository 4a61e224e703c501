"""What an engine must do to be the protocol's: the tests ask it of ours, and of copies of ours broken on purpose.

Nothing here needs pytest or Django. `python -m tests.campaigns.draw.checks`, with another `campaigns.draw` first on the
path, tells which check finds fault with that one: the one line it prints is JSON, null if there is no fault.
"""

import copy
import json
import sys
import warnings
from random import Random

from campaigns import draw as engine
from campaigns.draw.ranking import Ranking
from tests.campaigns.draw.altering import alterations, forge, with_altered
from tests.campaigns.draw.invented import OPTIONS, make_request, make_sheet, make_staffed_sheet
from tests.campaigns.draw.second_opinion import Opinion, quota_range, sha
from tests.campaigns.draw.vectors import NAMES, VECTORS, options_of, read_vector, run_vector

WITH_SUBSTITUTIONS = [name for name in NAMES if "substitutions" in options_of(name)]
PROOFS = read_vector("small.proofs.json")
REFUSED = read_vector("refused.json")
TREE_SIZES = range(1, 18)


def refusal_of(kind, call, *arguments):
    """The refusal of that kind that the call ends in, or None."""
    try:
        call(*arguments)
    except kind as refusal:
        return refusal
    return None


# The example vectors


def check_run(name):
    assert engine.dump(run_vector(name)) == (VECTORS / f"{name}.transcript.json").read_text(encoding="utf-8")


def check_order_of_entries(name):
    sheet = read_vector(f"{name}.sheet.json")
    sheet["institutions"].reverse()
    sheet["inspectors"].reverse()

    assert engine.run(sheet, **options_of(name)) == read_vector(f"{name}.transcript.json")


def check_verify(name):
    assert engine.verify(read_vector(f"{name}.transcript.json")) is None


def check_substitutions_one_by_one(name):
    options = options_of(name)
    requests = options.pop("substitutions")
    transcript = engine.run(read_vector(f"{name}.sheet.json"), **options)

    for request in requests:
        transcript = engine.substitute(transcript, request)

    assert transcript == read_vector(f"{name}.transcript.json")


def check_refused(change):
    sheet = copy.deepcopy(read_vector("small.sheet.json"))
    *steps, last = change["set"]
    place = sheet
    for step in steps:
        place = place[step]
    place[last] = change["to"]

    refusal = refusal_of(engine.SheetRefused, engine.check_sheet, sheet)

    assert refusal is not None
    assert refusal.path == change["refused_at"]
    assert str(refusal).startswith(f"{change['refused_at']}: ")


# A second implementation, on invented sheets


def draw_invented(sheet):
    """The transcript, or None for a sheet whose quota is impossible: then and only then it is refused."""
    quota = sheet["quota"]
    lowest, highest = quota_range(sheet) if quota else (0, 0)
    if quota is None or lowest <= quota["count"] <= highest:
        return engine.run(sheet, **OPTIONS)
    refusal = refusal_of(engine.SheetRefused, engine.check_sheet, sheet)
    assert refusal is not None
    assert (refusal.path, refusal.code) == ("quota.count", "quota_impossible")
    assert refusal.facts == {"count": quota["count"], "lowest": lowest, "highest": highest}
    return None


def go_on(transcript, opinion, request):
    """Both with the substitution carried out, the transcript as it was where both refuse it."""
    if opinion.substitute(request):
        return engine.substitute(transcript, request)
    assert refusal_of(engine.SubstitutionRefused, engine.substitute, transcript, request) is not None
    return transcript


def check_second_opinion(seed, make=make_sheet, most=5):
    """Both draw the same, and go on so through substitutions."""
    random = Random(seed)
    sheet = make(Random(seed))
    transcript = draw_invented(sheet)
    if transcript is None:
        return
    opinion = Opinion(sheet, **OPTIONS)
    for _ in range(random.randint(0, most)):
        request = make_request(random, [opinion.team(institution) for institution in opinion.takeup])
        if request is None:
            break
        transcript = go_on(transcript, opinion, request)

    assert transcript == opinion.transcript
    assert engine.verify(transcript) is None


def check_second_opinion_of_staff(seed):
    check_second_opinion(seed, make_staffed_sheet, most=8)


def check_one_leaves_after_the_other(seed):
    """Whoever entered last leaves next, until its cell has nobody left; then the same with the next cell."""
    sheet = make_sheet(Random(seed))
    transcript = draw_invented(sheet)
    if transcript is None:
        return
    opinion = Opinion(sheet, **OPTIONS)
    for drawn in list(opinion.takeup):
        last = drawn
        while last in opinion.takeup:
            transcript = go_on(transcript, opinion, {"kind": "institution", "out": last, "reason": "已停业"})
            last = next(
                (entered["in"] for entered in opinion.transcript["substitutions"] if entered["out"] == last), None
            )

    assert transcript == opinion.transcript


def check_long_ranking():
    """3,000 in two tiers: ranked in stretches, they come in the order in which all of them at once would stand."""
    entries = [{"id": f"I{number}", "tier": number % 2, "risk": ""} for number in range(3_000)]
    positions = {tier: range(tier, 3_000, 2) for tier in (1, 0)}

    ranking = Ranking(entries, positions, lots={}, seed="ab" * 32, wanted=20)

    ordered = sorted(
        entries, key=lambda entry: (entry["tier"], sha(f"{'ab' * 32}\ninstitution\n{entry['id']}\n0".encode()))
    )
    assert [ranked.id for ranked in ranking] == [entry["id"] for entry in ordered]


def check_ratio(case):
    """The size of a line by a ratio, where binary fractions, or another rule for halves, would make it another."""
    population, ratio, rounding, size = case
    sheet = make_sheet(Random(1), institutions=0, inspectors=0)
    line = {"code": "a", "title": "条目", "size": {"ratio": ratio, "rounding": rounding}, "reserve": 0, "team": []}
    entry = {"line": "a", "tier": 0, "risk": "", "county": "140212", "flags": []}
    sheet |= {"lines": [line], "quota": None, "institutions": [entry | {"id": f"I{n}"} for n in range(population)]}

    assert [line.size for line in engine.preview(sheet)] == [size]


RATIOS = [
    (0, "40%", "ceil", 0),
    (5, "40%", "ceil", 2),
    (100, "7%", "ceil", 7),
    (100, "29%", "floor", 29),
    (5, "0.5%", "floor", 1),
    (5, "0%", "ceil", 0),
    (20, "12.5%", "half_up", 3),
    (20, "12.5%", "floor", 2),
    (12, "12.5%", "half_up", 2),
    (11, "12.5%", "half_up", 1),
    (101, "1%", "ceil", 2),
]


def check_equal_remainders():
    """Shares of 4/3, 1/3 and 1/3: the first line gets the second place, though 4/3 - 1 is less than 1/3 in floats."""
    sheet = make_sheet(Random(1), institutions=0, inspectors=0)
    line = {"title": "条目", "size": {"all": True}, "reserve": 0, "team": []}
    members = [("a", 4), ("a", 4), ("b", 1), ("b", 1), ("c", 1), ("c", 1)]
    entry = {"tier": 0, "risk": "", "county": "140212"}
    sheet["lines"] = [line | {"code": code} for code in "abc"]
    sheet["quota"] = {"flag": "centre", "count": 2, "mode": "at_least"}
    sheet["institutions"] = [
        entry | {"id": f"I{part}{number}", "line": code, "flags": [] if part % 2 else ["centre"]}
        for part, (code, size) in enumerate(members)
        for number in range(size)
    ]

    assert [line.cells[0].size for line in engine.preview(sheet)] == [2, 0, 0]
    assert Opinion(sheet, **OPTIONS).places() == [2, 0, 0]


def check_cell_runs_out():
    """An institution that left never comes back, and when all have left the next is refused."""
    transcript = read_vector("small.transcript.json")
    out, entered = "V002", []
    for _ in range(4):
        transcript = engine.substitute(transcript, {"kind": "institution", "out": out, "reason": "已停业"})
        out = transcript["substitutions"][-1]["in"]
        entered.append(out)

    request = {"kind": "institution", "out": out, "reason": "已停业"}
    refusal = refusal_of(engine.SubstitutionRefused, engine.substitute, transcript, request)

    assert refusal is not None
    assert refusal.code == "no_reserve"
    assert entered[:2] == ["V005", "V006"]
    assert sorted(entered) == ["V001", "V004", "V005", "V006"]
    assert engine.verify(transcript) is None


# Inclusion proofs


def check_proof(proof):
    transcript = read_vector("small.transcript.json")

    assert engine.prove(transcript, proof["entry"]["id"], proof["kind"]) == proof
    assert engine.check_proof(proof, transcript["manifest"])


def check_every_entry_is_proved(name):
    transcript = read_vector(f"{name}.transcript.json")
    for kind, key in (("institution", "institutions"), ("inspector", "inspectors")):
        for entry in transcript[key]:
            proof = engine.prove(transcript, entry["id"], kind)
            assert (proof["entry"], engine.proof_problem(proof, transcript["manifest"])) == (entry, None)


def check_proofs_of_a_tree_of(count):
    sheet = read_vector("small.sheet.json")
    sheet["institutions"] = [sheet["institutions"][0] | {"id": f"I{number:02}"} for number in range(count)]
    sheet["lines"] = sheet["lines"][:1]
    sheet["sources"] = ["public:a"]
    transcript = engine.run(sheet, secret=bytes(32), frozen_at="2026-01-01T00:00:00Z", contributions={"public:a": "1"})
    proofs = [engine.prove(transcript, f"I{number:02}") for number in range(count)]

    assert all(engine.check_proof(proof, transcript["manifest"]) for proof in proofs)
    assert not any(
        engine.check_proof(proof | {"index": other}, transcript["manifest"])
        for number, proof in enumerate(proofs)
        for other in range(count)
        if other != number
    )


def check_path_length():
    transcript = read_vector("small.transcript.json")
    proof = engine.prove(transcript, "E004")

    assert not engine.check_proof(proof | {"path": proof["path"][:-1]}, transcript["manifest"])
    assert not engine.check_proof(proof | {"path": [*proof["path"], "0" * 64]}, transcript["manifest"])


def check_altered_proof(change):
    transcript = read_vector("small.transcript.json")
    proof = engine.prove(transcript, "E004")

    assert not engine.check_proof(copy.deepcopy(proof) | change, transcript["manifest"])


ALTERED_PROOFS = [
    {"kind": "inspector"},
    {"kind": ["institution"]},
    {"index": 4},
    {"index": True},
    {"index": -1},
    {"index": 12},
    {"count": 13},
    {"salt": "0" * 64},
    {"salt": "zz"},
    {"entry": {"id": "E004"}},
    {"entry": {"id": 1.5}},
    {"path": []},
    {"path": ["0" * 64] * 9},
    {"path": None},
    {"more": 1},
]

# Altered transcripts


def check_every_altered_leaf_is_named(name):
    transcript = read_vector(f"{name}.transcript.json")
    named = {}
    for steps in alterations(name):
        difference = engine.verify(with_altered(transcript, steps))
        named[steps] = difference.section if difference else None

    assert {steps: section for steps, section in named.items() if section != steps[0]} == {}


FORGERIES = [
    (("title",), "小样二", None),  # another draw, and a true one
    (("institutions", "count"), 13, "institutions"),
    (("institutions", "root"), "0" * 64, "institutions"),
    (("inspectors", "count"), 0, "inspectors"),
    (("inspectors", "root"), "0" * 64, "inspectors"),
    (("secret_hash",), "0" * 64, "secret"),
]


def check_forgery(forgery):
    steps, value, section = forgery

    difference = engine.verify(forge(read_vector("small.transcript.json"), steps, value))

    assert (difference.section if difference else None) == section


# All of them, the quickest first

CHECKS = (
    (check_run, NAMES),
    (check_order_of_entries, NAMES),
    (check_verify, NAMES),
    (check_refused, REFUSED),
    (check_proof, PROOFS),
    (check_every_entry_is_proved, ["small"]),
    (check_proofs_of_a_tree_of, TREE_SIZES),
    (check_altered_proof, ALTERED_PROOFS),
    (check_path_length, None),
    (check_substitutions_one_by_one, WITH_SUBSTITUTIONS),
    (check_cell_runs_out, None),
    (check_forgery, FORGERIES),
    (check_equal_remainders, None),
    (check_ratio, RATIOS),
    (check_long_ranking, None),
    (check_every_altered_leaf_is_named, ["small"]),
    (check_second_opinion, range(60)),
    (check_second_opinion_of_staff, range(30)),
    (check_one_leaves_after_the_other, range(30)),
    (check_every_altered_leaf_is_named, ["seats"]),
)


def find_fault():
    """The first check that fails, on what, and how; None if all hold."""
    for check, cases in CHECKS:
        for case in [()] if cases is None else [(case,) for case in cases]:
            try:
                check(*case)
            except Exception as error:  # noqa: BLE001 - a broken engine may end in anything
                return {"check": check.__name__, "case": repr(case)[:80], "error": type(error).__name__}
    return None


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.stdout.write(json.dumps({"engine": engine.__file__, "fault": find_fault()}))
