import pytest

from campaigns import draw as engine
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


def test_progress_is_told_stage_by_stage():
    told = []
    engine.run(read_vector("small.sheet.json"), **options_of("small"), progress=lambda *step: told.append(step))

    assert told == [("freeze", 0, 12), ("rank", 0, 2), ("rank", 1, 2), ("teams", 0, 5)]
