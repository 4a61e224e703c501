"""The public record of all draws, and the public log: no login, no JavaScript, nothing that is not public yet."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import Request
from accounts.public_navigation import public_navigation
from campaigns import publiclog, transcripts
from campaigns.disclosure import disclosed_draws, drawn_rows, public_draws, public_record, record_url, standing
from campaigns.draw.packing import FILE_NAME
from campaigns.filters import PublicDrawFilter
from campaigns.forms.record import HeadForm
from campaigns.models import LogEntry
from workbooks.writing import ExportColumn, write_csv

DRAWS_PER_PAGE = 20
ENTRIES_PER_PAGE = 50
ROWS_SHOWN = 200
"""Of one line's drawn list on the page; the rest is in the list to download."""

COLUMNS = [
    ExportColumn("条目", lambda row: row.line),
    ExportColumn("名次", lambda row: row.rank or None, "integer"),
    ExportColumn("代码", lambda row: row.identifier),
    ExportColumn("机构名称", lambda row: row.name),
    ExportColumn("县级区划代码", lambda row: row.county),
    ExportColumn("签", lambda row: row.ticket),
    ExportColumn("替换情况", lambda row: row.note),
]


@login_not_required
@require_safe
def draws(request: Request) -> HttpResponse:
    found = PublicDrawFilter(request.GET, public_draws().defer("manifest"), request=request)
    page = _page(found.qs, request, DRAWS_PER_PAGE)
    context = {
        "filter": found,
        "page": page,
        "address": _address_without_page(request),
        "rows": [(each, standing(each)) for each in page],
        "head": publiclog.head(),
        "public_navigation": public_navigation("draws"),
    }
    return render(request, "campaigns/record/draws.html", context)


@login_not_required
@require_safe
def draw(request: Request, code: str) -> HttpResponse:
    """Before, chance, result, check: each in one paragraph and one figure; details fold open."""
    found = get_object_or_404(public_draws(), code=code)
    context = {
        "record": public_record(found),
        "entries": publiclog.in_words(found.log.order_by("number")),
        "head": publiclog.head(),
        "address": record_url(found, request),
        "rows_shown": ROWS_SHOWN,
        "rows_slice": f":{ROWS_SHOWN}",
        "verifier_name": FILE_NAME,
        "public_navigation": public_navigation("draws"),
    }
    return render(request, "campaigns/record/draw.html", context)


@login_not_required
@require_safe
def manifest(request: Request, code: str) -> HttpResponse:
    """The manifest itself, nothing around it: its digest is the commitment, and `check-proof` reads it as it is."""
    found = get_object_or_404(public_draws(), code=code)
    return _file(json.dumps(found.manifest, ensure_ascii=False, indent=1), f"{code}.manifest.json")


@login_not_required
@require_safe
def transcript(request: Request, code: str) -> HttpResponseBase:
    """The whole draw as it stands now, with its substitutions. Before it is disclosed there is nothing here."""
    found = get_object_or_404(disclosed_draws(), code=code)
    return transcripts.answer(found, headers=_headers(f"{code}.transcript.json"))


@login_not_required
@require_safe
def drawn_list(request: Request, code: str) -> HttpResponse:
    found = get_object_or_404(disclosed_draws(), code=code)
    stream = BytesIO()
    names = found.campaign.publishes_drawn_list
    columns = [column for column in COLUMNS if names or column.header != "机构名称"]
    write_csv(stream, columns, drawn_rows(found))
    return _file(stream.getvalue(), f"{code}.list.csv", "text/csv; charset=utf-8")


@login_not_required
@require_safe
def log(request: Request) -> HttpResponse:
    """Every entry, the newest first, and the check of a head that somebody has on paper."""
    rows = LogEntry.objects.select_related("draw").order_by("-number")
    if code := request.GET.get("draw", "")[:64]:
        rows = rows.filter(draw__code=code)
    page = _page(rows, request, ENTRIES_PER_PAGE)
    form = HeadForm(request.GET if "number" in request.GET else None)
    context = {
        "page": page,
        "entries": publiclog.in_words(page),
        "address": _address_without_page(request),
        "code": code,
        "head": publiclog.head(),
        "form": form,
        "outcome": publiclog.compare(**form.cleaned_data) if form.is_valid() else "",
        "public_navigation": public_navigation("log"),
    }
    return render(request, "campaigns/record/log.html", context)


@login_not_required
@require_safe
def log_json(request: HttpRequest) -> HttpResponseBase:
    return StreamingHttpResponse(
        publiclog.pieces(), content_type="application/json; charset=utf-8", headers=_headers("lianchou-log.json")
    )


def _page(rows: QuerySet[Any], request: HttpRequest, size: int) -> Page[Any]:
    return Paginator(rows, size).get_page(request.GET.get("page"))


def _address_without_page(request: HttpRequest) -> str:
    """The query of this page as it stands, to which a page number is added."""
    asked = request.GET.copy()
    asked.pop("page", None)
    return f"{asked.urlencode()}&" if asked else ""


def _file(content: str | bytes, name: str, kind: str = "application/json; charset=utf-8") -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers=_headers(name))


def _headers(name: str) -> Mapping[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
