"""What self-checks say differently from the pool: taken over, or not, by the bureau that keeps it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can
from selftest import changing
from selftest.changing import accept_change, reject_change
from selftest.forms.mending import DecisionForm
from selftest.models import ChangeRequest
from selftest.review_filters import ChangeRequestFilter
from selftest.review_tables import ChangeRequestTable
from selftest.views.deciding import decided


def _rows(request: Request) -> QuerySet[ChangeRequest]:
    seen = ChangeRequest.objects.visible_to(request.user).select_related(
        "institution__county", "certificate", "submission__self_check__round", "submission__signature", "decided_by"
    )
    return seen.order_by("institution__county_id", "institution__name", "pk")


@require_GET
def changes(request: Request) -> HttpResponse:
    """Without a filter those that wait for a decision."""
    asked = request.GET or QueryDict(f"state={ChangeRequest.State.OPEN}")
    found = ChangeRequestFilter(asked, _rows(request), request=request)
    context = {"filter": found, "table": arrange(ChangeRequestTable(found.qs), request)}
    return render(request, "selftest/changes.html#rows" if request.htmx else "selftest/changes.html", context)


@require_GET
def change(request: Request, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(_rows(request), pk=pk), DecisionForm())


def _page(request: Request, found: ChangeRequest, form: DecisionForm) -> HttpResponse:
    context = {
        "change": found, "form": form, "old": changing.shown(found.old), "new": changing.shown(found.new),
        "self_check": found.submission.self_check,
        "may_decide": found.state == ChangeRequest.State.OPEN and can(request.user, "decide", found),
        "next": _rows(request).filter(state=ChangeRequest.State.OPEN).exclude(pk=found.pk).first(),
    }  # fmt: skip
    return render(request, "selftest/change.html", context)


@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    return _decided(request, pk, accept_change, "名录库已更新。")


@require_POST
def reject(request: Request, pk: int) -> HttpResponse:
    return _decided(request, pk, reject_change, "已记录为不予更新。")


def _decided(request: Request, pk: int, decide: Any, done: str) -> HttpResponse:
    return decided(request, _rows(request), pk, decide, done=done, page=_page, route="selftest:change")
