"""Public, without an account: sending a complaint, and asking what became of it. Number and query code are shown once;
no address and no cookie is kept beside the complaint."""

from time import time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.public_navigation import public_navigation
from visits import complaining
from visits.errors import VisitError
from visits.forms.complaints import ComplaintForm, StatusForm
from visits.models import Complaint

SENT, SENT_AT, WRONG_AT = "complaint_sent", "complaints_sent_at", "wrong_complaint_codes_at"
MOST_SENT_A_SESSION, MOST_WRONG_A_SESSION = 5, 10
AN_HOUR = 3600
ENOUGH = "这个浏览器一小时内已经提交了 5 件。请稍后再试，或者拨打 12315。"


@login_not_required
@never_cache
@sensitive_post_parameters("text", "name", "phone", "email")
@require_http_methods(["GET", "POST"])
def complaint_new(request: Request) -> HttpResponse:
    form = ComplaintForm(request.POST or None)
    if form.is_valid():
        try:
            request.session[SENT] = _send(request, form)
        except VisitError as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("visits:complaint_received")
    return render(request, "visits/complaint_new.html", {"form": form} | _frame())


def _frame() -> dict[str, Any]:
    return {"public_navigation": public_navigation("complaints")}


def _send(request: Request, form: ComplaintForm) -> list[str]:
    """Number and query code. Besides the limit of each county, so many in one browser."""
    sent = _recent(request, SENT_AT, AN_HOUR)
    if len(sent) >= MOST_SENT_A_SESSION:
        raise VisitError(ENOUGH)
    complaint, token = complaining.receive_complaint(**form.given())
    request.session[SENT_AT] = [*sent, int(time())]
    return [complaint.number, token]


def _recent(request: Request, key: str, seconds: float) -> list[int]:
    return [at for at in request.session.get(key, []) if at > time() - seconds]


@login_not_required
@never_cache
@require_GET
def complaint_received(request: Request) -> HttpResponse:
    """Number and code, this one time."""
    number, token = request.session.pop(SENT, ("", ""))
    if not number:
        messages.info(request, "编号和查询码只显示一次。已经记下的，可以在这里查询。")
        return redirect("visits:complaint_status")
    return render(request, "visits/complaint_received.html", {"number": number, "token": token} | _frame())


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def complaint_status(request: Request) -> HttpResponse:
    form = StatusForm(request.POST or None)
    found = None
    if form.is_valid():
        try:
            found = _find(request, **form.cleaned_data)
        except VisitError as refused:
            form.add_error(None, str(refused))
    return render(request, "visits/complaint_status.html", {"form": form, "complaint": found} | _frame())


def _find(request: Request, number: str, code: str) -> Complaint:
    wrong = _recent(request, WRONG_AT, complaining.WRONG_WITHIN.total_seconds())
    if len(wrong) >= MOST_WRONG_A_SESSION:
        raise VisitError(complaining.WAIT)
    try:
        return complaining.find_by_code(number, code)
    except VisitError:
        request.session[WRONG_AT] = [*wrong, int(time())]
        raise
