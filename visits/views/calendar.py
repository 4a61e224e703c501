"""The bureau's calendar of visits."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import Request
from visits import agenda
from visits.agenda import Month
from visits.models import Visit
from visits.models.visits import VisitQuerySet
from visits.rules import OFFICERS

OWN, MINE, ALL = "own", "mine", "all"
WHOSE = {OWN: "本单位", MINE: "本人参加", ALL: "全部可见"}
MOST_UNPLANNED = 20

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@require_GET
def calendar(request: Request) -> HttpResponse:
    month = Month.read(request.GET.get("month", "")) or Month.of(timezone.localdate())
    whose = request.GET.get("whose", OWN)
    whose = whose if whose in WHOSE else OWN
    days = agenda.month_of(_rows(request, whose), month, seen_by=request.user)
    context = {
        "month": month, "whose": whose, "days": days, "tabs": list(_tabs(month, whose)), "weekdays": WEEKDAYS,
        "count": sum(len(day.visits) for day in days if day.is_in_month),
        "clashing": sum(bool(each.clashes) for day in days for each in day.visits),
    }  # fmt: skip
    return render(request, "visits/calendar.html", context | _unplanned(request))


def _rows(request: Request, whose: str) -> VisitQuerySet:
    if whose == MINE:
        return agenda.of_person(request.user)
    return Visit.objects.visible_to(request.user) if whose == ALL else agenda.of_bureau(request.user)


def _tabs(month: Month, whose: str) -> Any:
    for name, label in WHOSE.items():
        yield {"label": label, "url": f"?month={month}&whose={name}", "active": name == whose}


def _unplanned(request: Request) -> dict[str, Any]:
    """For those who plan."""
    if not request.user.has_role(*OFFICERS):
        return {}
    tasks = agenda.unplanned(request.user)
    return {"plans": True, "unplanned": tasks[:MOST_UNPLANNED], "unplanned_count": tasks.count()}
