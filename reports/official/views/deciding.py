"""A document is presented, returned, issued, withdrawn or dropped."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import Request
from accounts.rules import require
from reports.models import Document
from reports.official import numbering, transitions
from reports.official.errors import DocumentError
from reports.official.forms import IssueForm, ReasonForm, ReturnForm
from reports.official.views.documents import get_document


@require_POST
def present(request: Request, pk: int) -> HttpResponse:
    document = get_document(request, pk)
    require(request.user, "write", document)
    return _done(request, document, lambda: transitions.present(document, by=request.user), "已送签，等待负责人签发。")


@require_POST
def take_back(request: Request, pk: int) -> HttpResponse:
    document = get_document(request, pk)
    require(request.user, "write", document)
    return _done(request, document, lambda: transitions.send_back(document, words="", by=request.user), "已取回修改。")


def _done(request: Request, document: Document, act: Callable[[], Any], words: str) -> HttpResponse:
    try:
        act()
    except DocumentError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect(document)


@require_http_methods(["GET", "POST"])
def issue(request: Request, pk: int) -> HttpResponse:
    document = get_document(request, pk)
    require(request.user, "issue", document)
    form = IssueForm(request.POST or None, initial=_proposed(document))
    if form.is_valid():
        told = form.cleaned_data
        try:
            issued = transitions.issue(
                document, number=form.number(), issued_on=told["issued_on"], seen=told["seen"], by=request.user
            )
        except DocumentError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已签发，发文字号 {issued.number}。签发后内容不再变动。")
            return redirect(document)
    context = {"document": document, "form": form, "next_number": _next_number(document)}
    return render(request, "reports/documents/issue.html", context)


def _proposed(document: Document) -> dict[str, Any]:
    campaign = document.campaign
    day = timezone.localdate()
    if campaign and document.kind == "notice" and campaign.issued_on and campaign.issued_on <= day:
        day = campaign.issued_on
    number = numbering.proposed(document, day)
    return {
        "code_word": number.code_word, "year": number.year, "serial": number.serial, "issued_on": day,
        "seen": document.latest.number,
    }  # fmt: skip


def _next_number(document: Document) -> str:
    """What the series would give if the approver leaves the serial empty."""
    number = numbering.proposed(document, timezone.localdate())
    return f"{number.code_word}〔{number.year}〕{numbering.next_serial(document.bureau, number)}号"


@require_http_methods(["GET", "POST"])
def send_back(request: Request, pk: int) -> HttpResponse:
    document = get_document(request, pk)
    require(request.user, "issue", document)
    return _with_words(
        request, document, ReturnForm, transitions.send_back, "退回修改", "已退回，拟稿人可以修改后再送签。"
    )


@require_http_methods(["GET", "POST"])
def withdraw(request: Request, pk: int) -> HttpResponse:
    document = get_document(request, pk)
    require(request.user, "issue", document)
    words = "已撤回。原文仍可查看，标明“已撤回”；发文字号不再使用。"
    return _with_words(request, document, ReasonForm, transitions.withdraw, "撤回", words)


@require_http_methods(["GET", "POST"])
def drop(request: Request, pk: int) -> HttpResponse:
    document = get_document(request, pk)
    require(request.user, "write", document)
    return _with_words(request, document, ReasonForm, transitions.drop, "不再办理", "已标为不再办理。")


def _with_words(
    request: Request, document: Document, form_class: type[forms.Form], act: Callable[..., Any], label: str, done: str
) -> HttpResponse:
    form = form_class(request.POST or None)
    if form.is_valid():
        try:
            act(document, words=form.cleaned_data["words"], by=request.user)
        except DocumentError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, done)
            return redirect(document)
    context = {"document": document, "form": form, "label": label}
    return render(request, "reports/documents/words.html", context)
