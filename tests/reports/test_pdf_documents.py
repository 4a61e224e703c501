import io
from dataclasses import replace
from datetime import date, datetime

import pypdf
import pytest

from reports.documents import (
    Attachment,
    Column,
    Contact,
    Heading,
    ItemList,
    OfficialDocument,
    Paragraph,
    Provenance,
    Table,
    TaskListSheet,
)
from reports.pdf import (
    PrintingError,
    notices_html,
    qr_data_uri,
    render_inspection_notices,
    render_official_document,
    render_task_list,
)
from reports.typesetting import width_in_characters
from tests.reports.printed_samples import JOINT, NOTICE, notices
from visits.preparing import USUAL_MATERIALS

COLUMNS = (Column("序号", 0.5, "center", unbroken=True), Column("机构名称", 3), Column("检查方法", 2))

OFFICIAL = OfficialDocument(
    issuers=JOINT,
    number="同市监认证〔2025〕92号",
    title="关于组织开展2025年度检验检测机构监督抽查工作的通知",
    recipients="各县区市场监管局、公安局、生态环境分局，各检验检测机构",
    body=(
        Paragraph("现将有关事项通知如下："),
        Heading(1, "抽查对象"),
        Paragraph("全市范围内获得资质认定的检验检测机构。"),
        Heading(2, "联合实施机动车检验机构抽查。", follow_on="计划抽查机构2家。"),
        ItemList(("不执行国家标准检验", "替检代检")),
    ),
    issued_on=date(2025, 9, 9),
    attachments=(
        Attachment("自查表", (Table(COLUMNS, tuple((str(row), "机构", "查阅") for row in range(1, 61))),)),
        Attachment("承诺书", (Paragraph("承诺内容真实。"),)),
    ),
    openness="此件公开发布",
    cc=("山西省市场监督管理局", "大同市人民政府办公室"),
    printed_by="大同市市场监督管理局办公室",
    printed_on=date(2025, 9, 10),
    contacts=(Contact("甄镕喆", "0352-5550000"),),
)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def joined(text: str) -> str:
    return "".join(text.split())


def test_official_document_has_every_part_in_order():
    text = joined("".join(pages(render_official_document(OFFICIAL))))
    parts = [
        "大同市市场监督管理局", "大同市公安局", "文件", "同市监认证〔2025〕92号", "关于组织开展2025年度",
        "各检验检测机构：", "一、抽查对象", "（一）联合实施机动车检验机构抽查。计划抽查机构2家。", "1.不执行国家标准检验",
        "附件：1.自查表", "2.承诺书", "大同市市场监督管理局", "2025年9月9日", "（此件公开发布）",
        "（联系人：甄镕喆，联系电话：0352-5550000）", "附件1", "附件2", "承诺内容真实。",
        "抄送：山西省市场监督管理局，大同市人民政府办公室。", "大同市市场监督管理局办公室2025年9月10日印发",
    ]  # fmt: skip
    position = 0
    for part in parts:
        found = text.find(part, position)
        assert found >= 0, part
        position = found + len(part)


def test_official_document_names_title_and_issuers_in_its_metadata():
    metadata = pypdf.PdfReader(io.BytesIO(render_official_document(OFFICIAL))).metadata
    assert (metadata.title, metadata.author) == (OFFICIAL.title, "、".join(JOINT))


def test_lines_close_up_rather_than_leave_the_seals_on_a_page_of_their_own():
    names = ("山西省市场监督管理局", "山西省公安厅", "山西省生态环境厅", "山西省住房和城乡建设厅", "山西省交通运输厅")
    body = tuple(Paragraph(f"第{place}项工作，按期完成。") for place in range(1, 21))
    document = replace(OFFICIAL, issuers=names, body=body, attachments=(), openness="", contacts=(), cc=())
    printed = pages(render_official_document(document))

    assert len(printed) == 2
    for words in ("第19项工作", "第20项工作", "山西省住房和城乡建设厅", "2025年9月10日印发"):
        assert words in printed[1]


def test_attachments_start_new_pages_and_repeat_the_header_row():
    printed = pages(render_official_document(OFFICIAL))
    starts = [place for place, text in enumerate(printed) if text.startswith("附件")]
    assert starts == [2, 5]
    assert ["机构名称" in text for text in printed] == [False, False, True, True, True, False]


def test_official_document_without_imprint_or_date_leaves_room_for_the_date():
    text = joined("".join(pages(render_official_document(replace(OFFICIAL, printed_by="", issued_on=None)))))
    assert "年月日（此件公开发布）" in text
    assert "印发" not in text


def test_each_notice_starts_on_a_right_hand_page_and_counts_its_own_pages():
    long = replace(NOTICE, materials=tuple(f"第{place}项资料" for place in range(1, 25)))
    reader = pypdf.PdfReader(io.BytesIO(render_inspection_notices([NOTICE, long, NOTICE])))
    numbers = [page.extract_text().split("第 ")[-1] for page in reader.pages]
    assert numbers == [
        "1 页　共 2 页",
        "2 页　共 2 页",
        "1 页　共 3 页",
        "2 页　共 3 页",
        "3 页　共 3 页",
        "",
        "1 页　共 2 页",
        "2 页　共 2 页",
    ]


def test_notice_carries_team_matters_duties_and_the_receipt():
    text = joined("".join(pages(render_inspection_notices([NOTICE]))))
    for part in (
        NOTICE.institution_name + "：", NOTICE.institution_code, NOTICE.task_number, NOTICE.institution_address,
        "一、抽查事项", "2机动车安全技术检验行为公安", "检查时间：2025年10月20日至2025年10月22日",
        "组长甄镕喆大同市市场监督管理局SX-B02-00017", "专家钱䶮大同市计量测试所—", "不得由被检查机构承担任何费用",
        "联系电话：0352-5550123", "扫码核验", "2025年10月19日", "送达回证", "□直接送达　□留置送达".replace("　", ""),
    ):  # fmt: skip
        assert part in text, part


def test_notice_without_materials_or_code_numbers_its_sections_on():
    text = joined("".join(pages(render_inspection_notices([replace(NOTICE, materials=(), verify_url="")]))))
    assert [part in text for part in ("四、配合义务", "五、检查纪律", "扫码核验")] == [True, True, False]


def test_markup_in_a_name_is_printed_literally():
    name = '<img src="http://127.0.0.1/x"><b>甲</b>&amp;有限公司'
    text = joined("".join(pages(render_inspection_notices([replace(NOTICE, institution_name=name)]))))
    assert joined(name) + "：" in text


def test_very_long_names_wrap_inside_the_page():
    name = "某某市" + "检验检测" * 30 + "X" * 120 + "有限公司"
    text = "".join(pages(render_inspection_notices([replace(NOTICE, institution_name=name, evidence=())])))
    assert joined(name) + "：" in joined(text)
    assert [width_in_characters(line) <= 44 for line in text.split("\n")] == [True] * len(text.split("\n"))


def test_no_notice_is_refused():
    with pytest.raises(PrintingError):
        render_inspection_notices([])


def test_a_batch_is_one_document_with_equal_bytes():
    batch = notices(2)
    pdf = render_inspection_notices(batch)
    assert pdf == render_inspection_notices(batch)
    assert [one.institution_name in joined("".join(pages(pdf))) for one in batch] == [True] * 2


def test_usual_notice_with_every_part_fills_two_pages():
    made = Provenance("大同市市场监督管理局 甄镕喆", datetime(2025, 10, 19, 10, 3), "签发记录 2025-10-19 09:58")
    full = replace(NOTICE, materials=USUAL_MATERIALS, team=(*NOTICE.team, NOTICE.team[0]), made=made)

    assert len(pages(render_inspection_notices([full]))) == 2


def test_notice_holds_the_code_and_what_to_compare_with_the_public_record():
    html, _ = notices_html([NOTICE])
    text = joined("".join(pages(render_inspection_notices([NOTICE]))))

    assert html.count(qr_data_uri(NOTICE.verify_url)) == 1
    assert [joined(label + value) in text for label, value in NOTICE.evidence] == [True] * 3


def test_qr_code_is_a_picture_without_outside_references():
    assert qr_data_uri("https://lianchou.example/verify/1").startswith("data:image/svg+xml")


def sheet(count: int) -> TaskListSheet:
    return TaskListSheet(
        title="检验检测机构监督抽查任务清单",
        area="云冈区",
        columns=COLUMNS,
        rows=tuple((str(row), f"第{row}检测有限公司", "现场检查") for row in range(1, count + 1)),
        facts=(("完成时限", "原则上 2025年11月15日前"),),
        notes=("注：检查前24小时内告知被检查机构。",),
        made=Provenance("大同市市场监督管理局 甄镕喆", datetime(2025, 9, 20, 10, 3), "抽取记录 2025-09-20 09:58"),
    )


def test_task_list_is_landscape_with_header_and_page_number_on_every_page():
    reader = pypdf.PdfReader(io.BytesIO(render_task_list(sheet(80))))
    texts = [page.extract_text() for page in reader.pages]
    assert [round(float(page.mediabox.width)) for page in reader.pages] == [842] * len(texts)
    assert ["机构名称" in text for text in texts] == [True] * len(texts)
    assert [f"第 {place} 页　共 {len(texts)} 页" in text for place, text in enumerate(texts, 1)] == [True] * len(texts)
    assert len(texts) > 1


def test_task_list_says_what_it_is_who_made_it_and_from_which_state():
    text = joined(pages(render_task_list(sheet(1)))[0])
    assert "属地：云冈区完成时限：原则上2025年11月15日前任务数：1家" in text
    assert "由大同市市场监督管理局甄镕喆于2025-09-2010:03生成，数据截至：抽取记录2025-09-2009:58" in text


def test_task_list_without_tasks_says_so():
    assert "没有分配到本地区的检查任务" in pages(render_task_list(sheet(0)))[0]
