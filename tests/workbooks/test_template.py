import io

from openpyxl import load_workbook

from workbooks.columns import Column, TableSpec
from workbooks.tables import read_table
from workbooks.template import write_template

SPEC = TableSpec(
    "检查对象名录",
    (
        Column("name", "机构名称", "name", required=True, example="=山西某某检测有限公司", note="与营业执照一致"),
        Column("uscc", "统一社会信用代码", "code", required=True, lengths=(18,), example="911401000000000018"),
        Column("level", "发证级别", "choice", choices={"国家级": 1, "省级": 2}, example="省级"),
        Column("county", "县区", "choice", choices={f"某某县{number}": number for number in range(117)}),
        Column("centre", "是否国家质检中心", "boolean", example="否"),
        Column("valid_to", "有效期至", "date", example="2027-09-01"),
        Column("staff", "人数", "integer"),
    ),
    notes=("每个机构填一行。",),
)


def template():
    return load_workbook(io.BytesIO(write_template(SPEC)))


def test_template_has_header_example_formats_and_frozen_pane():
    sheet = template()["检查对象名录"]

    assert [cell.value for cell in sheet[1]] == [
        "＊机构名称", "＊统一社会信用代码", "发证级别", "县区", "是否国家质检中心", "有效期至", "人数",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[2]] == [
        "示例：=山西某某检测有限公司", "911401000000000018", "省级", None, "否", "2027-09-01", None,
    ]  # fmt: skip
    assert {cell.data_type for cell in sheet[2] if cell.value} == {"s"}
    assert sheet[1][0].font.bold
    assert sheet.freeze_panes == "B2"
    assert [sheet.column_dimensions[letter].number_format for letter in "ABCF"] == ["@", "@", "General", "@"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (
        "landscape",
        9,
        0,
    )
    assert sheet.print_title_rows == "$1:$1"


def test_template_has_drop_downs_short_in_the_rule_long_on_a_hidden_sheet():
    book = template()
    rules = {str(rule.sqref): rule.formula1 for rule in book["检查对象名录"].data_validations.dataValidation}

    assert rules == {"C2:C5001": '"国家级,省级"', "D2:D5001": "'参数表'!$A$2:$A$118", "E2:E5001": '"是,否"'}
    assert book["参数表"].sheet_state == "hidden"
    assert [book["参数表"].cell(row, 1).value for row in (1, 2, 118)] == ["县区", "某某县0", "某某县116"]


def test_notes_sheet_explains_every_column():
    sheet = template()["填写说明"]
    rows = list(sheet.iter_rows(values_only=True))

    assert rows[0][0] == "检查对象名录填写说明"
    assert rows[1][0] == "1. 每个机构填一行。"
    assert ("机构名称", "必填", "名称，与证照一致。与营业执照一致", None, "=山西某某检测有限公司") in rows
    assert ("发证级别", None, "从下拉框中选择", "国家级、省级", "省级") in rows


def test_untouched_template_reads_as_empty(tmp_path):
    path = tmp_path / "模板.xlsx"
    path.write_bytes(write_template(SPEC))

    with read_table(path, SPEC) as table:
        assert list(table) == []
    assert [notice.code for notice in table.notices] == ["example_row"]


def test_filled_template_reads_back(tmp_path):
    book = template()
    book["检查对象名录"].append(["甲检测", "911401000000000018", "省级", "某某县7", "是", "2027-09-01", 5])
    path = tmp_path / "填好.xlsx"
    book.save(path)

    with read_table(path, SPEC) as table:
        rows = list(table)

    assert [(row.number, list(row.values.values())[2:5], row.faults) for row in rows] == [(3, [2, 7, True], [])]


def test_template_without_long_lists_has_no_hidden_sheet():
    spec = TableSpec("名录", (Column("name", "名称"),))

    assert load_workbook(io.BytesIO(write_template(spec))).sheetnames == ["名录", "填写说明"]
