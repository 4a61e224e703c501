"""The figures of the public site, kept until something is published: counting 500,000 rows takes a moment."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, Sum

from accounts.models import Region
from campaigns.disclosure import public_draws
from publications.models import PublicationKind
from publications.site import public

SECONDS_KEPT = 600


@dataclass(frozen=True)
class YearFigures:
    year: int
    inspected: int
    with_problems: int
    problems: int

    @property
    def share(self) -> str:
        return f"{100 * self.with_problems / self.inspected:.1f}%" if self.inspected else "—"


@dataclass(frozen=True)
class Figures:
    years: list[YearFigures]
    """The newest first."""
    categories: list[tuple[str, int]]
    cities: list[tuple[str, str, int, int]]
    """Code, name, inspected, with problems."""
    penalties: int
    publications: int
    corrections: int
    draws: int

    @property
    def newest(self) -> YearFigures | None:
        return self.years[0] if self.years else None


def figures() -> Figures:
    versions = public.versions().order_by().aggregate(n=Count("pk"), current=Count("pk", filter=Q(state="published")))
    draws, penalties = public_draws().order_by().count(), public.penalties().order_by().count()
    key = f"site-figures:{public.last_change()}:{versions}:{draws}:{penalties}".replace(" ", "")
    found = cache.get(key)
    if found is None:
        found = _counted(versions["current"], draws, penalties)
        cache.set(key, found, SECONDS_KEPT)
    return found  # type: ignore[no-any-return]


def _counted(publications: int, draws: int, penalties: int) -> Figures:
    problem = Q(problem_count__gt=0)
    rows = public.results().order_by()
    counts = {"inspected": Count("pk"), "found": Count("pk", filter=problem), "problems": Sum("problem_count")}
    years = rows.values_list("year").annotate(**counts).order_by("-year")
    categories = dict(rows.values_list("category").annotate(number=Count("pk")))
    return Figures(
        years=[YearFigures(*row) for row in years],
        categories=[(words, categories[code]) for code, words in public.CATEGORY_WORDS.items() if code in categories],
        cities=_by_city(list(rows.values_list("county").annotate(Count("pk"), found=Count("pk", filter=problem)))),
        penalties=penalties,
        publications=publications,
        corrections=public.versions().filter(number__gt=1).count(),
        draws=draws,
    )


def _by_city(counties: list[tuple[str, int, int]]) -> list[tuple[str, str, int, int]]:
    totals: dict[str, tuple[int, int]] = {}
    for county, inspected, found in counties:
        before = totals.get(county[:4], (0, 0))
        totals[county[:4]] = (before[0] + inspected, before[1] + found)
    cities = Region.objects.filter(level=Region.Level.CITY, code__in=[f"{scope}00" for scope in totals])
    return [(code, name, *totals[code[:4]]) for code, name in cities.order_by("code").values_list("code", "name")]


def charts(of: Figures, results_url: str) -> list[dict[str, Any]]:
    """What templates/components/chart.html takes."""
    years = of.years[::-1]
    return [
        {
            "title": "每年抽查多少家次，多少发现问题？",
            "chart_id": "by-year",
            "data": {
                "kind": "column", "category_label": "年度", "unit": "家次",
                "categories": [f"{each.year}年" for each in years],
                "series": [
                    {"name": "已公示结果", "values": [each.inspected for each in years]},
                    {"name": "发现问题", "values": [each.with_problems for each in years]},
                ],
                "urls": [f"{results_url}?year={each.year}" for each in years],
            },
        },
        {
            "title": "各市抽查结果如何？",
            "chart_id": "by-city",
            "data": {
                "kind": "bar", "category_label": "市", "unit": "家次",
                "categories": [name for _, name, _, _ in of.cities],
                "series": [
                    {"name": "已公示结果", "values": [inspected for _, _, inspected, _ in of.cities]},
                    {"name": "发现问题", "values": [found for *_, found in of.cities]},
                ],
                "urls": [f"{results_url}?region={code}" for code, *_ in of.cities],
            },
        },
        {
            "title": "检查结果是怎样的？",
            "chart_id": "by-category",
            "data": {
                "kind": "bar", "category_label": "检查结果", "unit": "家次",
                "categories": [words for words, _ in of.categories],
                "series": [{"name": "已公示结果", "values": [number for _, number in of.categories]}],
            },
        },
    ]  # fmt: skip


KINDS = dict(PublicationKind.choices)
