"""Lists of publications by their kind, and the list of matters."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase

from publications.models import PublicationKind
from publications.site import choices, counting, public
from publications.site.answers import page
from publications.site.answers import public as public_view
from publications.site.searching import Asked

A_PAGE = 20
PLANS = (PublicationKind.ANNUAL_PLAN, PublicationKind.PLAN)
BULLETINS = (PublicationKind.CASES, PublicationKind.BULLETIN)


@public_view
def matters(request: HttpRequest) -> HttpResponseBase:
    found = public.matters()
    departments: dict[str, list[public.Matter]] = {}
    for matter in found:
        departments.setdefault(matter.department, []).append(matter)
    context = {"departments": list(departments.items()), "count": len(found)}
    return page("matters.html", context, active="matters")


@public_view
def plans(request: HttpRequest) -> HttpResponseBase:
    words = {"title": "抽查计划", "note": "年度抽查计划和各次抽查的计划，公布以后的更正都留有说明。"}
    return _list(request, tuple(map(str, PLANS)), words, "plans")


@public_view
def bulletins(request: HttpRequest) -> HttpResponseBase:
    words = {"title": "案例通报", "note": "典型案例和检查情况通报。"}
    return _list(request, tuple(map(str, BULLETINS)), words, "bulletins")


@public_view
def publications(request: HttpRequest) -> HttpResponseBase:
    words = {"title": "全部公示", "note": "一切公示都在这里，被更正和撤回的也留有记录。"}
    return _list(request, tuple(map(str, PublicationKind.values)), words, "publications")


def _list(request: HttpRequest, kinds: tuple[str, ...], words: dict[str, str], active: str) -> HttpResponseBase:
    """One line per publication: its public version, or the one that was withdrawn."""
    asked, kind = Asked.of(request.GET), request.GET.get("kind", "")
    chosen = (kind,) if kind in kinds else kinds
    rows = public.versions().exclude(state="superseded").filter(publication__kind__in=chosen)
    for word in asked.words:
        rows = rows.filter(title__contains=word)
    if asked.year:
        rows = rows.filter(publication__year=int(asked.year)) if asked.year.isdecimal() else rows.none()
    if len(asked.region) == 6:
        scope = asked.region[:4] if asked.region.endswith("00") else asked.region
        rows = rows.filter(publication__bureau__region__code__startswith=scope)
    found = Paginator(rows.values_list(*public.VERSION_COLUMNS), A_PAGE).get_page(request.GET.get("page"))
    context = words | {
        "rows": [public.version_of(row) for row in found],
        "page": found,
        "address": _address(asked, kind),
        "kinds": counting.KINDS,
        "kind_choices": choices.options(((each, counting.KINDS[each]) for each in kinds), kind),
    }
    return page("publications.html", context | _fields(asked), active=active)


def _fields(asked: Asked) -> dict[str, Any]:
    return {"query": " ".join(asked.words), "regions": choices.regions(asked), "years": choices.years(asked)}


def _address(asked: Asked, kind: str) -> str:
    given = "&".join(filter(None, [asked.address, urlencode({"kind": kind}) if kind else ""]))
    return f"{given}&" if given else ""
