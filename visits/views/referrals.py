"""Referrals: sent and received, one by one; sending one from a finding, a task or a complaint."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import Case, Count, Q, QuerySet, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.lists import arrange, counter
from accounts.models import Bureau
from accounts.rules import can, require
from campaigns.models import Task
from visits import referring
from visits.errors import VisitError
from visits.forms.referrals import AnswerForm, ReferralFilter, ReferralForm
from visits.models import Complaint, Finding, Referral
from visits.referral_tables import ReferralTable, referral_tag
from visits.states import OPEN_REFERRALS, ReferralState

USUAL_TERM = timedelta(days=30)


def _rows(request: Request) -> QuerySet[Referral]:
    return Referral.objects.visible_to(request.user).select_related("sender__region", "receiver")


@require_GET
def referrals(request: Request) -> HttpResponse:
    """What is due first comes first; what has ended comes last."""
    rows = _rows(request).order_by(Case(When(state__in=OPEN_REFERRALS, then=0), default=1), "due_on", "pk")
    found = ReferralFilter(request.GET, rows, request=request)
    context: dict[str, Any] = {"filter": found, "table": arrange(ReferralTable(found.qs), request)}
    if request.htmx:
        return render(request, "visits/referrals.html#rows", context)
    return render(request, "visits/referrals.html", context | {"stats": list(_stats(request))})


def _stats(request: Request) -> Iterator[dict[str, Any]]:
    own = request.user.bureau_id
    late = Q(state__in=OPEN_REFERRALS, due_on__lt=timezone.localdate())
    counters = (
        ("待本单位接收", {"side": "received", "state": "sent"}, Q(receiver=own, state="sent"), "waiting"),
        ("本单位办理中", {"side": "received", "state": "accepted"}, Q(receiver=own, state="accepted"), ""),
        ("收到的逾期", {"side": "received", "late": "1"}, late & Q(receiver=own), "overdue"),
        ("移出逾期未反馈", {"side": "sent", "late": "1"}, late & Q(sender=own), "overdue"),
        ("已反馈待办结", {"side": "sent", "state": "answered"}, Q(sender=own, state="answered"), "waiting"),
    )
    counts = {str(place): Count("pk", filter=each[2]) for place, each in enumerate(counters)}
    figures = Referral.objects.visible_to(request.user).order_by().aggregate(**counts)
    for place, (label, query, _, tone) in enumerate(counters):
        yield counter(request, label, figures[str(place)], query, unit="件", tone=tone)


@require_GET
def referral(request: Request, pk: int) -> HttpResponse:
    found = _get(request, pk)
    return _page(request, found, AnswerForm(referral=found))


def _get(request: Request, pk: int) -> Referral:
    related = ("sent_by", "answered_by", "task__institution", "finding__legal_basis", "complaint")
    return get_object_or_404(_rows(request).select_related(*related), pk=pk)


def _page(request: Request, found: Referral, form: AnswerForm) -> HttpResponse:
    user = request.user
    sees_task = found.task_id and Task.objects.visible_to(user).filter(pk=found.task_id).exists()
    sees_complaint = found.complaint_id and Complaint.objects.visible_to(user).filter(pk=found.complaint_id).exists()
    may_receive = can(user, "receive", found)
    context = {
        "referral": found, "tag": referral_tag(found), "form": form,
        "is_overdue": referring.is_overdue(found, timezone.localdate()),
        "is_open": found.state in OPEN_REFERRALS,
        "task": found.task if sees_task else None,
        "complaint": found.complaint if sees_complaint else None,
        "may_accept": may_receive and found.state == ReferralState.SENT,
        "may_answer": may_receive and found.state == ReferralState.ACCEPTED,
        "may_close": can(user, "close", found) and found.state in (ReferralState.ANSWERED, ReferralState.DECLINED),
        "may_export": can(user, "send", found) and found.receiver_id is None,
    }  # fmt: skip
    return render(request, "visits/referral.html", context)


@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    def act(found: Referral, values: dict[str, Any]) -> object:
        return referring.accept_referral(found, acknowledgement=values.get("acknowledgement", ""), by=request.user)

    return _acted(request, pk, "receive", act, "已接收。请在期限内办理并反馈。")


@require_POST
def decline(request: Request, pk: int) -> HttpResponse:
    def act(found: Referral, values: dict[str, Any]) -> object:
        return referring.decline_referral(found, words=values["words"], by=request.user)

    return _acted(request, pk, "receive", act, "已退回，移送单位会看到您的理由。")


@require_POST
def answer(request: Request, pk: int) -> HttpResponse:
    def act(found: Referral, values: dict[str, Any]) -> object:
        return referring.answer_referral(found, feedback=values["words"], by=request.user)

    return _acted(request, pk, "receive", act, "已反馈。")


@require_POST
def close(request: Request, pk: int) -> HttpResponse:
    def act(found: Referral, values: dict[str, Any]) -> object:
        return referring.close_referral(found, by=request.user)

    return _acted(request, pk, "close", act, "线索已办结。")


def _acted(
    request: Request, pk: int, rule: str, act: Callable[[Referral, dict[str, Any]], object], words: str
) -> HttpResponse:
    found = _get(request, pk)
    require(request.user, rule, found)
    form = AnswerForm(request.POST, referral=found)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        act(found, form.cleaned_data)
    except VisitError as refused:
        messages.error(request, str(refused))
        return _page(request, _get(request, pk), form)
    messages.success(request, words)
    return redirect("visits:referral", pk)


@require_GET
def export(request: Request, pk: int) -> HttpResponse:
    """The data file for a receiver outside the system."""
    found = _get(request, pk)
    require(request.user, "send", found)
    try:
        text = referring.export_referral(found, by=request.user)
    except VisitError as refused:
        messages.error(request, str(refused))
        return redirect("visits:referral", pk)
    file = HttpResponse(text, content_type="application/json; charset=utf-8")
    file.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'线索移送{found.number}.json')}"
    file.headers["Cache-Control"] = "no-store, private"
    file.headers["X-Content-Type-Options"] = "nosniff"
    return file


@require_http_methods(["GET", "POST"])
def refer_finding(request: Request, pk: int) -> HttpResponse:
    seen = Finding.objects.visible_to(request.user).select_related("result__task__institution", "legal_basis")
    finding = get_object_or_404(seen, pk=pk)
    task = finding.result.task
    text = f"{finding.matter}：{finding.facts}" + (f"\n涉嫌违反{finding.legal_basis}。" if finding.legal_basis else "")
    return _send(request, finding, task.institution.name, text, reverse("campaigns:task", args=[task.pk]))


@require_http_methods(["GET", "POST"])
def refer_task(request: Request, pk: int) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user).select_related("institution"), pk=pk)
    return _send(request, task, task.institution.name, "", reverse("campaigns:task", args=[task.pk]))


@require_http_methods(["GET", "POST"])
def refer_complaint(request: Request, pk: int) -> HttpResponse:
    complaint = get_object_or_404(Complaint.objects.visible_to(request.user).select_related("institution"), pk=pk)
    name = complaint.institution.name if complaint.institution else complaint.institution_words
    return _send(request, complaint, name, complaint.text, reverse("visits:complaint", args=[complaint.pk]))


def _send(request: Request, source: referring.Source, subject: str, text: str, back_url: str) -> HttpResponse:
    """The same form whatever the referral comes from; subject and text are what it starts with."""
    sender = request.user.bureau
    require(request.user, "send", Referral(sender=sender))
    start = {"subject": subject, "text": text, "due_on": timezone.localdate() + USUAL_TERM}
    form = ReferralForm(request.POST or None, initial=start)
    if sender and request.method == "POST" and form.is_valid():
        try:
            made = referring.refer(source, **form.cleaned_data, sender=sender, by=request.user)
        except VisitError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已移送，编号 {made.number}。")
            return redirect("visits:referral", made.pk)
    context = {
        "form": form, "subject": subject, "back_url": back_url, "is_complaint": isinstance(source, Complaint),
        "bureau_names": Bureau.objects.exclude(pk=request.user.bureau_id).values_list("name", flat=True),
    }  # fmt: skip
    return render(request, "visits/refer.html", context)
