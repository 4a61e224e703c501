"""Official documents on the page of their campaign, which a room below shows."""

from typing import Any

from django import template

from accounts.models import User
from accounts.rules import can
from campaigns.models import Campaign
from reports.models import Document
from reports.official.lists import document_tag

MOST_SHOWN = 50

register = template.Library()


@register.inclusion_tag("reports/documents/_campaign.html")
def documents_of(campaign: Campaign, user: User) -> dict[str, Any]:
    found = Document.objects.visible_to(user).filter(campaign=campaign)[:MOST_SHOWN]
    return {
        "campaign": campaign,
        "found": [(document, document_tag(document)) for document in found],
        "may_write": can(user, "write", Document),
    }
