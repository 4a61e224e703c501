"""A draft of each kind of official document, from the records of a campaign. What no record can tell is left as 【请补充：…】,
and a document in which that still stands is not issued."""

from accounts.models import Bureau
from campaigns.models import Campaign
from reports.documents import OfficialDocument
from reports.models.documents import DocumentKind
from reports.official.composing.announcements import (
    compose_draw_announcement,
    compose_plan_announcement,
    compose_result_announcement,
)
from reports.official.composing.circulars import compose_bulletin, compose_notice, compose_transmittal
from reports.official.composing.summary import compose_summary
from reports.official.composing.urgent import compose_urgent_report
from visits.models import Finding

__all__ = [
    "compose",
    "compose_bulletin",
    "compose_draw_announcement",
    "compose_notice",
    "compose_plan_announcement",
    "compose_result_announcement",
    "compose_summary",
    "compose_transmittal",
    "compose_urgent_report",
]

COMPOSERS = {
    DocumentKind.NOTICE: compose_notice,
    DocumentKind.TRANSMITTAL: compose_transmittal,
    DocumentKind.PLAN_ANNOUNCEMENT: compose_plan_announcement,
    DocumentKind.DRAW_ANNOUNCEMENT: compose_draw_announcement,
    DocumentKind.RESULT_ANNOUNCEMENT: compose_result_announcement,
    DocumentKind.SUMMARY: compose_summary,
    DocumentKind.BULLETIN: compose_bulletin,
}


def compose(
    kind: DocumentKind | str, campaign: Campaign, bureau: Bureau, finding: Finding | None = None
) -> OfficialDocument:
    """finding: what an urgent report is about."""
    if kind == DocumentKind.URGENT_REPORT:
        return compose_urgent_report(campaign, bureau, finding)
    return COMPOSERS[DocumentKind(kind)](campaign, bureau)
