"""A campaign from plan to results, as far as it is public."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase

from campaigns.disclosure import public_draws, standing
from publications.models import PublicationKind
from publications.site import counting, public
from publications.site.answers import page
from publications.site.answers import public as public_view

A_PAGE = 20


@dataclass(frozen=True)
class Part:
    """A stage of the campaign. `missing`: what is said while nothing of it is public."""

    title: str
    versions: list[public.Version]
    missing: str
    draws: list[Any]


PARTS: tuple[tuple[str, tuple[PublicationKind, ...], str], ...] = (
    ("计划", (PublicationKind.ANNUAL_PLAN, PublicationKind.PLAN), "计划没有公示，或者尚未公示。"),
    ("抽取", (PublicationKind.DRAWN_LIST,), "没有抽取记录：全部检查，或者尚未抽取。"),
    ("结果", (PublicationKind.RESULTS,), "检查结果尚未公示。完成检查后 20 个工作日内公示。"),
    ("处罚", (PublicationKind.PENALTIES,), "没有公示的行政处罚。"),
    ("案例通报", (PublicationKind.CASES, PublicationKind.BULLETIN), "没有公示的案例和通报。"),
)


@public_view
def campaigns(request: HttpRequest) -> HttpResponseBase:
    found = Paginator(public.campaigns(), A_PAGE).get_page(request.GET.get("page"))
    pks = [row.pk for row in found]
    rows = public.campaign_rows(public.campaigns().filter(pk__in=pks))
    versions = public.current_versions().filter(publication__campaign__in=pks)
    kinds: dict[int, list[str]] = {}
    for pk, kind in versions.order_by("pk").values_list("publication__campaign", "publication__kind"):
        kinds.setdefault(pk, []).append(counting.KINDS[kind])
    drawn = set(public_draws().filter(campaign__in=pks).order_by().values_list("campaign", flat=True))
    shown = [(row, (["抽取记录"] if row.pk in drawn else []) + kinds.get(row.pk, [])) for row in rows]
    return page("campaigns.html", {"rows": shown, "page": found, "address": ""}, active="campaigns")


@public_view
def campaign(request: HttpRequest, number: str) -> HttpResponseBase:
    found = public.campaign_rows(public.campaigns().filter(number=number))
    if not found:
        raise Http404
    versions = public.version_rows(
        public.versions().exclude(state="superseded").filter(publication__campaign=found[0].pk)
    )
    draws = [(draw, standing(draw)) for draw in public_draws().filter(campaign=found[0].pk).defer("manifest")]
    parts = [
        Part(title, [each for each in versions if each.kind in kinds], missing, draws if title == "抽取" else [])
        for title, kinds, missing in PARTS
    ]
    results = public.results().filter(version__publication__campaign=found[0].pk).order_by()
    context = {
        "campaign": found[0],
        "parts": parts,
        "results": results.count(),
        "with_problems": results.filter(problem_count__gt=0).count(),
    }
    return page("campaign.html", context, active="campaigns")
