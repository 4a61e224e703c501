"""How far a round has come: by county, by domain, by item; each number opens its rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.models import Region
from institutions.models import Domain
from selftest.content import Choice
from selftest.models import Round
from selftest.progress import AreaFigures, Figures, Progress, is_area, most_often, progress_of, widest_area
from selftest.states import SelfCheckState
from selftest.views.round_frame import get_round, round_page

LENGTH = 6

COLUMNS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("asked", "应自查", {}),
    ("invited", "未开始", {"status": "invited"}),
    ("filling", "填报中", {"status": "filling"}),
    ("signing", "待签署", {"status": "signing"}),
    ("submitted", "待审核", {"status": "submitted"}),
    ("returned", "已退回", {"status": "returned"}),
    ("accepted", "已通过", {"status": "accepted"}),
    ("handed_in", "累计报送", {"status": "handed_in"}),
    ("late", "逾期", {"late": "1"}),
    ("troubled", "自查发现问题", {"troubled": "1"}),
)
"""(figure, heading, filter of the list that shows the same rows)."""


@dataclass(frozen=True, slots=True)
class Cell:
    value: int
    url: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    url: str
    """Deeper into the table, or empty."""
    cells: list[Cell]
    handed_in_percent: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    number: int
    title: str
    choices: list[Cell]
    percent: str


@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    round = get_round(request, pk)
    top = widest_area(round, request.user)
    area = request.GET.get("area", top)
    if not is_area(area, top):
        raise Http404
    counted = progress_of(round, area)
    context = round_page(request, round, "progress") | _context(round, counted, top)
    template = "selftest/progress.html#figures" if request.htmx else "selftest/progress.html"
    return render(request, template, context)


def _context(round: Round, counted: Progress, top: str) -> dict[str, Any]:
    names = dict(Region.objects.filter(code__in=_codes(counted)).values_list("code", "name"))
    links = Links(round, counted.area, top)
    figures = counted.figures
    return {
        "area_name": names.get(_code(counted.area), "全国"),
        "above": counted.area[:-2] if len(counted.area) > len(top) else None,
        "counted_at": counted.counted_at or timezone.now(), "is_kept": counted.counted_at is not None,
        "columns": [heading for _, heading, _ in COLUMNS],
        "parts": [_part(links, code, names, each) for code, each in counted.parts],
        "total": Row(names.get(_code(counted.area), "合计"), "", links.cells(figures.progress), _percent(figures.progress)),
        "domains": list(_domains(links, figures)),
        "items": list(_items(links, round, figures)),
        "chart": _chart(links, round, figures),
        "area_chart": _area_chart(links, names, counted.parts),
        "county": counted.area if len(counted.area) == LENGTH else "",
        "counted_checks": sum(figures.progress[state] for state in (SelfCheckState.SUBMITTED, SelfCheckState.ACCEPTED)),
        "stats": list(_stats(links, figures.progress)),
        "page": links.page(counted.area),
    }  # fmt: skip


def _code(area: str) -> str:
    return area.ljust(LENGTH, "0")


def _codes(counted: Progress) -> list[str]:
    return [_code(counted.area), *(_code(code) for code, _ in counted.parts)]


class Links:
    """Where each number's rows are."""

    def __init__(self, round: Round, area: str, top: str) -> None:
        self.area, self._top = area, top
        self._list = reverse("selftest:self_checks", args=[round.pk])
        self._page = reverse("selftest:progress", args=[round.pk])

    def page(self, area: str) -> str:
        return f"{self._page}?area={area}"

    def rows(self, area: str, **query: str) -> str:
        where = {"region": _code(area)} if area != self._top else {}
        return f"{self._list}?{urlencode(where | query) or 'reset=1'}"

    def cells(self, figures: Figures, area: str | None = None, **query: str) -> list[Cell]:
        place = self.area if area is None else area
        return [
            Cell(figures[key], self.rows(place, **(filters | query)), key == "late" and figures[key] > 0)
            for key, _, filters in COLUMNS
        ]


def _part(links: Links, code: str, names: dict[str, str], figures: Figures) -> Row:
    label = names.get(_code(code), _code(code))
    return Row(label, links.page(code), links.cells(figures, code), _percent(figures))


def _percent(figures: Figures) -> int:
    return 100 * figures["handed_in"] // figures["asked"] if figures["asked"] else 0


def _domains(links: Links, figures: AreaFigures) -> Iterator[Row]:
    names = dict(Domain.objects.order_by("position", "code").values_list("code", "name"))
    for code, name in names.items():
        if counted := figures.domains.get(code):
            yield Row(name, "", links.cells(counted, domain=code), _percent(counted))


def _items(links: Links, round: Round, figures: AreaFigures) -> Iterator[ItemRow]:
    """The item with most “是” first."""
    titles = {item.number: item.title for item in round.form.parsed.items}
    for number, choices in most_often(figures, titles):
        answered = sum(choices.values())
        cells = [
            Cell(choices[choice], links.rows(links.area, item=str(number), choice=choice.value), is_late=False)
            for choice in (Choice.YES, Choice.NO, Choice.NOT_APPLICABLE)
        ]
        yield ItemRow(number, titles[number], cells, f"{100 * choices['yes'] / answered:.1f} %" if answered else "—")


def _chart(links: Links, round: Round, figures: AreaFigures) -> dict[str, Any]:
    rows = most_often(figures, round.form.parsed.numbers)
    return {
        "kind": "bar", "category_label": "自查项目", "unit": "家",
        "categories": [f"第 {number} 项" for number, _ in rows],
        "series": [{"name": "是（发现问题）", "values": [choices["yes"] for _, choices in rows]}],
        "urls": [links.rows(links.area, item=str(number), choice="yes") for number, _ in rows],
    }  # fmt: skip


def _area_chart(links: Links, names: dict[str, str], parts: list[tuple[str, Figures]]) -> dict[str, Any]:
    """The area with the lowest share of what is handed in first."""
    rows = sorted(parts, key=lambda part: (_percent(part[1]), part[0]))
    return {
        "kind": "bar", "category_label": "地区", "unit": "%",
        "categories": [names.get(_code(code), _code(code)) for code, _ in rows],
        "series": [{"name": "报送率", "values": [_percent(figures) for _, figures in rows]}],
        "urls": [links.page(code) for code, _ in rows],
    }  # fmt: skip


def _stats(links: Links, figures: Figures) -> Iterator[dict[str, Any]]:
    tones = {"submitted": "waiting", "accepted": "done", "late": "overdue"}
    filters = {key: (heading, query) for key, heading, query in COLUMNS}
    for key in ("asked", "invited", "handed_in", "submitted", "accepted", "late", "troubled"):
        heading, query = filters[key]
        note = f"占 {_percent(figures)} %" if key == "handed_in" and figures["asked"] else ""
        yield {
            "label": heading, "value": figures[key], "unit": "家", "note": note, "url": links.rows(links.area, **query),
            "tone": tones.get(key, "") if figures[key] else "",
        }  # fmt: skip
