"""A city's official documents for the matrix: one in each state that a route asks for."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from campaigns.models import Campaign
from reports.models.documents import DocumentKind
from reports.official import transitions
from reports.official.composing import compose
from reports.official.drafting import begin_document
from reports.official.numbering import Number

KINDS = ("draft_document", "presented_document", "issued_document")


def add_documents(campaign: Campaign, people: dict[str, User]) -> dict[str, Any]:
    """Objects by kind."""
    officer, approver = people["lead_officer"], people["lead_approver"]
    draft, presented, issued = (a_bulletin(campaign, officer) for _ in KINDS)
    for each in (presented, issued):
        transitions.present(each, by=officer)
    number = Number("市监认证", timezone.localdate().year)
    issued = transitions.issue(issued, number=number, issued_on=timezone.localdate(), seen=1, by=approver)
    return {"draft_document": draft, "presented_document": presented, "issued_document": issued}


def a_bulletin(campaign: Campaign, officer: User) -> Any:
    bureau = officer.bureau
    draft = compose(DocumentKind.BULLETIN, campaign, bureau)
    return begin_document(DocumentKind.BULLETIN, draft, bureau=bureau, campaign=campaign, by=officer)
