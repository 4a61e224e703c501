"""A decision with a few words, taken by a button of a page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.http import Request
from accounts.rules import require
from selftest.errors import SelfCheckError
from selftest.forms.mending import DecisionForm

Page = Callable[[Request, Any, DecisionForm], HttpResponse]


def decided(
    request: Request, rows: QuerySet[Any], pk: int, decide: Callable[..., Any], *, done: str, page: Page, route: str
) -> HttpResponse:
    """`decide(found, words=…, by=…)` of one of `rows`; then to `route` with `done`, or its `page` with what is wrong."""
    found = get_object_or_404(rows, pk=pk)
    require(request.user, "decide", found)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return page(request, found, form)
    try:
        decide(found, words=form.cleaned_data["words"], by=request.user)
    except SelfCheckError as refused:
        messages.error(request, str(refused))
        return page(request, get_object_or_404(rows, pk=pk), form)
    messages.success(request, done)
    return redirect(route, pk)
