"""工作日历: make-up days and days off that the calendar coming with the software does not know yet."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services, working_days
from accounts.forms import CalendarDayForm, refusals_shown_in
from accounts.http import Request
from accounts.models import CalendarDay
from accounts.rules import require

YEARS_BACK, YEARS_AHEAD = 1, 2


@require_http_methods(["GET", "POST"])
def calendar(request: Request) -> HttpResponse:
    require(request.user, "keep", CalendarDay)
    form = CalendarDayForm(request.POST or None)
    if form.is_valid():
        with refusals_shown_in(form):
            found = services.set_day(**form.cleaned_data, by=request.user)
            messages.success(request, f"已登记：{found}。各项期限即按此计算。")
            return redirect("accounts:calendar")
    this = timezone.localdate().year
    years = [
        (year, working_days.is_arranged(year), working_days.arranged_days(year))
        for year in range(this - YEARS_BACK, this + YEARS_AHEAD + 1)
    ]
    days = CalendarDay.objects.select_related("changed_by").order_by("-day")
    return render(request, "accounts/calendar.html", {"form": form, "days": days, "years": years, "this": this})


@require_POST
def remove(request: Request, day: str) -> HttpResponse:
    require(request.user, "keep", CalendarDay)
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    services.remove_day(get_object_or_404(CalendarDay, pk=wanted), by=request.user)
    messages.success(request, f"已删除 {day} 的登记。")
    return redirect("accounts:calendar")
