"""Files that support a proposal: taken only when the content is what the name says; kept as they came, never opened."""

from accounts import scanning, uploads
from accounts.uploads import MAX_BYTES, TAKES
from campaigns.errors import CampaignError

__all__ = ["MAX_BYTES", "TAKES", "check_evidence"]


def check_evidence(name: str, content: bytes) -> None:
    """Raises CampaignError unless it is a PDF, a picture or an Office file by its content and by its name, and clean."""
    try:
        uploads.check_file(name, content)
        scanning.scan(content)
    except uploads.UploadRefused as refused:
        raise CampaignError(str(refused)) from refused
