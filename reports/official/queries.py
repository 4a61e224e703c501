"""What other rooms ask for."""

from accounts.models import Bureau
from campaigns.models import Campaign
from reports.models import Document
from reports.models.documents import DocumentKind


def latest_issued(campaign: Campaign, kind: DocumentKind | str, bureau: Bureau | None = None) -> Document | None:
    """The newest document of the kind that stands, of the campaign's lead bureau or of another."""
    found = Document.objects.issued().filter(campaign=campaign, kind=kind, bureau=bureau or campaign.lead_bureau)
    return found.select_related("issued_version", "bureau").order_by("-issued_at", "-pk").first()


def summary_document(campaign: Campaign, bureau: Bureau | None = None) -> Document | None:
    """工作总结 as it was issued: what is reported up."""
    return latest_issued(campaign, DocumentKind.SUMMARY, bureau)
