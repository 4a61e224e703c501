"""投诉举报 for the regulators: taken up or not, answered, matched with the pool; who complained only for named roles."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.lists import arrange, counter
from accounts.rules import can, require
from accounts.services import AccountRefused, confirm_password
from institutions.models import Institution
from visits import complaining
from visits.complaining import Complainant
from visits.errors import VisitError, WrongState
from visits.forms.complaints import ComplaintFilter, HandleForm, IdentityForm, InstitutionChoice, InstitutionSearch
from visits.models import ComplainantIdentity, Complaint, Referral
from visits.referral_tables import ComplaintTable, complaint_tag
from visits.states import ComplaintState

MOST_CANDIDATES = 20
COUNTERS = (("待受理", "received", "waiting"), ("已受理，待答复", "accepted", "current"), ("已答复", "answered", ""))


def _rows(request: Request) -> QuerySet[Complaint]:
    return Complaint.objects.visible_to(request.user).select_related("county__parent", "institution")


@require_GET
def complaints(request: Request) -> HttpResponse:
    found = ComplaintFilter(request.GET, _rows(request).order_by("-pk"), request=request)
    context: dict[str, Any] = {"filter": found, "table": arrange(ComplaintTable(found.qs), request)}
    if request.htmx:
        return render(request, "visits/complaints.html#rows", context)
    return render(request, "visits/complaints.html", context | {"stats": list(_stats(request))})


def _stats(request: Request) -> Iterator[dict[str, Any]]:
    counts = {state: Count("pk", filter=Q(state=state)) for _, state, _ in COUNTERS}
    figures = Complaint.objects.visible_to(request.user).order_by().aggregate(**counts)
    for label, state, tone in COUNTERS:
        yield counter(request, label, figures[state], {"state": state}, unit="件", tone=tone)


@require_GET
def complaint(request: Request, pk: int) -> HttpResponse:
    found = _get(request, pk)
    return _page(request, found, HandleForm(complaint=found))


def _get(request: Request, pk: int) -> Complaint:
    return get_object_or_404(_rows(request).select_related("decided_by"), pk=pk)


def _page(request: Request, found: Complaint, form: HandleForm) -> HttpResponse:
    may_handle = can(request.user, "handle", found)
    flag = complaining.flag_of(found)
    is_taken_up = found.state in (ComplaintState.ACCEPTED, ComplaintState.ANSWERED)
    sender = Referral(sender=request.user.bureau)
    context = {
        "complaint": found, "tag": complaint_tag(found), "form": form, "flag": flag,
        "referrals": Referral.objects.visible_to(request.user).filter(complaint=found).select_related("receiver"),
        "has_identity": ComplainantIdentity.objects.filter(complaint=found).exists(),
        "may_accept": may_handle and found.state == ComplaintState.RECEIVED,
        "may_answer": may_handle and found.state == ComplaintState.ACCEPTED,
        "may_link": may_handle and flag is None,
        "may_flag": may_handle and is_taken_up and flag is None and found.institution_id is not None,
        "may_refer": is_taken_up and can(request.user, "send", sender),
        "may_identify": can(request.user, "identify", found),
    }  # fmt: skip
    return render(request, "visits/complaint.html", context)


@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    return _acted(request, pk, lambda found, _: complaining.accept_complaint(found, by=request.user), "已受理。")


@require_POST
def reject(request: Request, pk: int) -> HttpResponse:
    def act(found: Complaint, words: str) -> object:
        return complaining.reject_complaint(found, words=words, by=request.user)

    return _acted(request, pk, act, "已登记为不予受理。")


@require_POST
def answer(request: Request, pk: int) -> HttpResponse:
    def act(found: Complaint, words: str) -> object:
        return complaining.answer_complaint(found, answer=words, by=request.user)

    return _acted(request, pk, act, "已答复，投诉举报人凭查询码可以看到。")


@require_POST
def flag(request: Request, pk: int) -> HttpResponse:
    words = "已标记。抽查活动按规则把该机构列为重点抽查对象。"
    return _acted(
        request, pk, lambda found, _: complaining.flag_institution(found, by=request.user), words, needs_answer=False
    )


def _acted(
    request: Request, pk: int, act: Callable[[Complaint, str], object], words: str, *, needs_answer: bool = True
) -> HttpResponse:
    found = _get(request, pk)
    require(request.user, "handle", found)
    form = HandleForm(request.POST, complaint=found, needs_answer=needs_answer)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        act(found, form.cleaned_data["words"])
    except VisitError as refused:
        if isinstance(refused, WrongState):
            messages.error(request, str(refused))
        else:
            form.add_error("words", str(refused))
        return _page(request, _get(request, pk), form)
    messages.success(request, words)
    return redirect("visits:complaint", pk)


@require_http_methods(["GET", "POST"])
def link(request: Request, pk: int) -> HttpResponse:
    """Search the pool, choose one; found at first by the words of the complaint."""
    found = _get(request, pk)
    require(request.user, "handle", found)
    words = request.GET.get("q", found.institution_words).strip()
    form = InstitutionChoice(request.POST or None)
    form.fields["institution"].queryset = Institution.objects.visible_to(request.user)  # type: ignore[attr-defined]
    if form.is_valid():
        try:
            complaining.link_institution(found, form.cleaned_data["institution"], by=request.user)
        except VisitError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已核对反映的机构。")
            return redirect("visits:complaint", pk)
    context = {
        "complaint": found, "form": form, "search": InstitutionSearch({"q": words}),
        "candidates": _candidates(request, found, words),
    }  # fmt: skip
    return render(request, "visits/complaint_link.html", context)


def _candidates(request: Request, found: Complaint, words: str) -> list[Institution]:
    """Those of the complaint's county first."""
    seen = Institution.objects.visible_to(request.user).select_related("county")
    named = Q(name__icontains=words) | Q(uscc__istartswith=words) | Q(initials__icontains=words)
    rows = list(seen.filter(named).order_by("name")[:MOST_CANDIDATES]) if words else []
    return sorted(rows, key=lambda each: each.county_id != found.county_id)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def identity(request: Request, pk: int) -> HttpResponse:
    """Who complained: in this one answer, after a reason and the password, kept nowhere."""
    found = _get(request, pk)
    require(request.user, "identify", found)
    form = IdentityForm(request.POST or None)
    who: Complainant | None = None
    if form.is_valid():
        try:
            confirm_password(request.user, form.cleaned_data["password"])
            who = complaining.open_identity(found, reason=form.cleaned_data["reason"], by=request.user)
        except AccountRefused as refused:
            form.add_error("password", str(refused))
        except VisitError as refused:
            form.add_error(None, str(refused))
    return render(request, "visits/complaint_identity.html", {"complaint": found, "form": form, "who": who})
