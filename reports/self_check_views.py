"""Self-checks on paper: the official form, blank, as a draft or as a version, its receipt, and a whole round in one file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.models import Region
from accounts.rules import can
from jobs.services import start_job
from reports.responses import file_answer
from reports.self_check_batch import KIND, asked_for, printable
from reports.self_check_form import SelfCheckSheet, blank_sheet, check_address, draft_sheet, signature_of, version_sheet
from reports.self_check_receipt import receipt_of
from reports.self_check_workbook import ask_for_workbook
from selftest.models import FormTemplate, Round, SelfCheck, Submission
from selftest.states import SelfCheckState
from selftest.submitting import last_signed

PDF = "application/pdf"


@require_GET
def blank_form(request: Request, pk: int) -> HttpResponse:
    """A form with nothing in it, for regulators."""
    form = get_object_or_404(FormTemplate.objects.visible_to(request.user), pk=pk)
    sheet = blank_sheet(form, made_by=request.user)
    return _form(sheet, f"{form.title}（空白）.pdf")


@require_GET
def self_check_draft(request: Request, pk: int) -> HttpResponse:
    """What stands in the form now, for the institution's own people; blank before it was begun."""
    self_check = _self_check(request, pk)
    if not can(request.user, "fill", self_check):
        raise Http404
    if self_check.state == SelfCheckState.INVITED:
        sheet = blank_sheet(self_check.round.form, made_by=request.user)
    else:
        sheet = draft_sheet(self_check, made_by=request.user)
    return _form(sheet, f"自查表草稿（{self_check.institution.name}）.pdf")


@require_GET
def self_check_pdf(request: Request, pk: int) -> HttpResponse:
    """The newest signed version."""
    submission = last_signed(_self_check(request, pk))
    if submission is None:
        raise Http404
    return _version(request, submission)


@require_GET
def self_check_version(request: Request, pk: int, number: int) -> HttpResponse:
    """Any version for the institution's own people; for everybody else only what was signed."""
    return _version(request, _submission(request, pk, number))


@require_GET
def self_check_receipt(request: Request, pk: int, number: int) -> HttpResponse:
    from reports.self_check_pdf import render_receipt  # noqa: PLC0415  # half a second and 50 MB, once somebody asks

    signature = signature_of(_submission(request, pk, number))
    if signature is None:
        raise Http404
    receipt = receipt_of(signature, made_by=request.user, request=request)
    return file_answer(render_receipt(receipt), f"自查表报送回执{receipt.number}.pdf", PDF)


@require_POST
def self_checks_batch(request: Request, pk: int) -> HttpResponse:
    """All signed self-checks of a round (or of one county of it) that this person sees, made by a worker."""
    round = get_object_or_404(Round.objects.visible_to(request.user), pk=pk)
    county = request.POST.get("county", "")
    if county and not SelfCheck.objects.visible_to(request.user).filter(round=round, county_id=county).exists():
        raise Http404
    if not printable(request.user, round.pk, county).exists():
        messages.warning(request, "所选范围内还没有签署报送的自查表。")
        return redirect(round)
    form = "zip" if request.POST.get("form") == "zip" else "pdf"
    place = f"（{Region.objects.get(pk=county).name}）" if county else ""
    job = start_job(
        KIND, f"自查表{place}：{round.title}", by=request.user, parameters=asked_for(round, county, form),
        key=f"{KIND}:{round.pk}:{county}:{form}:{request.user.pk}",
    )  # fmt: skip
    return redirect("jobs:detail", job.pk)


@require_POST
def self_check_workbook(request: Request, pk: int) -> HttpResponse:
    """Every answer, problem and figure of a round that this person sees, made by a worker."""
    round = get_object_or_404(Round.objects.visible_to(request.user), pk=pk)
    return redirect("jobs:detail", ask_for_workbook(round, by=request.user).pk)


def _self_check(request: Request, pk: int) -> SelfCheck:
    found = SelfCheck.objects.visible_to(request.user).select_related("round__form", "institution")
    return get_object_or_404(found, pk=pk)


def _submission(request: Request, pk: int, number: int) -> Submission:
    self_check = _self_check(request, pk)
    submissions = self_check.submissions.select_related("signature", "self_check__round__campaign__lead_bureau")
    if not can(request.user, "fill", self_check):
        submissions = submissions.filter(signature__isnull=False)
    return get_object_or_404(submissions, number=number)


def _version(request: Request, submission: Submission) -> HttpResponse:
    signature = signature_of(submission)
    address = check_address(signature, request) if signature else ""
    sheet = version_sheet(submission, made_by=request.user, address=address)
    return _form(sheet, f"自查表（{sheet.institution}，第 {submission.number} 版）.pdf")


def _form(sheet: SelfCheckSheet, name: str) -> HttpResponse:
    from reports.self_check_pdf import render_self_check  # noqa: PLC0415  # half a second and 50 MB, once somebody asks

    return file_answer(render_self_check(sheet), name, PDF)
