import io
from decimal import Decimal
from zipfile import ZipFile

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from workbooks import formulas
from workbooks.statistical import Field, Group, StatisticalSheet, header_of, leaves, write_statistics

COLUMNS = (
    Field("领域", lambda row: row[0], width=20),
    Group("检查情况", (
        Field("检查机构数\n(家)", lambda row: row[1], "integer", 12, key="inspected", is_summed=True),
        Group("处理", (
            Field("责令改正\n(家)", lambda row: row[2], "integer", 10, is_summed=True),
            Field("罚没款\n(万元)", lambda row: row[3], "money", 12, is_summed=True),
        )),
    )),
)  # fmt: skip
ROWS = [("食品", 3, 1, Decimal("1.2345")), ("=1+1", 0, 0, Decimal()), ("建材", 2, 2, Decimal("0.0001"))]


def written(*sheets):
    stream = io.BytesIO()
    write_statistics(stream, sheets)
    return stream.getvalue()


def read(content, **options):
    return load_workbook(io.BytesIO(content), **options)


def table(rows=ROWS, **more):
    values = {"total": "总数", "annex": "附件：", "lines_above": ("填报单位：某局",), "notes": ("统计口径：…",), **more}
    return StatisticalSheet("汇总表", "2022年汇总表", COLUMNS, rows, **values)


def test_headers_are_merged_as_printed():
    sheet = read(written(table())).active

    assert [[cell.value for cell in row] for row in sheet["A4:D6"]] == [
        ["领域", "检查情况", None, None],
        [None, "检查机构数\n(家)", "处理", None],
        [None, None, "责令改正\n(家)", "罚没款\n(万元)"],
    ]
    assert sorted(map(str, sheet.merged_cells.ranges)) == [
        "A11:D11", "A1:D1", "A2:D2", "A3:D3", "A4:A6", "B4:D4", "B5:B6", "C5:D5",
    ]  # fmt: skip
    assert [leaf.header for leaf in leaves(COLUMNS)] == ["领域", "检查机构数\n(家)", "责令改正\n(家)", "罚没款\n(万元)"]
    assert header_of(COLUMNS).depth == 3


def test_sheet_prints_on_one_width_with_its_header_on_each_page():
    sheet = read(written(table(frozen_columns=1))).active

    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.print_area) == ("B7", "$4:$6", "'汇总表'!$A$1:$D$11")
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToWidth, setup.fitToHeight) == ("landscape", 9, 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert [cell.number_format for cell in sheet[7]] == ["@", "0", "0", "#,##0.00####"]
    assert all(cell.border.bottom.style == "thin" for row in sheet["A7:D10"] for cell in row)


def test_sums_are_formulas_that_carry_their_values():
    content = written(table(), table(rows=[("无", 7, 0, Decimal(5))]))
    first, second = read(content).worksheets

    assert [cell.value for cell in first[10]] == ["总数", "=SUM(B7:B9)", "=SUM(C7:C9)", "=SUM(D7:D9)"]
    assert [cell.value for cell in read(content, data_only=True).active[10]] == ["总数", 5, 3, 1.2346]
    others = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert others.get_sheet_by_index(0).to_python()[9] == ["总数", 5, 3, 1.2346]
    assert others.get_sheet_by_index(1).to_python()[7] == ["总数", 7, 0, 5]
    assert second["B8"].value == "=SUM(B7:B7)"


def test_table_without_rows_sums_to_nothing():
    content = written(table(rows=[]))

    assert [cell.value for cell in read(content).active[7]] == ["总数", 0, 0, 0]
    assert [cell.value for cell in read(content).active[8]] == ["统计口径：…", None, None, None]


def test_text_that_looks_like_a_formula_stays_text():
    words = ["=1+1", "+1", "-1", "@SUM(A1)"]
    content = written(
        StatisticalSheet("表", "=2", (Field("=3", lambda row: row), Field("数", lambda row: row)), words, notes=("=4",))
    )
    cells = [cell for row in read(content).active.iter_rows() for cell in row if cell.value is not None]

    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == ["=2", "=3", "数", *(word for word in words for _ in range(2)), "=4"]


def test_values_reach_formulas_wherever_the_file_is_cut():
    content = written(table())
    with ZipFile(io.BytesIO(content)) as package:
        xml = package.read("xl/worksheets/sheet1.xml")

    for size in (1, 7, 100, 10_000_000):
        pieces = list(formulas.whole_rows(io.BytesIO(xml), size))
        assert b"".join(pieces) == xml
        assert sum(b"<f>" in piece for piece in pieces) == 1
    assert xml.count(b"<f>") == xml.count(b"</f><v>") == 3
    assert formulas.plain(Decimal("0.0000001")) == "0.0000001"
