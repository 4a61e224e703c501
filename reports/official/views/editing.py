"""The page on which a draft is written, section by section. Every button sends the whole page and gets it back, without
JavaScript; nothing is kept until 保存."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import Request
from accounts.rules import require
from reports.models import Document
from reports.official.comparing import Change, compare
from reports.official.composing import compose
from reports.official.content import from_json
from reports.official.drafting import save_version
from reports.official.errors import DocumentError, SavedMeanwhile
from reports.official.forms import HeadForm
from reports.official.pieces import KINDS, Piece, pieces_from, pieces_of, rearranged, with_pieces
from reports.official.views.documents import get_document


@dataclass(slots=True)
class Desk:
    """What lies on the page. base: the version that is being edited; changes: what somebody else saved since."""

    form: HeadForm
    pieces: list[Piece]
    base: int
    words: str = ""
    refusal: str = ""
    changes: list[Change] | None = None


@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    document = get_document(request, pk)
    require(request.user, "write", document)
    if not document.is_editable:
        messages.info(request, f"本文当前为“{document.get_state_display()}”，不能修改。")
        return redirect(document)
    if request.method == "GET":
        return _show(request, document, _opened(document))
    desk = _posted(request)
    if desk.form.is_valid() and request.POST.get("do") == "save" and _save(request, document, desk):
        return redirect((request.POST.get("next") == "stay" and request.path) or document.get_absolute_url())
    return _show(request, document, desk)


def _opened(document: Document) -> Desk:
    latest = document.latest
    content = from_json(latest.content)
    return Desk(HeadForm(initial=HeadForm.values_of(content)), pieces_of(content), latest.number)


def _posted(request: Request) -> Desk:
    base = request.POST.get("base", "")
    pieces = rearranged(pieces_from(request.POST.dict()), request.POST.get("do", ""))
    words = request.POST.get("words", "").strip()[:200]
    return Desk(HeadForm(request.POST), pieces, int(base) if base.isdecimal() else 0, words)


def _save(request: Request, document: Document, desk: Desk) -> bool:
    """False when it was refused; then the desk says why, and the next 保存 counts as having seen what came between."""
    draft = with_pieces(desk.form.fill(from_json(document.latest.content)), desk.pieces)
    try:
        version = save_version(document, draft, base=desk.base, by=request.user, words=desk.words)
    except SavedMeanwhile as refused:
        desk.refusal, desk.base = str(refused), refused.latest.number
        desk.changes = compare(from_json(refused.latest.content), draft)
        return False
    except DocumentError as refused:
        desk.refusal = str(refused)
        return False
    messages.success(request, f"已保存第{version.number}版。")
    return True


def _show(request: Request, document: Document, desk: Desk) -> HttpResponse:
    context: dict[str, Any] = {"document": document, "desk": desk, "kinds": KINDS}
    return render(request, "reports/documents/edit.html", context)


@require_POST
def compose_again(request: Request, pk: int) -> HttpResponse:
    """The draft as the data would give it now, as a new version: what was written by hand stands in the version before."""
    document = get_document(request, pk)
    require(request.user, "write", document)
    if document.campaign is None:
        return redirect(document)
    draft = compose(document.kind, document.campaign, document.bureau, document.finding)
    try:
        before = document.latest.number
        version = save_version(document, draft, base=before, by=request.user, words="按最新数据重新起草")
    except DocumentError as refused:
        messages.error(request, str(refused))
        return redirect(document)
    if version.number == before:
        messages.info(request, "数据没有变化，草稿不变。")
        return redirect(document)
    messages.success(
        request, f"已按最新数据重新起草，存为第{version.number}版；此前手工修改的内容在第{before}版，可以对照。"
    )
    return redirect("reports:document_versions", document.pk)
