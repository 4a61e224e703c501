"""The list of documents, a new one, one with its preview, its versions."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.lists import arrange
from accounts.models import Bureau, User
from accounts.rules import can, require
from reports.models import Document, DocumentVersion
from reports.official.comparing import compare
from reports.official.composing import compose
from reports.official.content import from_json, left_open, printable
from reports.official.drafting import begin_document
from reports.official.errors import DocumentError
from reports.official.forms import NewDocumentForm
from reports.official.lists import TONES, DocumentFilter, DocumentTable, document_stats, documents_for_lists
from reports.states import DocumentState
from reports.typesetting import lay_out_blocks, title_lines


def get_document(request: Request, pk: int) -> Document:
    found = Document.objects.visible_to(request.user).select_related(
        "bureau__region", "campaign__lead_bureau__region", "issued_version", "issued_by", "created_by"
    )
    return get_object_or_404(found, pk=pk)


@require_GET
def documents(request: Request) -> HttpResponse:
    seen = Document.objects.visible_to(request.user)
    found = DocumentFilter(request.GET, documents_for_lists(seen), request=request)
    context: dict[str, Any] = {"filter": found, "table": arrange(DocumentTable(found.qs), request)}
    if request.htmx:
        return render(request, "reports/documents/list.html#rows", context)
    context["stats"] = list(document_stats(seen, request.GET, request.path))
    context["may_write"] = can(request.user, "write", Document)
    return render(request, "reports/documents/list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    require(request.user, "write", Document)
    form = NewDocumentForm(request.POST or None, initial=request.GET.dict(), user=request.user)
    if request.htmx:
        return render(request, "reports/documents/new.html#fields", {"form": form})
    if form.is_valid() and request.user.bureau:
        try:
            made = _begin(form, request.user.bureau, request.user)
        except DocumentError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已根据活动数据起草，请逐段核对修改后送签。")
            return redirect("reports:document_edit", made.pk)
    return render(request, "reports/documents/new.html", {"form": form})


def _begin(form: NewDocumentForm, bureau: Bureau, user: User) -> Document:
    told = form.cleaned_data
    kind, campaign, finding = told["kind"], told["campaign"], told.get("finding")
    draft = compose(kind, campaign, bureau, finding)
    return begin_document(kind, draft, bureau=bureau, campaign=campaign, finding=finding, by=user)


@require_GET
def document(request: Request, pk: int) -> HttpResponse:
    found = get_document(request, pk)
    shown = found.shown
    paper = printable(found, shown)
    context = {
        "document": found,
        "version": shown,
        "tone": TONES[DocumentState(found.state)],
        "paper": paper,
        **_laid_out(paper),
        "left_open": _left_open(shown),
        "versions": _versions(request, found),
        "may": _may(request, found),
    }
    return render(request, "reports/documents/document.html", context)


def _left_open(shown: DocumentVersion) -> str:
    places = left_open(shown.content)
    return f"还有 {places} 处“【请补充：…】”没有写" if places else ""


def _laid_out(paper: Any) -> dict[str, Any]:
    return {
        "title_lines": title_lines(paper.title),
        "blocks": lay_out_blocks(paper.body),
        "attachments": [(one, lay_out_blocks(one.body)) for one in paper.attachments],
    }


def _versions(request: Request, found: Document) -> list[DocumentVersion]:
    """How a document came about is its own bureau's business."""
    if found.bureau_id != request.user.bureau_id:
        return []
    return list(found.versions.select_related("by"))


def _may(request: Request, found: Document) -> dict[str, bool]:
    state, user = found.state, request.user
    writes, issues = can(user, "write", found), can(user, "issue", found)
    return {
        "edit": writes and state == DocumentState.DRAFT,
        "present": writes and state == DocumentState.DRAFT,
        "take_back": writes and not issues and state == DocumentState.PRESENTED,
        "issue": issues and state == DocumentState.PRESENTED,
        "withdraw": issues and state == DocumentState.ISSUED,
        "drop": writes and state in (DocumentState.DRAFT, DocumentState.PRESENTED),
    }


@require_GET
def versions(request: Request, pk: int) -> HttpResponse:
    """Two versions beside each other: ?from=1&to=2; without numbers the last two."""
    found = get_document(request, pk)
    require(request.user, "write", found)
    kept = {version.number: version for version in found.versions.select_related("by")}
    new = kept.get(_number(request, "to"), found.latest)
    old = kept.get(_number(request, "from"), kept.get(new.number - 1, new))
    context = {
        "document": found, "versions": list(kept.values()), "old": old, "new": new,
        "changes": compare(from_json(old.content), from_json(new.content)),
    }  # fmt: skip
    return render(request, "reports/documents/versions.html", context)


def _number(request: Request, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 6 else 0
