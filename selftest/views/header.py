"""The header of the form: 基本信息 and one block for each certificate."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import Request
from selftest import filling, header
from selftest.content import HeaderField
from selftest.errors import ChangedMeanwhile, SelfCheckError
from selftest.forms.filling import BlockForm
from selftest.models import HeaderBlock, SelfCheck
from selftest.portal import Overview, overview_of
from selftest.states import SelfCheckState
from selftest.views.filling import CHANGED, EMPTY, REFUSED, base_of, changed, refused, saved_words, stranger, trouble
from selftest.views.portal import comments_on, own_self_check


@dataclass
class BlockPart:
    """A block on the page: its form, what the pool says where it says something else, and a conflict if there is one."""

    block: HeaderBlock
    fields: tuple[HeaderField, ...]
    form: BlockForm
    pool: dict[str, str]
    missing: set[str]
    changed: dict[str, Any] | None = None

    @property
    def is_removable(self) -> bool:
        return self.block.kind == HeaderBlock.Kind.CERTIFICATE and self.block.certificate_id is None

    @property
    def rows(self) -> Iterator[tuple[Any, str | None, bool, HeaderField]]:
        """(bound field, what the pool says or None, whether it must still be filled, what the form asks)."""
        for field in self.fields:
            if field.key not in self.form.fields:
                continue
            yield self.form[field.key], self.pool.get(field.key), field.key in self.missing, field

    @property
    def texts(self) -> list[tuple[str, str]]:
        """(label, value) for a page that can only be read."""
        return [(field.label, _text(self.block.values.get(field.key)).replace("\n", "、")) for field in self.fields]

    @property
    def differing(self) -> set[str]:
        """Fields that say something else than the pool."""
        values = {field.key: _text(self.block.values.get(field.key)) for field in self.fields}
        return {key for key, known in self.pool.items() if values[key] and values[key] != known}


@require_http_methods(["GET", "POST"])
def fill_header(request: Request, pk: int) -> HttpResponse:
    """POST is the way without JavaScript: all blocks at once."""
    self_check = own_self_check(request, pk)
    if self_check.state == SelfCheckState.INVITED:
        return redirect("selftest:fill", pk)
    overview = overview_of(self_check)
    if request.method == "GET":
        return _page(request, overview, [_part(overview, block) for block in overview.blocks])
    parts = [_saved(request, overview, block) for block in overview.blocks]
    if any(part.changed or part.form.errors for part in parts):
        status = CHANGED if any(part.changed for part in parts) else REFUSED
        return _page(request, overview, parts, status=status)
    messages.success(request, "基本信息已保存。")
    _, after = overview.neighbours(filling.HEADER)
    return redirect(after.url if request.POST.get("go") == "next" and after else request.path)


def _saved(request: Request, overview: Overview, block: HeaderBlock) -> BlockPart:
    """A block that somebody added since the page was made is left alone."""
    if f"block{block.pk}-base" not in request.POST:
        return _part(overview, block)
    fields = header.fields_of(overview.content, block.kind)
    form = BlockForm(fields, block, request.POST, partly=True)
    part = _part(overview, block, form)
    if not form.is_valid():
        return part
    base = base_of(request, f"block{block.pk}-base")
    try:
        part.block = filling.save_header(block, form.values(), base=base, by=request.user)
    except ChangedMeanwhile as error:
        part.changed = _conflict(fields, error, form)
        part.block = cast("HeaderBlock", error.current)
    except SelfCheckError as error:
        form.add_error(None, str(error))
    return part


def _part(overview: Overview, block: HeaderBlock, form: BlockForm | None = None) -> BlockPart:
    fields = header.fields_of(overview.content, block.kind)
    missing = {field.key for field in fields if field.required and not block.values.get(field.key)}
    pool = _pool(overview.self_check, fields, block)
    return BlockPart(block, fields, form or BlockForm(fields, block), pool, missing)


def _pool(self_check: SelfCheck, fields: tuple[HeaderField, ...], block: HeaderBlock) -> dict[str, str]:
    """Field → what the pool knows, as text; only for fields that the pool keeps."""
    source: Any = self_check.institution if block.kind == HeaderBlock.Kind.BASIC else block.certificate
    if source is None:
        return {}
    values = {field.key: header.pool_value(field, source) for field in fields if hasattr(source, field.key)}
    return {key: "\n".join(value) if isinstance(value, list) else value for key, value in values.items()}


def _page(request: Request, overview: Overview, parts: list[BlockPart], status: int = 200) -> HttpResponse:
    context = {
        "self_check": overview.self_check,
        "overview": overview,
        "entry": overview.entry(filling.HEADER),
        "after": overview.neighbours(filling.HEADER)[1],
        "parts": parts,
        "has_certificate": any(part.block.kind == HeaderBlock.Kind.CERTIFICATE for part in parts),
        "comments": comments_on(overview.self_check, filling.HEADER),
    }
    return render(request, "selftest/fill_header.html", context, status=status)


@require_POST
def save_header(request: Request, pk: int, block_pk: int) -> HttpResponse:
    """The automatic save of one block: any of its fields."""
    self_check = own_self_check(request, pk)
    block = _block(self_check, block_pk)
    if (refusal := stranger(request)) is not None:
        return refusal
    fields = header.fields_of(self_check.round.form.parsed, block.kind)
    form = BlockForm(fields, block, request.POST, partly=True)
    if not form.is_valid():
        return refused(form.errors)
    try:
        saved = filling.save_header(block, form.values(), base=base_of(request), by=request.user)
    except ChangedMeanwhile as error:
        return changed(error, _conflict(fields, error, form), _texts(fields, error.current))
    except SelfCheckError as error:
        return trouble(error)
    return JsonResponse(saved_words(saved) | _entry(self_check, fields, saved))


def _entry(self_check: SelfCheck, fields: tuple[HeaderField, ...], block: HeaderBlock) -> dict[str, Any]:
    entry = overview_of(self_check).entry(filling.HEADER)
    missing = [field.key for field in fields if field.required and not block.values.get(field.key)]
    shown = {"state": entry.state.value, "label": entry.state.label, "tone": entry.tone}
    return {"entry": shown, "missing": missing}


def _block(self_check: SelfCheck, pk: int) -> HeaderBlock:
    return get_object_or_404(self_check.blocks.select_related("certificate"), pk=pk)


def _conflict(fields: tuple[HeaderField, ...], error: ChangedMeanwhile, form: BlockForm) -> dict[str, Any]:
    theirs, mine = _texts(fields, error.current), form.values()
    rows = [
        (key, label, theirs[key] or EMPTY, _text(mine[key]) or EMPTY, theirs[key] != _text(mine[key]))
        for key, label in ((field.key, field.label) for field in fields)
        if key in mine
    ]
    return {"rows": rows, "current": error.current, "words": str(error)}


def _texts(fields: tuple[HeaderField, ...], block: Any) -> dict[str, str]:
    return {field.key: _text(block.values.get(field.key)) for field in fields}


def _text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else value or ""


@require_POST
def add_certificate(request: Request, pk: int) -> HttpResponse:
    self_check = own_self_check(request, pk)
    try:
        block = filling.add_certificate_block(self_check, by=request.user)
    except SelfCheckError as error:
        messages.error(request, str(error))
        return redirect("selftest:fill_header", pk)
    return redirect(f"{redirect('selftest:fill_header', pk).url}#block{block.pk}")


@require_POST
def remove_certificate(request: Request, pk: int, block_pk: int) -> HttpResponse:
    self_check = own_self_check(request, pk)
    try:
        filling.remove_certificate_block(_block(self_check, block_pk), by=request.user)
    except SelfCheckError as error:
        messages.error(request, str(error))
    return redirect("selftest:fill_header", pk)
