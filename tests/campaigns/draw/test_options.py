import pytest

from campaigns import draw as engine
from campaigns.draw.progress import Phase
from tests.campaigns.draw.vectors import options_of, read_vector

REFUSALS = [
    ({"secret": b"short"}, "secret", "not_a_secret"),
    ({"secret": "00" * 32}, "secret", "not_a_secret"),
    ({"frozen_at": "2025-09-10T09:00:00"}, "frozen_at", "not_a_time"),
    ({"frozen_at": "2025-02-30T09:00:00+08:00"}, "frozen_at", "not_a_time"),
    ({"frozen_at": None}, "frozen_at", "not_a_time"),
    ({"contributions": []}, "contributions", "not_object"),
    ({"contributions": {"scjg:140200": "1"}}, "contributions.witness:纪检", "not_revealed"),
    ({"contributions": {"scjg:140200": "1", "witness:纪检": ""}}, "contributions.witness:纪检", "empty"),
    ({"contributions": {"scjg:140200": 1, "witness:纪检": "1"}}, "contributions.scjg:140200", "not_text"),
    ({"contributions": {"scjg:140200": "x" * 257, "witness:纪检": "1"}}, "contributions.scjg:140200", "too_long"),
    ({"contributions": {"scjg:140200": "1", "witness:纪检": "1", "x": "1"}}, "contributions.x", "not_a_source"),
    ({"substitutions": {}}, "substitutions", "not_list"),
]


@pytest.mark.parametrize(("change", "path", "code"), REFUSALS, ids=[f"{row[1]}-{row[2]}" for row in REFUSALS])
def test_run_refuses_options_with_path_and_code(change, path, code):
    with pytest.raises(engine.OptionsRefused) as refused:
        engine.run(read_vector("small.sheet.json"), **(options_of("small") | change))

    assert (refused.value.path, refused.value.code) == (path, code)


def test_freeze_promises_what_run_uses():
    options = options_of("national")
    frozen = engine.freeze(read_vector("national.sheet.json"), secret=options["secret"], frozen_at=options["frozen_at"])
    transcript = read_vector("national.transcript.json")

    assert (frozen.manifest, frozen.commitment) == (transcript["manifest"], transcript["commitment"])


def test_sources_are_people_or_public():
    sources = ["scjg:140200", "public:开奖", "witness:纪检"]

    assert engine.people_of(sources) == ["scjg:140200", "witness:纪检"]
    assert engine.public_of(sources) == ["public:开奖"]


def test_contribution_commitment_is_the_published_one():
    transcript = read_vector("small.transcript.json")

    assert {
        source: engine.contribution_commitment(source, value) for source, value in transcript["contributions"].items()
    } == transcript["contribution_commitments"]


def test_progress_is_told_phase_by_phase():
    told = []
    engine.run(read_vector("small.sheet.json"), **options_of("small"), progress=lambda *step: told.append(step))

    assert told == [
        *(("freeze", done, 20) for done in range(21)),
        ("tickets", 0, 11),
        ("lines", 0, 2),
        ("tickets", 7, 11),
        ("lines", 1, 2),
        ("tickets", 8, 11),
        ("tickets", 11, 11),
        ("lines", 2, 2),
        *(("teams", done, 5) for done in range(6)),
    ]


def test_progress_of_many_is_told_a_hundred_times():
    told = []
    phase = Phase("freeze", 25_050, lambda *step: told.append(step))
    for _ in range(25_050):
        phase.add()

    assert told == [("freeze", min(done * 250, 25_050), 25_050) for done in range(102)]


def test_progress_counts_what_was_not_needed():
    told = []
    phase = Phase("tickets", 10, lambda *step: told.append(step))
    phase.add(4)
    phase.end()
    phase.end()
    Phase("lines", 0, lambda *step: told.append(step)).end()

    assert told == [("tickets", 0, 10), ("tickets", 4, 10), ("tickets", 10, 10), ("lines", 0, 0)]
