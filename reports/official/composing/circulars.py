"""What goes to the bureaus below: the campaign notice, the transmittal of an upper document, the bulletin."""

from collections.abc import Iterator
from dataclasses import replace

from accounts.models import Bureau
from campaigns.models import Campaign, Stage
from reports.campaign_notice import compose_campaign_notice, recipients
from reports.datasets import deadline_words, long_date
from reports.documents import Attachment, Block, Column, Heading, OfficialDocument, Paragraph, Table
from reports.models import Document
from reports.models.documents import DocumentKind
from reports.official.composing.frame import ORDINAL, WHAT_COUNTS, fill_in, issuers_of, joined, official, those_below
from reports.official.content import from_json
from reports.official.figures import Figures, figures_of, in_wan, measure_words, severity_words
from reports.official.queries import latest_issued

MOST_MATTERS = 5
COUNTY_TABLE = (
    ORDINAL, Column("县区", 1.4), Column("检查任务（家）", 1, "right"), Column("已检查（家）", 1, "right"),
    Column("结果已认定（家）", 1, "right"), Column("逾期未检查（家）", 1, "right"),
)  # fmt: skip
ANNOUNCED = {
    Stage.Kind.SELF_CHECK: "组织机构自查", Stage.Kind.ON_SITE: "完成现场检查", Stage.Kind.ENTRY: "完成结果录入",
    Stage.Kind.FOLLOW_UP: "完成结果处置", Stage.Kind.REPORT: "报送", Stage.Kind.OTHER: "完成",
}  # fmt: skip


def compose_notice(campaign: Campaign, bureau: Bureau) -> OfficialDocument:
    found = compose_campaign_notice(campaign)
    return replace(found, printed_by=found.printed_by or f"{bureau.name}办公室")


def compose_transmittal(campaign: Campaign, bureau: Bureau) -> OfficialDocument:
    """Carries the notice of the campaign above, where that was issued here, else leaves a place for its text."""
    upper = latest_issued(campaign.parent, DocumentKind.NOTICE) if campaign.parent else None
    title, number = _upper(campaign, upper)
    issuers = [each.bureau for each in campaign.issuers.select_related("bureau__department", "bureau__region")]
    return official(
        bureau,
        f"关于转发《{title}》的通知",
        recipients(issuers or [campaign.lead_bureau]),
        _transmitted(campaign, title, number),
        issuers=issuers_of(campaign),
        attachments=tuple(_carried(upper, title)),
        openness="此件公开发布" if campaign.publishes_plan else "",
    )


def _upper(campaign: Campaign, upper: Document | None) -> tuple[str, str]:
    """Title and number of what is handed on."""
    if upper:
        return upper.title, upper.number
    bases = list(campaign.basis_documents.all())
    basis = next((each for each in bases if "〔" in each.number), None)
    return (basis.title, basis.number) if basis else (fill_in("上级文件标题"), "")


def _transmitted(campaign: Campaign, title: str, number: str) -> Iterator[Block]:
    named = f"《{title}》" + (f"（{number}）" if number else "")
    yield Paragraph(f"现将{named}转发给你们，请结合实际认真贯彻落实。有关事项通知如下：")
    yield Heading(1, "抓好组织实施")
    yield Paragraph(
        f"各单位要对照上级部署，结合{campaign.title}，细化任务分工，压实工作责任，加强部门协同，确保各项任务落实到位。"
    )
    yield Heading(1, "把握时间节点")
    for stage in campaign.stages.all():
        words = deadline_words(stage.ends_on, is_soft=stage.is_soft)
        yield Paragraph(f"{stage.name}：{words}{ANNOUNCED[Stage.Kind(stage.kind)]}。")
    yield Heading(1, "严格工作要求")
    yield Paragraph(
        "各单位要严格规范公正文明执法，落实行政执法公示、执法全过程记录、重大执法决定法制审核制度，避免随意检查、多头检查、重复检查；"
        "发现重大案件线索的，随时报送。"
    )


def _carried(upper: Document | None, title: str) -> Iterator[Attachment]:
    """The upper document with its own attachments, each on pages of its own."""
    if upper is None:
        yield Attachment(title, (Paragraph(fill_in("上级文件正文")),))
        return
    carried = from_json(upper.shown.content)
    opening = Paragraph(f"（{'、'.join(carried.issuers)}，{upper.number}，{_day(upper)}）")
    yield Attachment(carried.title, (opening, Paragraph(f"{carried.recipients}："), *carried.body))
    yield from carried.attachments


def _day(upper: Document) -> str:
    return long_date(upper.issued_on) if upper.issued_on else ""


def compose_bulletin(campaign: Campaign, bureau: Bureau) -> OfficialDocument:
    figures = figures_of(campaign, bureau)
    rows = tuple(
        (str(place), each.name, str(each.tasks), str(each.inspected), str(each.concluded), str(each.late))
        for place, each in enumerate(figures.counties, start=1)
    )
    return official(
        bureau,
        f"关于{campaign.title}情况的通报",
        those_below(bureau),
        _bulletin(campaign, figures),
        issuers=issuers_of(campaign) if bureau == campaign.lead_bureau else (),
        attachments=(Attachment("各县区检查任务进展情况", (Table(COUNTY_TABLE, rows),)),) if rows else (),
    )


def _bulletin(campaign: Campaign, figures: Figures) -> Iterator[Block]:
    yield Paragraph(f"现将{campaign.title}有关情况通报如下：")
    yield Heading(1, "总体情况")
    yield Paragraph(
        f"本次抽查共有检查任务{figures.tasks}家，已检查{figures.inspected}家，采纳其他检查结果{figures.adopted}家，"
        f"检查结果已认定{figures.concluded}家。参加现场检查的执法人员{figures.officers}人。"
    )
    yield Heading(1, "发现的主要问题")
    kinds = joined(severity_words(figures.findings), "无")
    yield Paragraph(f"{figures.troubled}家机构存在{figures.total_findings}个问题，其中{kinds}。")
    for matter, count in figures.matters[:MOST_MATTERS]:
        yield Paragraph(f"“{matter}”方面{count}个。")
    yield Heading(1, "处理情况")
    yield Paragraph(_handled(figures))
    yield Heading(1, "存在的不足")
    yield Paragraph(_shortcomings(figures))
    yield Heading(1, "下一步要求")
    yield Paragraph(
        "各单位要对照通报的问题举一反三，加快检查进度，督促机构按期完成整改，对逾期不改的依法处理；及时反馈移送的线索，依法公示检查和处罚结果。"
    )
    yield Paragraph(WHAT_COUNTS)


def _handled(figures: Figures) -> str:
    words = joined(measure_words(figures.measures), "无")
    return (
        f"责令{figures.ordered}家机构整改，签发责令改正通知书{figures.orders}份，已整改到位{figures.orders_verified}份。"
        f"作出处理措施：{words}；罚没款共{in_wan(figures.amount)}万元。"
        f"移送线索{figures.referrals}件，已反馈{figures.referrals_answered}件。"
    )


def _shortcomings(figures: Figures) -> str:
    late = [f"{each.name}{each.late}家" for each in figures.counties if each.late]
    words = [f"逾期未检查的任务{sum(each.late for each in figures.counties)}家（{'、'.join(late)}）"] if late else []
    if figures.orders_late:
        words.append(f"逾期未整改到位的责令改正通知书{figures.orders_late}份")
    waiting = figures.referrals - figures.referrals_answered
    if waiting:
        words.append(f"尚未反馈的移送线索{waiting}件")
    return "；".join(words) + "。" if words else "各项任务按期推进，没有逾期事项。"
