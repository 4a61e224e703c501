"""The page that shows every component with invented data. Answers only with DEBUG."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import Request
from accounts.lists import arrange
from accounts.models import User
from config.styleguide import samples
from config.styleguide.controls import DOMAINS, SampleFilter, SampleForm, SampleTable, SampleUpload, SignInSample


@login_not_required
@require_safe
def styleguide(request: Request) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    if request.GET.get("page") == "sign-in":
        return render(
            request, "accounts/sign_in.html", {"form": SignInSample(), "demo_accounts": samples.demo_accounts()}
        )
    if request.GET.get("page") == "public":
        return render(request, "styleguide/public.html", samples.public_page())
    if request.GET.get("page") == "missing":
        return render(request, "404.html", status=404)
    if request.GET.get("page") == "job":
        return render(request, "components/progress.html", {"job": samples.running_job(), "url": "?page=job"})
    if request.htmx:
        return render(request, "styleguide.html#rows", {"table": _table(request)})
    return render(request, "styleguide.html", samples.staff_page() | _controls(request))


def _table(request: HttpRequest) -> SampleTable:
    rows = samples.institutions()
    if city := request.GET.get("city"):
        rows = [row for row in rows if row["city"] == city]
    return arrange(SampleTable(rows), request)


def _controls(request: HttpRequest) -> dict[str, Any]:
    entries = {"name": "", "size": "0", "rule": "ratio", "domain": DOMAINS[0], "starts_on": "2025-09-31"}
    return {
        "filter": SampleFilter(request.GET, User.objects.none(), request=request),
        "table": _table(request),
        "form": SampleForm(initial={"size": 13, "rule": "ratio"}, prefix="new"),
        "rejected": SampleForm(entries),
        "upload": SampleUpload(),
    }
