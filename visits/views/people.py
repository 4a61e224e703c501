"""Officers who are not of the drawn team: guests from elsewhere, and the own ones of a county that organises a task
handed down to it."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from accounts.rules import require
from inspectors.models import Inspector
from visits import briefing, scheduling
from visits.errors import VisitError
from visits.models import Visit
from visits.views.frame import get_visit

MOST_SHOWN = 50


@require_http_methods(["GET", "POST"])
def people(request: Request, pk: int) -> HttpResponse:
    """Without a drawn team the own officers who may go that day; others by full name or number of a certificate."""
    visit = get_visit(request, pk)
    require(request.user, "staff", visit)
    who = request.GET.get("who", "").strip()
    rows = _found(visit, who)
    if request.method == "POST":
        return _add(request, visit, rows)
    day = briefing.day_of(visit)
    context = {
        "visit": visit, "task": visit.task, "who": who, "is_drawn": scheduling.has_drawn_team(visit.task),
        "rows": [(each, each.certificate_gaps(day)) for each in rows[:MOST_SHOWN]], "day": day,
    }  # fmt: skip
    return render(request, "visits/people.html", context)


def _found(visit: Visit, who: str) -> QuerySet[Inspector]:
    going = visit.attendees.filter(inspector__isnull=False).values("inspector")
    rows = (
        Inspector.objects.active()
        .exclude(pk__in=going)
        .select_related("bureau__region")
        .order_by("bureau_id", "number")
    )
    if who:
        return rows.filter(Q(name=who) | Q(department_certificate=who) | Q(province_certificate=who))
    if scheduling.has_drawn_team(visit.task):
        return rows.none()
    own = {visit.task.bureau_id, visit.task.assisting_bureau_id} - {None}
    return rows.filter(bureau__in=own).ready_on(briefing.day_of(visit))


def _add(request: Request, visit: Visit, rows: QuerySet[Inspector]) -> HttpResponse:
    chosen = request.POST.get("inspector", "")
    inspector = rows.filter(pk=int(chosen)).first() if chosen.isascii() and chosen.isdigit() else None
    if inspector is None:
        messages.error(request, "请先查到人员，再选择增加。")
        return redirect(request.get_full_path())
    is_own = not scheduling.has_drawn_team(visit.task) and scheduling.is_of_place(visit.task, inspector)
    add = scheduling.add_officer if is_own else scheduling.add_guest
    try:
        added = add(visit, inspector, by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
        return redirect(request.get_full_path())
    messages.success(request, f"已增加{added.get_kind_display()}{added.name}。")
    return redirect(visit)
