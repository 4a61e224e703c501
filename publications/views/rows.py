"""Single rows of a draft: other words, or left out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import Request
from accounts.rules import can, require
from publications import correcting
from publications.errors import PublicationError
from publications.forms import PenaltyForm, ResultForm
from publications.models import Publication, PublicationVersion, PublishedPenalty, PublishedResult
from publications.views.frame import done, get_version, page_of


def _result(request: Request, pk: int) -> PublishedResult:
    seen = Publication.objects.visible_to(request.user)
    row = get_object_or_404(PublishedResult.objects.filter(version__publication__in=seen), pk=pk)
    row.version = get_version(request, row.version_id)
    return row


def _penalty(request: Request, pk: int) -> PublishedPenalty:
    seen = Publication.objects.visible_to(request.user)
    row = get_object_or_404(PublishedPenalty.objects.filter(version__publication__in=seen), pk=pk)
    row.version = get_version(request, row.version_id)
    return row


def _require_editor(request: Request, version: PublicationVersion) -> None:
    if not can(request.user, "approve", version):
        require(request.user, "edit", version)


@require_http_methods(["GET", "POST"])
def edit_result(request: Request, pk: int) -> HttpResponse:
    row = _result(request, pk)
    _require_editor(request, row.version)
    form = ResultForm(request.POST or None, row=row)
    if form.is_valid():
        try:
            correcting.edit_result(row, **form.said(), by=request.user)
        except PublicationError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已保存：{row.name}。")
            return redirect(page_of(row.version))
    context = {
        "form": form, "title": f"修改文字：{row.name}", "button": "保存", "back": page_of(row.version),
        "note": "只修改公示的文字；检查结果本身有误的，请在任务的检查结果页更正后，再按最新记录更新。",
    }  # fmt: skip
    return render(request, "publications/form.html", context)


@require_http_methods(["GET", "POST"])
def edit_penalty(request: Request, pk: int) -> HttpResponse:
    row = _penalty(request, pk)
    _require_editor(request, row.version)
    form = PenaltyForm(request.POST or None, initial={"facts": row.facts})
    if form.is_valid():
        try:
            correcting.edit_penalty(row, facts=form.cleaned_data["facts"], by=request.user)
        except PublicationError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已保存：{row.name}。")
            return redirect(page_of(row.version))
    context = {
        "form": form,
        "title": f"修改文字：{row.name}",
        "note": "",
        "button": "保存",
        "back": page_of(row.version),
    }
    return render(request, "publications/form.html", context)


@require_POST
def drop_result(request: Request, pk: int) -> HttpResponse:
    return _drop(request, _result(request, pk))


@require_POST
def drop_penalty(request: Request, pk: int) -> HttpResponse:
    return _drop(request, _penalty(request, pk))


def _drop(request: Request, row: PublishedResult | PublishedPenalty) -> HttpResponse:
    _require_editor(request, row.version)
    words = f"已移除：{row.name}，可以列入以后的公示。"
    return done(request, lambda: correcting.drop_row(row, by=request.user), words, page_of(row.version))
