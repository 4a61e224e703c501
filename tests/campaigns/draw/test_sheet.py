import copy

import pytest

from campaigns import draw as engine
from tests.campaigns.draw import checks
from tests.campaigns.draw.vectors import read_vector

ABSENT = object()

REFUSALS = [
    (["protocol"], ABSENT, "protocol", "missing"),
    (["surprise"], 1, "surprise", "unknown_key"),
    (["draw"], "大同", "draw", "not_identifier"),
    (["title"], "e\u0301", "title", "not_nfc"),
    (["title"], "\ud800", "title", "not_unicode"),
    (["sources"], ["public:a", "public:a"], "sources[1]", "duplicate"),
    (["sources"], ["public:\n"], "sources[0]", "control_character"),
    (["sources"], ["public:" + "x" * 58], "sources[0]", "too_long"),
    (["sources"], ["public:🎲"], "sources[0]", "astral_key"),
    (["lines"], [], "lines", "empty"),
    (["lines", 0, "titel"], "x", "lines[0].titel", "unknown_key"),
    (["lines", 0, "size"], {}, "lines[0].size", "not_a_size"),
    (["lines", 0, "size"], {"all": 1}, "lines[0].size.all", "not_true"),
    (["lines", 0, "size"], {"count": True}, "lines[0].size.count", "not_integer"),
    (["lines", 0, "size"], {"count": 2, "rounding": "ceil"}, "lines[0].size.rounding", "unknown_key"),
    (["lines", 0, "size"], {"ratio": {"AB": "1%"}}, "lines[0].size.ratio.AB", "not_a_class"),
    (["lines", 0, "size"], {"ratio": {"A": "01%"}}, "lines[0].size.ratio.A", "not_a_ratio"),
    (["lines", 0, "size"], {"ratio": "1.234%"}, "lines[0].size.ratio", "not_a_ratio"),
    (["lines", 0, "size"], {"ratio": "１%"}, "lines[0].size.ratio", "not_a_ratio"),
    (["lines", 0, "reserve"], -1, "lines[0].reserve", "too_low"),
    (["lines", 0, "reserve"], 2**53, "lines[0].reserve", "too_high"),
    (["lines", 0, "team", 1, "number"], 0, "lines[0].team[1].number", "too_low"),
    (["lines", 0, "team", 1, "pool"], "a b", "lines[0].team[1].pool", "not_identifier"),
    (["institutions", 7, "team", 0, "pol"], "a", "institutions[7].team[0].pol", "unknown_key"),
    (["institutions", 0, "risk"], "b", "institutions[0].risk", "not_a_class"),
    (["institutions", 0, "flags"], ["a", "a"], "institutions[0].flags", "not_sorted"),
    (["institutions", 0, "excluded"], "", "institutions[0].excluded", "empty"),
    (["institutions", 0, "county"], ABSENT, "institutions[0].county", "missing"),
    (["institutions", 0, "scale"], 1.5, "institutions[0].scale", "not_json_value"),
    (["institutions", 0, "scale"], [2**53], "institutions[0].scale[0]", "number_too_large"),
    (["institutions", 0, "🎲"], 1, "institutions[0].🎲", "astral_key"),
    (["institutions", 3], None, "institutions[3]", "not_object"),
    (["inspectors", 0, "name"], "张三", "inspectors[0].name", "unknown_key"),
    (["inspectors", 0, "pools"], "A", "inspectors[0].pools", "not_list"),
    (["inspectors", 1, "id"], "P1", "inspectors[1].id", "duplicate"),
    (["quota"], {"flag": "", "count": 1, "mode": "exactly"}, "quota.flag", "not_identifier"),
]


def small_sheet_with(steps, value):
    sheet = read_vector("small.sheet.json")
    *before, last = steps
    place = sheet
    for step in before:
        place = place[step]
    if value is ABSENT:
        del place[last]
    else:
        place[last] = value
    return sheet


@pytest.mark.parametrize(("steps", "value", "path", "code"), REFUSALS, ids=[row[2] + "-" + row[3] for row in REFUSALS])
def test_check_sheet_names_path_and_code(steps, value, path, code):
    with pytest.raises(engine.SheetRefused) as refused:
        engine.check_sheet(small_sheet_with(steps, value))

    assert (refused.value.path, refused.value.code) == (path, code)


def test_check_sheet_refuses_what_nests_too_deep():
    deep = []
    for _ in range(5_000):
        deep = [deep]

    with pytest.raises(engine.SheetRefused) as refused:
        engine.check_sheet(small_sheet_with(["institutions", 0, "deep"], deep))

    assert refused.value.code == "too_deep"


def test_check_sheet_leaves_the_sheet_as_it_was():
    sheet = read_vector("scarce.sheet.json")
    before = copy.deepcopy(sheet)

    engine.check_sheet(sheet)

    assert sheet == before


def test_quota_beside_ratios_by_class_is_refused():
    sheet = read_vector("classes.sheet.json")
    sheet["quota"] = {"flag": "centre", "count": 0, "mode": "exactly"}

    with pytest.raises(engine.SheetRefused) as refused:
        engine.check_sheet(sheet)

    assert (refused.value.path, refused.value.facts) == ("quota", {"line": "all"})


def test_impossible_quota_is_refused_with_both_sums():
    sheet = read_vector("exactly.sheet.json")
    sheet["quota"]["count"] = 99

    with pytest.raises(engine.SheetRefused) as refused:
        engine.preview(sheet)

    assert (refused.value.path, refused.value.facts) == ("quota.count", {"count": 99, "lowest": 3, "highest": 15})


def test_preview_shows_what_the_draw_does():
    sheet = read_vector("national.sheet.json")
    result = read_vector("national.transcript.json")["result"]

    shown = [
        (line.code, line.population, line.shortfall, [(cell.cell, cell.population, cell.size) for cell in line.cells])
        for line in engine.preview(sheet)
    ]

    assert shown == [
        (
            line["code"],
            line["population"],
            line["shortfall"],
            [(cell["cell"], cell["population"], cell["size"]) for cell in line["cells"]],
        )
        for line in result["lines"]
    ]


def test_preview_counts_the_shortfall():
    size = engine.preview(read_vector("sizes.sheet.json"))[4]

    assert size == engine.LineSize("count", 4, 4, 2, (engine.CellSize("*", 4, 4),))


@pytest.mark.parametrize("case", checks.RATIOS, ids=str)
def test_ratio_is_exact(case):
    checks.check_ratio(case)


def test_equal_remainders_of_a_quota_are_equal():
    checks.check_equal_remainders()
