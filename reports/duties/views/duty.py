"""One duty: what was handed in, what is being prepared, and the button that comes next."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.awaiting import awaited_of
from accounts.http import Request
from accounts.rules import can, require
from accounts.uploads import MAX_BYTES, TAKES
from campaigns.models import Campaign
from reports.duties import submitting
from reports.duties.assembling import ask_for_package
from reports.duties.assigning import drop_duty, edit_duty
from reports.duties.errors import DutyError
from reports.duties.forms import DutyForm, HandInForm, ReturnForm, UploadForm
from reports.duties.overview import mark_of, presence_of
from reports.duties.states import SubmissionState
from reports.models import ReportingDuty, Submission, SubmissionFile

MOST_AT_ONCE = 10
NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'; sandbox"


def get_duty(request: Request, pk: int) -> ReportingDuty:
    return get_object_or_404(ReportingDuty.objects.visible_to(request.user).for_acts(), pk=pk)


@require_GET
def duty(request: Request, pk: int) -> HttpResponse:
    return _page(request, get_duty(request, pk))


def _page(request: Request, found: ReportingDuty, *, status: int = 200, **forms: Any) -> HttpResponse:
    submissions = list(found.submissions.all())
    mine = can(request.user, "hand_in", found)
    latest = found.latest
    context = {
        "duty": found, "mark": mark_of(found), "absence": presence_of([found.sender_id])[found.sender_id],
        "sent": [each for each in reversed(submissions) if each.is_out],
        "draft": next((each for each in submissions if not each.is_out), None) if mine else None,
        "may_hand_in": mine and submitting.takes_files(found),
        "may_decide": latest is not None and latest.state == SubmissionState.HANDED_IN and can(request.user, "receive", found),
        "may_edit": can(request.user, "edit", found), "may_drop": can(request.user, "edit", found) and not submissions,
        "awaited": awaited_of(request.user, found), "latest": latest, "upload": UploadForm(), "takes": TAKES, "hand_in": HandInForm(), "send_back": ReturnForm(),
        "sees_campaign": Campaign.objects.visible_to(request.user).filter(pk=found.campaign_id).exists(),
    }  # fmt: skip
    return render(request, "reports/duties_duty.html", context | forms, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    found = get_duty(request, pk)
    require(request.user, "edit", found)
    form = DutyForm(request.POST or None, instance=ReportingDuty.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(edit_duty(found, by=request.user, **form.cleaned_data))
        except DutyError as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "title": "修改报送任务", "note": str(found), "back_url": found.get_absolute_url()}
    return render(request, "reports/duties_form.html", context)


@require_POST
def drop(request: Request, pk: int) -> HttpResponse:
    found = get_duty(request, pk)
    try:
        drop_duty(found, by=request.user)
    except DutyError as refused:
        messages.error(request, str(refused))
        return redirect(found)
    messages.success(request, f"已撤销“{found}”。")
    return redirect("reports:duties")


@require_POST
def upload(request: Request, pk: int) -> HttpResponse:
    """One or more files; each that is refused is named with the reason."""
    found = get_duty(request, pk)
    require(request.user, "hand_in", found)
    files = request.FILES.getlist("file")
    if not files:
        messages.error(request, "请先选择文件。")
    for file in files[:MOST_AT_ONCE]:
        try:
            submitting.attach(found, str(file.name), file.read(MAX_BYTES + 1), by=request.user)
        except DutyError as refused:
            messages.error(request, f"“{file.name}”：{refused}")
    return redirect(found.get_absolute_url() + "#prepare")


@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    file = _file(request, pk)
    try:
        submitting.remove(file, by=request.user)
    except DutyError as refused:
        messages.error(request, str(refused))
    return redirect(file.submission.duty.get_absolute_url() + "#prepare")


def _file(request: Request, pk: int) -> SubmissionFile:
    files = SubmissionFile.objects.visible_to(request.user).select_related("submission__duty__campaign")
    return get_object_or_404(files, pk=pk)


@require_GET
def file(request: Request, pk: int) -> FileResponse:
    found = _file(request, pk)
    if not found.file.storage.exists(str(found.file.name)):
        raise Http404
    answer = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Security-Policy"] = NOTHING_RUNS
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
def hand_in(request: Request, pk: int) -> HttpResponse:
    found = get_duty(request, pk)
    form = HandInForm(request.POST)
    try:
        if not form.is_valid():
            return _page(request, found, status=422, hand_in=form)
        submitting.hand_in(found, words=form.cleaned_data["words"], by=request.user)
    except DutyError as refused:
        form.add_error("words", str(refused))
        return _page(request, found, status=422, hand_in=form)
    messages.success(request, f"已向{found.receiver.name}报送。")
    return redirect(found)


@require_POST
def send_back(request: Request, pk: int) -> HttpResponse:
    submission = _submission(request, pk)
    form = ReturnForm(request.POST)
    try:
        if not form.is_valid():
            return _page(request, get_duty(request, submission.duty_id), status=422, send_back=form)
        submitting.return_submission(submission, reason=form.cleaned_data["reason"], by=request.user)
    except DutyError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已退回，报送单位补正后重新报送。")
    return redirect(submission.duty)


@require_POST
def receive(request: Request, pk: int) -> HttpResponse:
    submission = _submission(request, pk)
    try:
        submitting.receive_submission(submission, by=request.user)
    except DutyError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已签收。")
    return redirect(submission.duty)


def _submission(request: Request, pk: int) -> Submission:
    """Of those that were handed in: whoever sees the duty sees them."""
    seen = Submission.objects.filter(duty__in=ReportingDuty.objects.visible_to(request.user))
    out = seen.exclude(state=SubmissionState.DRAFT).select_related("duty__sender", "duty__receiver", "duty__campaign")
    return get_object_or_404(out, pk=pk)


@require_POST
def assemble(request: Request, pk: int) -> HttpResponse:
    """The package is made by a worker and waits under 我的文件."""
    found = get_duty(request, pk)
    if not (can(request.user, "hand_in", found) or can(request.user, "receive", found)):
        raise PermissionDenied
    return redirect("jobs:detail", ask_for_package(found, by=request.user).pk)
