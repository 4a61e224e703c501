"""The signing page: what the version says, the commitment letter, and the signature on screen or on paper."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.rules import can
from accounts.services import AccountRefused, confirm_password
from selftest import signing, submitting
from selftest.errors import SelfCheckError
from selftest.forms.signing import SigningForm, form_for
from selftest.models import SelfCheck, Signature, Submission, Way
from selftest.summaries import summary_of
from selftest.views.portal import own_self_check

FILES = {"signature": "签字", "delegation": "授权委托书"}
NOTHING_WAITS = "现在没有待签署的版本。"


@require_GET
def signing_page(request: Request, pk: int) -> HttpResponse:
    self_check = own_self_check(request, pk)
    submission = submitting.waiting_version(self_check)
    if submission is None:
        signed = submitting.last_signed(self_check)
        return render(request, "selftest/signed.html", {"self_check": self_check, "submission": signed})
    return _page(request, self_check, submission, on_screen=None, on_paper=None)


@require_POST
def sign(request: Request, pk: int) -> HttpResponse:
    """One of the two forms of the signing page; `way` says which."""
    self_check = own_self_check(request, pk)
    submission = submitting.waiting_version(self_check)
    if submission is None:
        messages.warning(request, NOTHING_WAITS)
        return redirect("selftest:signing", pk)
    way = Way.ON_PAPER if request.POST.get("way") == Way.ON_PAPER else Way.ON_SCREEN
    form = form_for(submission, way, request.user, request.POST, request.FILES)
    if form.is_valid() and _is_confirmed(request, form) and _sign(request, submission, form, way):
        return redirect("selftest:signing", pk)
    bound = {"on_paper": form, "on_screen": None} if way == Way.ON_PAPER else {"on_screen": form, "on_paper": None}
    return _page(request, self_check, submission, **bound)


def _page(
    request: Request, self_check: SelfCheck, submission: Submission, *, on_screen: Any, on_paper: Any
) -> HttpResponse:
    context = {
        "self_check": self_check,
        "submission": submission,
        "summary": summary_of(submission),
        "letter": self_check.round.form.parsed.letter.splitlines() if self_check.round.needs_letter else [],
        "is_head": can(request.user, "sign", self_check),
        "on_screen": on_screen or form_for(submission, Way.ON_SCREEN, request.user),
        "on_paper": on_paper or form_for(submission, Way.ON_PAPER, request.user),
        "chose_paper": on_paper is not None,
        "takes": "PDF、JPG 或 PNG，不超过 10 MB",
    }
    return render(request, "selftest/signing.html", context)


def _is_confirmed(request: Request, form: SigningForm) -> bool:
    try:
        confirm_password(request.user, form.cleaned_data["password"])
    except AccountRefused as refused:
        form.add_error("password", str(refused))
        return False
    return True


def _sign(request: Request, submission: Submission, form: SigningForm, way: Way) -> bool:
    given = form.cleaned_data
    try:
        signature = signing.sign(
            submission, digest=given["digest"], signer_name=given["signer_name"], way=way, image=form.paper,
            delegation=form.delegation, by=request.user,
        )  # fmt: skip
    except SelfCheckError as refused:
        messages.error(request, str(refused))
        return False
    messages.success(request, f"已签署报送，回执编号 {signature.receipt_number}。")
    return True


@require_POST
def withdraw_submission(request: Request, pk: int) -> HttpResponse:
    self_check = own_self_check(request, pk)
    submission = submitting.waiting_version(self_check)
    if submission is None:
        messages.warning(request, NOTHING_WAITS)
        return redirect("selftest:fill", pk)
    try:
        submitting.withdraw(submission, by=request.user)
    except SelfCheckError as refused:
        messages.error(request, str(refused))
        return redirect("selftest:signing", pk)
    messages.success(request, f"第 {submission.number} 版已撤回，可以继续修改。")
    return redirect("selftest:fill", pk)


@require_GET
def signature_file(request: Request, pk: int, number: int, which: str) -> FileResponse:
    """The signed page or the written delegation, always to be saved, never shown in the site."""
    if which not in FILES:
        raise Http404
    self_checks = SelfCheck.objects.visible_to(request.user)
    signature = get_object_or_404(
        Signature.objects.select_related("submission__self_check__institution"),
        submission__self_check__in=self_checks.filter(pk=pk),
        submission__number=number,
    )
    file = signature.image if which == "signature" else signature.delegation
    if not file or not file.storage.exists(str(file.name)):
        raise Http404
    name = f"{FILES[which]}（{signature.submission.self_check.institution.name}，第 {number} 版）{PurePath(str(file.name)).suffix}"
    answer = FileResponse(file.open("rb"), as_attachment=True, filename=name)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
