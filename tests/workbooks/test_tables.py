"""What people really upload."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from workbooks.columns import Column, Fault, Problem, TableSpec
from workbooks.guard import WorkbookRefused
from workbooks.reading import open_workbook
from workbooks.tables import read_table


def short_code(code: str) -> Problem | None:
    return Problem("odd", "以 9 开头的才是代码。", "warning") if not code.startswith("9") else None


SPEC = TableSpec(
    "检查对象名录",
    (
        Column("name", "机构名称", "name", required=True, aliases=("单位名称", "检验检测机构名称"), max_length=40),
        Column(
            "uscc", "统一社会信用代码", "code", required=True, aliases=("信用代码",), lengths=(18,), check=short_code
        ),
        Column("valid_to", "有效期至", "date"),
        Column(
            "level", "发证级别", "choice", choices={"国家级": "national", "省级": "province"}, synonyms={"省局": "省级"}
        ),
        Column("domains", "领域", "list", choices={"机动车检验": 3, "生态环境监测": 1}),
        Column("centre", "是否国家质检中心", "boolean", default=False),
        Column("staff", "人数", "integer", minimum=0, maximum=9999),
        Column("fee", "金额（万元）", "decimal"),
        Column("phone", "联系电话", "phone"),
        Column("note", "备注", "note"),
    ),
)
CODE = "911401000000000018"
HEADER = ["机构名称", "统一社会信用代码"]


def read(path, spec=SPEC):
    with read_table(path, spec) as table:
        rows = list(table)
    return table, rows


def read_cells(workbook, cells):
    """Read one row for each (title, cell), the required cells filled: the value and the codes of its faults."""
    columns = {column.title: column for column in SPEC.columns}
    rows = [{"机构名称": "甲", "统一社会信用代码": CODE, title: cell} for title, cell in cells]
    _, parsed = read(workbook([list(columns), *[[row.get(title) for title in columns] for row in rows]]))
    return [
        (row.values[columns[title].key], [fault.code for fault in row.faults])
        for (title, _), row in zip(cells, parsed, strict=True)
    ]


def test_plain_table(workbook):
    titles = [column.title for column in SPEC.columns]
    path = workbook(
        [titles, ["甲检测", CODE, dt.date(2027, 9, 1), "省级", "机动车检验", "是", 12, 3.5, "13800138000", "无"]]
    )

    table, rows = read(path)

    assert [(row.number, row.values, row.faults) for row in rows] == [
        (
            2,
            {
                "name": "甲检测",
                "uscc": CODE,
                "valid_to": dt.date(2027, 9, 1),
                "level": "province",
                "domains": (3,),
                "centre": True,
                "staff": 12,
                "fee": Decimal("3.5"),
                "phone": "13800138000",
                "note": "无",
            },
            [],
        )
    ]
    assert (table.sheet, table.notices) == ("机构", [])


def test_titles_above_reordered_columns_blank_rows_unknown_columns(workbook):
    path = workbook(
        [
            ["附件1：大同市检验检测机构名录"],
            [],
            ["填报单位：", "某局", "日期", "2025-09-01"],
            ["序号", "＊信用 代码", "面积", "单位\n名称（全称）", "有效期至(年月日)"],
            [1, CODE, 30, "甲", "2027.1.2"],
            [],
            [None, "  ", None, None],
            [2, CODE, 30, "乙", None],
        ],
        change=lambda sheet: sheet.merge_cells("A1:E1"),
    )

    table, rows = read(path)

    assert [(row.number, row.values["name"], row.values["valid_to"]) for row in rows] == [
        (5, "甲", dt.date(2027, 1, 2)),
        (8, "乙", None),
    ]
    assert [(notice.code, notice.message) for notice in table.notices] == [
        ("unknown_columns", "这些列不在模板中，没有读取：C 列“面积”。")
    ]


def test_header_of_two_rows_with_merged_groups(workbook):
    spec = TableSpec(
        "名录",
        (
            Column("name", "机构名称", required=True),
            Column("number", "证书编号", "code", required=True),
            Column("until", "有效期至", "date"),
        ),
    )

    def merge(sheet):
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")

    path = workbook(
        [["机构名称", "证书", None], [None, "编号", "有效期至"], ["甲", "230412051234", "2027-01-02"]], change=merge
    )

    _, rows = read(path, spec)

    assert [row.values for row in rows] == [{"name": "甲", "number": "230412051234", "until": dt.date(2027, 1, 2)}]


def test_merged_cells_in_the_data_repeat_with_a_warning(workbook):
    def merge(sheet):
        sheet.merge_cells("C2:C3")

    path = workbook([[*HEADER, "有效期至"], ["甲", CODE, dt.date(2027, 1, 2)], ["乙", CODE, None]], change=merge)

    _, rows = read(path)

    assert [row.values["valid_to"] for row in rows] == [dt.date(2027, 1, 2), dt.date(2027, 1, 2)]
    assert [(fault.place, fault.code, fault.level) for fault in rows[1].faults] == [
        ("“机构”第 3 行 C 列（有效期至）", "merged_cell", "warning")
    ]


def test_rows_that_are_no_data_are_left_out_with_a_notice(workbook):
    path = workbook(
        [
            HEADER,
            ["1", "2"],
            ["示例：某某检测有限公司", CODE],
            ["甲", CODE],
            ["机构名称", "统一社会信用代码"],
            ["示例检测公司", CODE],
            ["合计", "3"],
            ["填表人：张三"],
        ]
    )

    table, rows = read(path)

    assert [row.values["name"] for row in rows] == ["甲", "示例检测公司"]
    assert [(notice.row, notice.code) for notice in table.notices] == [
        (2, "numbering_row"),
        (3, "example_row"),
        (5, "repeated_header"),
        (7, "foot_row"),
        (8, "foot_row"),
    ]


def test_content_after_many_empty_rows_is_an_error_notice(workbook):
    path = workbook([HEADER, ["甲", CODE], *[[] for _ in range(300)], ["乙", CODE]])

    table, rows = read(path)

    assert len(rows) == 1
    assert [(notice.row, notice.code, notice.level) for notice in table.notices] == [(303, "after_gap", "error")]


def test_sheet_with_the_header_is_chosen_and_others_are_told(workbook):
    def add(sheet):
        book = sheet.parent
        book.create_sheet("说明", 0).append(["填写说明"])
        book.create_sheet("隐藏", 0).append(HEADER)
        book["隐藏"].sheet_state = "hidden"
        book.create_sheet("另一张").append(HEADER)

    table, rows = read(workbook([HEADER, ["甲", CODE]], change=add))

    assert (table.sheet, len(rows)) == ("机构", 1)
    assert [(notice.sheet, notice.code) for notice in table.notices] == [("另一张", "unread_sheet")]


def test_missing_columns_and_missing_header_are_refused(workbook):
    with pytest.raises(WorkbookRefused) as caught:
        read(workbook([["机构名称", "有效期至"], ["甲", None]]))
    assert (caught.value.code, caught.value.facts) == ("missing_columns", {"missing": ["统一社会信用代码"]})

    with pytest.raises(WorkbookRefused) as caught:
        read(workbook([["甲", "乙"], ["丙", "丁"]]))
    assert caught.value.code == "no_header"


def test_required_cell_left_empty(workbook):
    _, rows = read(workbook([HEADER, ["甲", None], [None, CODE], ["丙", "/"]]))

    assert [fault.code for row in rows for fault in row.faults] == ["required", "required", "required"]
    assert rows[0].faults[0] == Fault("机构", 2, "B", "统一社会信用代码", "required", "这一格必须填写。")
    assert not rows[0].is_valid


DATES = [
    (dt.date(2025, 9, 1), dt.date(2025, 9, 1), []),
    (dt.datetime(2025, 9, 1, 13, 30), dt.date(2025, 9, 1), []),
    ("2025-9-1", dt.date(2025, 9, 1), []),
    ("2025/09/01", dt.date(2025, 9, 1), []),
    ("2025.9.1", dt.date(2025, 9, 1), []),
    ("2025年9月1日", dt.date(2025, 9, 1), []),
    ("２０２５年 ９月 １日 ", dt.date(2025, 9, 1), []),
    ("2025-09-01 00:00:00", dt.date(2025, 9, 1), []),
    ("20250901", dt.date(2025, 9, 1), []),
    (20250901, dt.date(2025, 9, 1), []),
    (45901, dt.date(2025, 9, 1), []),
    ("45901", dt.date(2025, 9, 1), []),
    ("—", None, []),
    ("2025-02-30", None, ["no_such_date"]),
    ("20251345", None, ["no_such_date"]),
    ("2025年9月", None, ["not_a_date"]),
    ("25.9.1", None, ["not_a_date"]),
    ("长期", None, ["not_a_date"]),
    (12, None, ["not_a_date"]),
    (True, None, ["not_a_date"]),
    ("0025-01-01", None, ["date_out_of_range"]),
]


def test_dates(workbook):
    assert read_cells(workbook, [("有效期至", cell) for cell, _, _ in DATES]) == [
        (value, codes) for _, value, codes in DATES
    ]


CODES = [
    (CODE, CODE, []),
    (" 9114 0100 0000 0000 18\n", CODE, []),
    ("９１１４０１００MA0K0K0K0X", "91140100MA0K0K0K0X", []),
    ("'" + CODE, CODE, []),
    ("91140100ma0k0k0k0x", "91140100MA0K0K0K0X", []),
    (911401000000000018, None, ["digits_lost"]),
    (9.11401e17, None, ["digits_lost"]),
    ("9.11401E+17", None, ["digits_lost"]),
    (11401000000018, None, ["digits_lost"]),
    (dt.date(2025, 1, 1), None, ["not_a_code"]),
    ("12345", "12345", ["odd"]),
]


def test_codes(workbook):
    assert read_cells(workbook, [("统一社会信用代码", cell) for cell, _, _ in CODES]) == [
        (value, codes) for _, value, codes in CODES
    ]


def test_number_whose_length_fits_is_accepted_as_a_code(workbook):
    spec = replace(SPEC, columns=(SPEC.columns[0], Column("number", "证书编号", "code", required=True, lengths=(12,))))

    _, rows = read(workbook([["机构名称", "证书编号"], ["甲", 230412051234], ["乙", 30412051234]]), spec)

    assert [row.values["number"] for row in rows] == ["230412051234", None]
    assert "前面的 0 可能已丢失" in rows[1].faults[0].message


VALUES = [
    ("发证级别", " 省 级", "province", []),
    ("发证级别", "省局", "province", []),
    ("发证级别", "省极", None, ["not_a_choice"]),
    ("领域", "机动车检验、生态环境监测", (3, 1), []),
    ("领域", "机动车检验；\n机动车检验", (3,), []),
    ("领域", "机动车检验,食品", None, ["not_a_choice"]),
    ("是否国家质检中心", "√", True, []),
    ("是否国家质检中心", "否", False, []),
    ("是否国家质检中心", True, True, []),
    ("是否国家质检中心", None, False, []),
    ("是否国家质检中心", "是/否", None, ["not_yes_or_no"]),
    ("人数", "１２", 12, []),
    ("人数", "1,234", 1234, []),
    ("人数", 3.0, 3, []),
    ("人数", 3.5, None, ["not_an_integer"]),
    ("人数", "12人", None, ["not_a_number"]),
    ("人数", -1, None, ["too_small"]),
    ("人数", 1e300, None, ["too_large"]),
    ("金额（万元）", "3.50", Decimal("3.50"), []),
    ("联系电话", 13800138000, "13800138000", []),
    ("联系电话", "+86 138 0013 8000", "13800138000", []),
    ("联系电话", "0352—2020202", "0352-2020202", []),
    ("联系电话", "0352-2020202/13800138000", "0352-2020202、13800138000", []),
    ("联系电话", "138****0000", "138****0000", ["odd_phone"]),
    ("备注", "第一行 \n\n 第二行", "第一行\n第二行", []),
    ("备注", 911401000000000018, None, ["digits_lost"]),
]


def test_values(workbook):
    assert read_cells(workbook, [(title, cell) for title, cell, _, _ in VALUES]) == [
        (value, codes) for _, _, value, codes in VALUES
    ]


NAMES = [
    ("山西某某（集团）有限公司", "山西某某（集团）有限公司"),
    (" 山西某某(集团)有限公司　", "山西某某（集团）有限公司"),
    ("山西 某某\n检测公司", "山西某某检测公司"),
    ("ＳＧＳ  Testing Co.", "SGS Testing Co."),
    ("张\u200b三\x7f\ufeff", "张三"),
    ("䶮㛃𠮷检测", "䶮㛃𠮷检测"),
    (12345, "12345"),
]


def test_names(workbook):
    assert read_cells(workbook, [("机构名称", cell) for cell, _ in NAMES]) == [(value, []) for _, value in NAMES]


def test_name_that_is_too_long(workbook):
    _, rows = read(workbook([HEADER, ["甲" * 41, CODE]]))

    assert [fault.message for fault in rows[0].faults] == ["有 41 个字，超过 40 个字的上限，请缩短。"]


def test_formulas_errors_and_chinese_date_formats(package, sheet):
    text = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
    header = text.format("A1", "机构名称") + text.format("B1", "信用代码") + text.format("C1", "有效期至")
    rows = (
        f'<row r="1">{header}</row>'
        f'<row r="2">{text.format("A2", "甲")}<c r="B2" t="str"><f>"9"&amp;C1</f><v>{CODE}</v></c><c r="C2" s="1"><v>45901</v></c></row>'
        '<row r="3"><c r="A3"><f>D1</f></c><c r="B3" t="e"><v>#REF!</v></c><c r="C3" s="1"><v>9e99</v></c></row>'
    )
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    styles = f'<styleSheet xmlns="{namespace}"><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs></styleSheet>'

    _, parsed = read(package(sheet=sheet(rows), styles=styles))

    assert (parsed[0].values["uscc"], parsed[0].values["valid_to"]) == (CODE, dt.date(2025, 9, 1))
    assert [fault.code for fault in parsed[1].faults] == ["formula_without_value", "error_cell", "error_cell"]


def test_fault_made_by_an_importer_names_the_cell(workbook):
    with read_table(workbook([HEADER, ["甲", CODE]]), SPEC) as table:
        row = next(iter(table))
        fault = table.fault(row, "uscc", Problem("duplicate", "与第 1 行重复。"))

    assert fault == Fault("机构", 2, "B", "统一社会信用代码", "duplicate", "与第 1 行重复。")


def test_several_sheets_are_read_one_after_the_other_hidden_ones_too(workbook):
    def add(sheet):
        hidden = sheet.parent.create_sheet("系统信息")
        hidden.append(["乙"])
        hidden.sheet_state = "veryHidden"

    with open_workbook(workbook([["甲"]] * 300, change=add)) as opened:
        found = [(sheet.name, [row.cells for row in opened.rows(sheet.index)]) for sheet in opened.sheets]

    assert found == [("机构", [["甲"]] * 300), ("系统信息", [["乙"]])]
