"""Documents are begun from data and saved version by version; nobody overwrites what they have not seen."""

from django.db import transaction

from accounts import audit
from accounts.models import Bureau, User
from accounts.rules import require
from campaigns.models import Campaign
from reports.documents import OfficialDocument
from reports.models import Document, DocumentVersion
from reports.models.documents import DocumentKind
from reports.official import transitions
from reports.official.content import digest, to_json
from reports.official.errors import DocumentError, SavedMeanwhile
from visits.models import Finding

FIRST_WORDS = "根据系统数据起草"
LONGEST_TITLE = 200


@transaction.atomic
def begin_document(
    kind: DocumentKind, draft: OfficialDocument, *, bureau: Bureau, campaign: Campaign | None, by: User,
    finding: Finding | None = None,
) -> Document:  # fmt: skip
    """finding: what an urgent report is about."""
    title = _one_line(draft.title)
    document = Document(kind=kind, bureau=bureau, campaign=campaign, finding=finding, title=title, created_by=by)
    require(by, "write", document)
    document.full_clean()
    with audit.recorded("reports.begin_document", document, by=by):
        document.save()
    _add_version(document, 1, draft, by, FIRST_WORDS)
    return document


@transaction.atomic
def save_version(
    document: Document, draft: OfficialDocument, *, base: int, by: User, words: str = ""
) -> DocumentVersion:
    """base: the number of the version that was edited. The same content again makes no version."""
    require(by, "write", document)
    document = transitions.locked(document)
    if not document.is_editable:
        raise DocumentError(f"本文当前为“{document.get_state_display()}”，不能修改。")
    latest = document.versions.select_related("by").latest("number")
    if latest.digest == digest(to_json(draft)):
        return latest
    if latest.number != base:
        raise SavedMeanwhile(latest)
    return _add_version(document, latest.number + 1, draft, by, words)


def _add_version(document: Document, number: int, draft: OfficialDocument, by: User, words: str) -> DocumentVersion:
    if not draft.title.strip() or len(_one_line(draft.title)) > LONGEST_TITLE:
        raise DocumentError(f"请填写标题，最多{LONGEST_TITLE}字。")
    if not [name for name in draft.issuers if name.strip()]:
        raise DocumentError("请至少填写一个发文机关。")
    content = to_json(draft)
    version = DocumentVersion.objects.create(
        document=document, number=number, content=content, digest=digest(content), words=words, by=by
    )
    facts = {"version": number, "digest": version.digest}
    with audit.recorded("reports.save_document", document, by=by, facts=facts):
        document.title = _one_line(draft.title)
        document.save(update_fields=["title"])
    return version


def _one_line(title: str) -> str:
    return "".join(title.split("\n")).strip()
