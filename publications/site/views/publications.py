from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from publications.site import counting, public
from publications.site.answers import page
from publications.site.answers import public as public_view

ROWS_SHOWN = 200
"""The rest is found by searching, and in the file."""


@public_view
def publication(request: HttpRequest, code: str) -> HttpResponseBase:
    """What is public now, under its lasting address; once it is withdrawn, that it was and why."""
    history = _history(code)
    shown = next((each for each in history if each.is_current), history[0])
    return _show(request, shown, history)


@public_view
def version(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """One version as it was; the present one stands under the address without a number."""
    history = _history(code)
    found = next((each for each in history if each.number == number), None)
    if found is None:
        raise Http404
    return redirect("site:publication", code) if found.is_current else _show(request, found, history)


def _history(code: str) -> list[public.Version]:
    """The newest first."""
    history = public.version_rows(public.versions().filter(publication__code=code).order_by("-number"))
    if not history:
        raise Http404
    return history


def _show(request: HttpRequest, shown: public.Version, history: list[public.Version]) -> HttpResponseBase:
    reasons = public.reasons_after(history)
    results = public.result_rows(public.results_of(shown).order_by("county", "name", "pk")[: ROWS_SHOWN + 1])
    penalties = public.penalty_rows(public.penalties_of(shown).order_by("-decided_on", "pk")[: ROWS_SHOWN + 1])
    context = {
        "version": shown,
        "history": [(each, reasons.get((each.code, each.number), "")) for each in history],
        "reason_after": reasons.get((shown.code, shown.number), ""),
        "kind": counting.KINDS[shown.kind],
        "content": public.content_of(shown),
        "results": results[:ROWS_SHOWN],
        "penalties": penalties[:ROWS_SHOWN],
        "are_more": len(results) > ROWS_SHOWN or len(penalties) > ROWS_SHOWN,
    }
    changed = max(filter(None, [time for each in history for time in (each.published_at, each.ended_at)]))
    has_rows = bool(results or penalties)  # which may be hidden one by one: then only the digest of the page tells
    return page("publication.html", context, active=_section(shown.kind), changed=None if has_rows else changed)


def _section(kind: str) -> str:
    sections = {"annual_plan": "plans", "plan": "plans", "results": "results", "penalties": "penalties"}
    return sections.get(kind, "bulletins" if kind in ("cases", "bulletin") else "publications")
