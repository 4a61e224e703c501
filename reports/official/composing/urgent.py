"""重大案件专报: one serious case, reported at any time."""

from collections.abc import Iterator

from django.db.models import Case, QuerySet, When
from django.utils import timezone

from accounts.models import Bureau
from campaigns.models import Campaign
from reports.datasets import full_address, long_date
from reports.documents import Block, Heading, OfficialDocument, Paragraph
from reports.official.composing.frame import fill_in, joined, official, the_one_above
from reports.official.figures import FALSE_REPORTS, TAKEN, final_findings, in_wan, tasks_of
from visits.codes import Severity
from visits.models import Finding, Measure
from visits.states import VisitState


def compose_urgent_report(campaign: Campaign, bureau: Bureau, finding: Finding | None = None) -> OfficialDocument:
    """finding: what it is about; without one the gravest that is final."""
    found = finding or _gravest(campaign, bureau)
    name = found.result.task.institution.name if found else fill_in("机构名称")
    return official(
        bureau,
        f"关于{name}涉嫌{found.get_severity_display() if found else '违法违规'}有关情况的报告",
        the_one_above(bureau),
        _case(campaign, found) if found else _blank(campaign),
    )


def _gravest(campaign: Campaign, bureau: Bureau) -> Finding | None:
    return reportable_findings(campaign, bureau).filter(severity__in=FALSE_REPORTS).first()


def reportable_findings(campaign: Campaign, bureau: Bureau) -> QuerySet[Finding]:
    """What is concluded in the bureau's part of the campaign, the gravest first."""
    gravity = Case(*(When(severity=each, then=place) for place, each in enumerate(Severity)))
    found = final_findings(tasks_of(campaign, bureau)).order_by(gravity, "pk")
    return found.select_related("result__task__institution__county", "legal_basis")


def _blank(campaign: Campaign) -> Iterator[Block]:
    yield Paragraph(f"在{campaign.title}中发现重大案件线索，现将有关情况报告如下：")
    for heading in ("基本情况", "调查情况", "处理情况", "下一步工作"):
        yield Heading(1, heading)
        yield Paragraph(fill_in(heading))


def _case(campaign: Campaign, finding: Finding) -> Iterator[Block]:
    institution = finding.result.task.institution
    yield Paragraph(f"在{campaign.title}中发现重大案件线索，现将有关情况报告如下：")
    yield Heading(1, "基本情况")
    yield Paragraph(
        f"{institution.name}，统一社会信用代码{institution.identifier}，地址{full_address(institution)}。{_when(finding)}"
    )
    yield Heading(1, "调查情况")
    yield Paragraph(f"检查事项：{finding.matter}。{finding.facts.strip().rstrip('。')}。")
    if finding.legal_basis:
        yield Paragraph(f"涉嫌违反{finding.legal_basis}。")
    yield Heading(1, "处理情况")
    yield Paragraph(_measures(finding))
    yield Heading(1, "下一步工作")
    yield Paragraph(fill_in("下一步工作"))


def _when(finding: Finding) -> str:
    visit = finding.result.task.visits.filter(state=VisitState.ENDED).order_by("ended_at").first()
    if visit is None or visit.started_at is None:
        return ""
    officers = visit.attendees.filter(kind__in=["officer", "guest"]).count()
    return f"{long_date(timezone.localdate(visit.started_at))}，{officers}名执法人员对其实施了现场检查。"


def _measures(finding: Finding) -> str:
    taken = (
        Measure.objects.filter(findings=finding, state__in=TAKEN).select_related("bureau").order_by("decided_on", "pk")
    )
    words = [
        f"{measure.bureau.name}于{long_date(measure.decided_on)}作出{measure.get_kind_display()}"
        + (f"{in_wan(measure.amount)}万元" if measure.amount else "")
        for measure in taken
        if measure.decided_on
    ]
    referrals = finding.referrals.select_related("receiver").order_by("pk")
    words += [f"已将线索移送{each.receiver or each.outside}（{each.number}）" for each in referrals]
    return joined(words, "正在依法处理") + "。"
