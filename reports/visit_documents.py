"""责令改正通知书: what an institution has to put right until when, and what it may do if it does not agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Bureau, Region, User
from campaigns.addresses import public_address
from reports.datasets import campaign_words, full_address, signed
from reports.documents import Contact, Provenance
from visits.models import Finding, Rectification

PENALTY_LAW = "《中华人民共和国行政处罚法》第二十八条第一款"
"""行政机关实施行政处罚时，应当责令当事人改正或者限期改正违法行为。"""


@dataclass(frozen=True, slots=True)
class OrderedFinding:
    """rule: the article that it breaks, empty for general problems of quality or technique."""

    matter: str
    facts: str
    rule: str


@dataclass(frozen=True, slots=True)
class RectificationOrder:
    """findings, demands: in the order of printing; law: what the order rests on; reviewer: who hears 行政复议;
    report_url: where the institution reports, as the QR code holds it."""

    number: str
    bureau: str
    institution_name: str
    institution_code: str
    institution_address: str
    task_number: str
    campaign: str
    visited_on: date | None
    findings: tuple[OrderedFinding, ...]
    rules: tuple[str, ...]
    law: str
    demands: tuple[str, ...]
    due_on: date
    reviewer: str
    contact: Contact
    issued_on: date
    report_url: str = ""
    made: Provenance | None = None

    title = "责令改正通知书"


def rectification_order(
    order: Rectification, *, made_by: User, request: HttpRequest | None = None
) -> RectificationOrder:
    """As it was signed: an extension that was granted later is a decision of its own."""
    findings = tuple(map(_finding, order.findings.select_related("legal_basis").order_by("pk")))
    rules = tuple(dict.fromkeys(each.rule for each in findings if each.rule))
    bureau, task, issued_at = order.bureau, order.task, timezone.localtime(order.ordered_at)
    return RectificationOrder(
        number=order.number,
        bureau=bureau.name,
        institution_name=task.institution.name,
        institution_code=task.institution.identifier,
        institution_address=full_address(task.institution),
        task_number=task.number,
        campaign=campaign_words(task.campaign),
        visited_on=_visited_on(order),
        findings=findings,
        rules=rules,
        law=PENALTY_LAW if rules else "",
        demands=tuple(_demands(order)),
        due_on=order.extended_from or order.due_on,
        reviewer=reviewer_of(bureau),
        contact=Contact(bureau.contact_office or bureau.short_name, bureau.contact_phone),
        issued_on=issued_at.date(),
        report_url=public_address(reverse("visits:own_rectification", args=[order.pk]), request),
        made=Provenance(signed(made_by), timezone.localtime(), f"签发记录 {issued_at:%Y-%m-%d %H:%M}"),
    )


def _finding(finding: Finding) -> OrderedFinding:
    rule = finding.legal_basis
    words = f"《{rule.title}》{rule.article}" if rule else ""
    return OrderedFinding(finding.matter, finding.facts.strip().rstrip("。"), words)


def _demands(order: Rectification) -> Iterator[str]:
    return (line.strip().rstrip("。；;") for line in order.demands.splitlines() if line.strip())


def _visited_on(order: Rectification) -> date | None:
    """The day of the visit at which it was found."""
    visit = (
        order.task.visits.filter(ended_at__isnull=False, ended_at__lte=order.ordered_at).order_by("ended_at").first()
    )
    return timezone.localdate(visit.started_at) if visit else None


def reviewer_of(bureau: Bureau) -> str:
    """The government at the bureau's own level (《行政复议法》, 2024); a branch acts for the city's bureau."""
    region = bureau.branch_of.region if bureau.branch_of else bureau.region
    return "" if region.level == Region.Level.NATION else f"{region.name}人民政府"
