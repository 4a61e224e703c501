from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from publications.site import choices, paging, public, searching
from publications.site.answers import page
from publications.site.answers import public as public_view
from publications.site.searching import Asked


@public_view
def results(request: HttpRequest) -> HttpResponseBase:
    asked = Asked.of(request.GET)
    found = paging.cut(searching.results(asked), "inspected_on", asked, public.result_rows)
    domains = public.domains_of(found.rows)
    context = {"rows": [(row, domains.get(row.pk, "")) for row in found.rows], "slice": found}
    context |= {"domains": choices.domains(asked)} | _fields(asked)
    return page("results.html", context, active="results")


@public_view
def penalties(request: HttpRequest) -> HttpResponseBase:
    asked = Asked.of(request.GET)
    found = paging.cut(searching.penalties(asked), "decided_on", asked, public.penalty_rows)
    return page("penalties.html", {"slice": found} | _fields(asked), active="penalties")


def _fields(asked: Asked) -> dict[str, Any]:
    return {
        "query": " ".join(asked.words),
        "regions": choices.regions(asked),
        "years": choices.years(asked),
        "address": asked.address,
        "is_asked": bool(asked.address),
    }


@public_view
def result(request: HttpRequest, pk: int) -> HttpResponseBase:
    rows = public.result_rows(public.results().filter(pk=pk))
    if not rows:
        raise Http404
    context = {"row": rows[0], "details": public.details_of(rows)[pk], "domains": public.domains_of(rows).get(pk, "")}
    return page("result.html", context, active="results")
