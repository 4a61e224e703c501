import io
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl

from reports import xlsx
from reports.datasets import DrawnRow, ListHead, TaskRow
from reports.documents import Provenance
from reports.printed_lists import task_list_sheet

HEAD = ListHead(
    campaign="2025年度检验检测机构监督抽查",
    document_number="同市监认证〔2025〕92号",
    area="云冈区",
    lead="大同市市场监督管理局",
    deadline="原则上 2025年11月15日前",
    notice_window="现场检查前24小时内告知",
    made=Provenance("云冈区市场监督管理局 陈志远", datetime(2025, 9, 20, 10, 3, tzinfo=UTC), "抽取 140200-2025-92-1"),
)


def row(sequence: int = 1, **changes: object) -> TaskRow:
    values = {
        "number": f"140200-2025-92-T{sequence:03d}", "institution": "=1+1", "code": "91140214MA0K1A2B3C",
        "certificates": ("240405710153", "00123"), "levels": ("省级",), "line": "机动车检验", "domains": ("机动车检验",),
        "county": "云冈区", "address": "新胜西街18号", "legal_representative": "高法人", "contact": "史联系",
        "phone": "0352-5550001", "mode": "随机抽取", "bureau": "大同市市场监督管理局", "assisting_bureau": "云冈区市场监督管理局",
        "officers": ("甲（大同市市场监管局）", "乙（大同市公安局）"), "cooperating": ("丙（云冈区市场监管局）",), "experts": (),
        "matters": ("资质认定监督检查",), "deadline": "原则上 2025年11月15日前", "state": "待检查",
    }  # fmt: skip
    return TaskRow(sequence=sequence, **{**values, **changes})


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_task_list_opens_with_its_columns_and_rows():
    sheet = opened(xlsx.task_list_workbook(HEAD, [row()]))["任务清单"]

    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "2025年度检验检测机构监督抽查任务清单（云冈区）"
    assert rows[1][0] == (
        "同市监认证〔2025〕92号；牵头单位：大同市市场监督管理局；共 1 项；"
        "由 云冈区市场监督管理局 陈志远 于 2025-09-20 10:03 生成；数据截至：抽取 140200-2025-92-1"
    )
    assert rows[2:4] == [
        (
            "序号", "任务编号", "机构名称", "统一社会信用代码", "证书编号", "抽查领域", "县区", "地址", "联系人", "联系电话",
            "组织检查单位", "检查组", "完成期限",
        ),
        (
            1, "140200-2025-92-T001", "=1+1", "91140214MA0K1A2B3C", "240405710153\n00123", "机动车检验", "云冈区",
            "新胜西街18号", "史联系", "0352-5550001", "大同市市场监督管理局",
            "甲（大同市市场监管局）\n乙（大同市公安局）\n丙（云冈区市场监管局）", "原则上 2025年11月15日前",
        ),
    ]  # fmt: skip
    assert [line[0] for line in rows[4:]] == ["完成时限：原则上 2025年11月15日前", "告知时限：现场检查前24小时内告知"]


def test_codes_stay_text_and_nothing_is_a_formula():
    book = opened(xlsx.task_list_workbook(HEAD, [row(code="911402140000000001", certificates=("001234",))]))

    cells = [book["任务清单"]["C4"], book["任务清单"]["D4"], book["任务清单"]["E4"], book["明细"]["E4"]]
    assert [(cell.data_type, cell.number_format) for cell in cells] == [("s", "@")] * 4
    assert [cell.value for cell in cells] == ["=1+1", "911402140000000001", "001234", "001234"]


def test_every_sheet_is_ready_to_print_with_frozen_header_and_filters():
    book = opened(xlsx.task_list_workbook(HEAD, [row(1), row(2)], by_county=True))

    assert book.sheetnames == ["任务清单", "明细", "各县区任务数"]
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, True)
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A4", "$3:$3")
        assert sheet.auto_filter.ref.startswith("A3:")
    assert sum(column.width for column in book["任务清单"].column_dimensions.values()) < 215


def test_rows_are_as_high_as_their_team():
    sheet = opened(xlsx.task_list_workbook(HEAD, [row(1), row(2, officers=(), cooperating=())]))["任务清单"]

    assert (sheet.row_dimensions[4].height, sheet.row_dimensions[5].height) == (52, 36)


def test_task_without_team_says_who_sees_to_it():
    sheet = opened(xlsx.task_list_workbook(HEAD, [row(officers=(), cooperating=())]))["任务清单"]

    assert sheet["L4"].value == "由组织检查单位确定"


def test_counties_are_counted_by_mode():
    rows = [row(1), row(2, mode="上级分配"), row(3, county="平城区"), row(4, county="平城区", mode="重点检查")]

    sheet = opened(xlsx.task_list_workbook(HEAD, rows, by_county=True))["各县区任务数"]

    assert list(sheet.iter_rows(min_row=3, values_only=True)) == [
        ("县区", "随机抽取", "上级分配", "增列", "合计"), ("云冈区", 1, 1, 0, 2), ("平城区", 1, 0, 1, 2),
    ]  # fmt: skip


def test_counties_of_a_campaign_without_lots_count_what_is_listed():
    rows = [row(1, mode="全覆盖检查"), row(2, mode="重点检查"), row(3, mode="延伸检查")]

    sheet = opened(xlsx.task_list_workbook(replace(HEAD, draws_lots=False), rows, by_county=True))["各县区任务数"]

    assert list(sheet.iter_rows(min_row=3, values_only=True)) == [
        ("县区", "列入", "延伸检查", "合计"), ("云冈区", 2, 1, 3),
    ]  # fmt: skip


def test_drawn_list_names_rank_and_ticket():
    drawn = DrawnRow(1, "机动车检验", "全部", 1, "某某检测有限公司", "91140214MA0K1A2B3C", "云冈区", "a" * 64)

    sheet = opened(xlsx.drawn_list_workbook(HEAD, [drawn]))["抽取名单"]

    assert [cell.value for cell in sheet[4]] == [
        1, "机动车检验", "全部", 1, "某某检测有限公司", "91140214MA0K1A2B3C", "云冈区", "a" * 64,
    ]  # fmt: skip


def test_printed_list_says_matters_once_for_each_line():
    sheet = task_list_sheet(HEAD, [row(1), row(2), row(3, line="其他", matters=("从业规范监督检查",))])

    assert sheet.rows[0] == (
        "1", "140200-2025-92-T001", "=1+1", "91140214MA0K1A2B3C", "240405710153 00123", "机动车检验",
        "云冈区新胜西街18号 史联系 0352-5550001", "大同市市场监督管理局，云冈区市场监督管理局协助（随机抽取）",
        "甲（大同市市场监管局）、乙（大同市公安局）、丙（云冈区市场监管局）",
    )  # fmt: skip
    assert sheet.notes == (
        "机动车检验的抽查事项：资质认定监督检查。",
        "其他的抽查事项：从业规范监督检查。",
        "告知时限：现场检查前24小时内告知。检查人员不得少于两人，并应当主动出示执法证件。",
    )
    assert sheet.facts == (
        ("牵头单位", "大同市市场监督管理局"), ("文号", "同市监认证〔2025〕92号"), ("完成时限", "原则上 2025年11月15日前"),
    )  # fmt: skip
