"""公示期限: results that are to be public within 20 working days after the visit."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import require
from campaigns.models import Task
from publications import clock
from publications.errors import PublicationError
from publications.forms import LatenessForm
from publications.models import Lateness
from publications.tabs import tabs
from publications.terms import TermFilter, TermTable, term_stats


@require_GET
def term_list(request: Request) -> HttpResponse:
    seen = Task.objects.visible_to(request.user)
    found = TermFilter(request.GET, seen, request=request)
    table = arrange(TermTable(found.qs, user=request.user), request)
    context = {"filter": found, "table": table}
    if request.htmx:
        return render(request, "publications/terms.html#rows", context)
    more = {"stats": list(term_stats(request, seen)), "tabs": tabs(request.user, "terms"), "days": clock.TERM}
    return render(request, "publications/terms.html", context | more)


@require_http_methods(["GET", "POST"])
def explain(request: Request, pk: int) -> HttpResponse:
    rows = Task.objects.visible_to(request.user).select_related("campaign", "institution")
    task = get_object_or_404(rows, pk=pk)
    require(request.user, "explain", Lateness(task=task))
    form = LatenessForm(request.POST or None)
    if form.is_valid():
        try:
            clock.explain_lateness(task, words=form.cleaned_data["words"], by=request.user)
        except PublicationError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已登记逾期原因。")
            return redirect("publications:terms")
    context = {
        "form": form, "title": "说明逾期原因", "note": f"{task.institution.name}（{task.number}）", "button": "登记",
        "back": reverse("publications:terms"),
    }  # fmt: skip
    return render(request, "publications/form.html", context)
