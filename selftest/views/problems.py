"""Problems that institutions found themselves: the bureau's ledger, and the institution's report that one is mended."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.lists import arrange, counter
from accounts.rules import can, require
from selftest import reviewing
from selftest.errors import SelfCheckError
from selftest.forms.mending import DecisionForm, MendedForm
from selftest.mending import is_overdue, working_days_overdue
from selftest.models import Problem
from selftest.review_filters import ProblemFilter
from selftest.review_tables import ProblemTable, problem_tag
from selftest.views.deciding import decided

COUNTERS = (
    ("整改中", "open", "current"),
    ("逾期未整改", "overdue", "overdue"),
    ("已报整改，待确认", "reported", "waiting"),
    ("已确认", "confirmed", "done"),
)


def _rows(request: Request) -> QuerySet[Problem]:
    seen = Problem.objects.visible_to(request.user)
    return seen.select_related("self_check__institution", "self_check__county", "self_check__round__form")


@require_GET
def problems(request: Request) -> HttpResponse:
    """The ledger; what a later version says was no problem is listed only when that state is asked for."""
    rows = _rows(request).order_by("self_check__county_id", "self_check__institution__name", "self_check_id", "item")
    if request.GET.get("status") != Problem.State.WITHDRAWN:
        rows = rows.exclude(state=Problem.State.WITHDRAWN)
    found = ProblemFilter(request.GET, rows, request=request)
    context: dict[str, Any] = {"filter": found, "table": arrange(ProblemTable(found.qs), request)}
    if request.htmx:
        return render(request, "selftest/problems.html#rows", context)
    return render(request, "selftest/problems.html", context | {"stats": list(_stats(request))})


def _stats(request: Request) -> Iterator[dict[str, Any]]:
    overdue = Q(state=Problem.State.OPEN, due_on__lt=timezone.localdate())
    states = ("open", "reported", "confirmed")
    seen = Problem.objects.visible_to(request.user).order_by()
    figures = seen.aggregate(
        overdue=Count("pk", filter=overdue), **{state: Count("pk", filter=Q(state=state)) for state in states}
    )
    for label, status, tone in COUNTERS:
        yield counter(request, label, figures[status], {"status": status}, unit="个", tone=tone)


@require_GET
def problem(request: Request, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(_rows(request), pk=pk), DecisionForm())


def _page(request: Request, found: Problem, form: DecisionForm) -> HttpResponse:
    return render(request, "selftest/problem.html", problem_context(found) | {
        "form": form,
        "may_decide": found.state == Problem.State.REPORTED and can(request.user, "decide", found),
    })  # fmt: skip


def problem_context(found: Problem) -> dict[str, Any]:
    return {
        "problem": found, "self_check": found.self_check, "tag": problem_tag(found), "overdue": is_overdue(found),
        "days_overdue": working_days_overdue(found), "item": found.self_check.round.form.parsed.item(found.item),
    }  # fmt: skip


@require_POST
def confirm_mended(request: Request, pk: int) -> HttpResponse:
    return _decided(request, pk, reviewing.confirm_mended, "已确认整改完成。")


@require_POST
def reject_mended(request: Request, pk: int) -> HttpResponse:
    return _decided(request, pk, reviewing.reject_mended, "已退回整改，机构会看到您的意见。")


def _decided(request: Request, pk: int, decide: Any, done: str) -> HttpResponse:
    return decided(request, _rows(request), pk, decide, done=done, page=_page, route="selftest:problem")


@require_GET
def own_problems(request: Request) -> HttpResponse:
    """The institution's own: what is still to be mended first."""
    rows = _rows(request).exclude(state=Problem.State.WITHDRAWN).order_by("due_on", "pk")
    found = [problem_context(each) for each in rows]
    is_open = [each for each in found if each["problem"].state == Problem.State.OPEN]
    context = {"open_ones": is_open, "others": [each for each in found if each not in is_open]}
    return render(request, "selftest/own_problems.html", context)


@require_http_methods(["GET", "POST"])
def report_mended(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(_rows(request), pk=pk)
    require(request.user, "report", found)
    form = MendedForm(request.POST or None)
    if form.is_valid():
        try:
            reviewing.report_mended(found, **form.cleaned_data, by=request.user)
        except SelfCheckError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已报告整改完成，等待监管部门确认。")
            return redirect("selftest:own_problems")
    return render(request, "selftest/report_mended.html", problem_context(found) | {"form": form})
