from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from campaigns.disclosure import public_draws, standing
from publications.site import counting, public, searching
from publications.site.answers import page
from publications.site.answers import public as public_view

NEWEST = 10
FOUND = 10


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """The site's root: for those who work here their workbench, for everybody else the public front page."""
    return redirect("workbench") if request.user.is_authenticated else front(request)


@public_view
def front(request: HttpRequest) -> HttpResponseBase:
    context = {
        "figures": counting.figures(),
        "newest": public.version_rows(public.current_versions()[:NEWEST]),
        "kinds": counting.KINDS,
        "draws": [(draw, standing(draw)) for draw in public_draws().defer("manifest")[:5]],
        "search_url": reverse("site:search"),
    }
    return page("front.html", context)


@public_view
def search(request: HttpRequest) -> HttpResponseBase:
    """One field for everything: an institution whose code is given whole is opened at once."""
    words = searching.words_in(request.GET)
    institutions = [public.public_facts(row) for row in searching.institutions(words)[: FOUND + 1]] if words else []
    if len(words) == 1 and len(institutions) == 1 and institutions[0].code == words[0].upper():
        return redirect("site:institution", institutions[0].code)
    context = {
        "query": " ".join(words),
        "institutions": institutions[:FOUND],
        "are_more": len(institutions) > FOUND,
        "publications": _publications(words),
        "draws": _draws(words),
        "kinds": counting.KINDS,
        "search_url": reverse("site:search"),
    }
    return page("search.html", context)


def _publications(words: list[str]) -> list[public.Version]:
    if not words:
        return []
    rows = public.current_versions()
    for word in words:
        rows = rows.filter(title__contains=word)
    return public.version_rows(rows[:FOUND])


def _draws(words: list[str]) -> list[object]:
    if not words:
        return []
    rows = public_draws().defer("manifest")
    for word in words:
        rows = rows.filter(code__icontains=word) | rows.filter(campaign__title__contains=word)
    return [(draw, standing(draw)) for draw in rows[:FOUND]]


@public_view
def figures(request: HttpRequest) -> HttpResponseBase:
    found = counting.figures()
    context = {"figures": found, "charts": counting.charts(found, reverse("site:results"))}
    return page("figures.html", context, active="figures")
