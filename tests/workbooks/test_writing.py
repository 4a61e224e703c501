import datetime as dt
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from workbooks.reading import read_rows
from workbooks.writing import ExportColumn, ExportSheet, sheet_name, write_csv, write_table

COLUMNS = (
    ExportColumn("机构名称", lambda item: item[0], width=30),
    ExportColumn("期限", lambda item: item[1], "date"),
    ExportColumn("家数", lambda item: item[2], "integer", 8),
)
DANGEROUS = [
    "=1+1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "#N/A", "{=1}", " =1", "'=1",
]  # fmt: skip


def write(items, **extra):
    stream = io.BytesIO()
    write_table(stream, [ExportSheet("任务清单", COLUMNS, items, **extra)])
    return stream.getvalue()


def test_sheet_has_title_frozen_header_filter_and_print_set_up():
    content = write([("甲", dt.date(2025, 9, 1), 3), ("乙", None, None)], title="任务清单", subtitle="2025-11-21 导出")
    sheet = load_workbook(io.BytesIO(content)).active

    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["任务清单", None, None],
        ["2025-11-21 导出", None, None],
        ["机构名称", "期限", "家数"],
        ["甲", dt.datetime(2025, 9, 1), 3],
        ["乙", None, None],
    ]
    assert [cell.number_format for cell in sheet[4]] == ["@", "yyyy-mm-dd", "0"]
    assert [cell.number_format for cell in sheet[5]] == ["@", "yyyy-mm-dd", "0"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A4", "A3:C5", "$3:$3")
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A1:C1", "A2:C2"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (
        "landscape",
        9,
        0,
    )
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [30, 16, 8]


def test_nothing_exported_is_a_formula():
    content = write([(text, text, text) for text in DANGEROUS], title="=1", subtitle="=2")
    cells = [
        cell for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row if cell.value is not None
    ]

    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells if cell.column == 1][3:] == DANGEROUS


def test_odd_characters_and_long_text_do_not_break_the_file(tmp_path):
    path = tmp_path / "out.xlsx"
    path.write_bytes(write([("甲\x00\x0b乙\ud800", None, None), ("长" * 40_000, None, None), ("䶮𠮷", None, None)]))

    assert [row.cells[0] for row in read_rows(path)] == ["机构名称", "甲乙", "长" * 32_767, "䶮𠮷"]


def test_times_are_written_in_beijing_time():
    night = dt.datetime(2025, 8, 31, 18, 0, tzinfo=dt.UTC)
    sheet = load_workbook(io.BytesIO(write([("甲", night, None)]))).active

    assert sheet["B2"].value == dt.datetime(2025, 9, 1)


def test_empty_table_has_its_header_only():
    sheet = load_workbook(io.BytesIO(write([]))).active

    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["机构名称", "期限", "家数"]]


def test_written_table_reads_back(tmp_path):
    path = tmp_path / "out.xlsx"
    path.write_bytes(write([("911401000000000018", dt.date(2025, 9, 1), 3)]))

    assert [row.cells for row in read_rows(path)][1] == ["911401000000000018", dt.date(2025, 9, 1), 3]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [("大同/平城", "大同·平城"), ("", "表"), ("长" * 40, "长" * 31), ("Tasks", "Tasks (2)"), ("'a'", "a")],
)
def test_sheet_names_are_allowed_and_different(wanted, name):
    assert sheet_name(wanted, {"tasks"}) == name


def test_csv_opens_in_excel_and_runs_nothing():
    stream = io.BytesIO()
    items = [("=1+1", dt.date(2025, 9, 1), -3), ("甲,乙", None, Decimal("1.50")), (" @x", "-2", True)]

    write_csv(stream, COLUMNS, items)

    assert stream.getvalue().decode("utf-8") == (
        "\ufeff机构名称,期限,家数\r\n'=1+1,2025-09-01,-3\r\n\"甲,乙\",,1.50\r\n' @x,'-2,是\r\n"
    )


def test_text_that_looks_like_an_escape_or_cannot_be_in_xml_reads_back_as_text(tmp_path):
    texts = ["_x0041_", "甲_x000D_乙", "_x005F_x0041_", "_x0041_x0042_", "_x12_", "\ufffe甲\uffff\x01", "𠮷\u2028\x85"]
    path = tmp_path / "export.xlsx"
    path.write_bytes(write([(text, None, None) for text in texts]))

    assert [row.cells[0] for row in read_rows(path)][1:] == [*texts[:5], "甲", "𠮷\u2028\x85"]
