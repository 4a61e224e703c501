"""One publication with its versions: what the public will see, what was taken out, and the next step."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.awaiting import awaited_of
from accounts.http import Request
from accounts.rules import can, require
from publications import correcting, publishing, tracks
from publications.comparing import differences
from publications.content import content_of, paragraphs
from publications.errors import PublicationError
from publications.forms import CorrectForm, ProposeForm, ReturnForm, TasksForm, WithdrawForm, WordsForm
from publications.lists import version_tag
from publications.models import Publication, PublicationKind, PublicationVersion
from publications.states import VersionState
from publications.views.frame import done, get_publication, get_version, page_of, versions_of

ROWS_A_PAGE = 50
MOST_DIFFERENCES = 200


@require_GET
def detail(request: Request, pk: int) -> HttpResponse:
    publication = get_publication(request, pk)
    versions = list(versions_of(request, publication))
    version = _asked(request, versions)
    former = next((each for each in versions if each.number == version.number - 1), None)
    found = differences(former, version) if former else []
    context = {
        "publication": publication, "version": version, "former": former, "awaited": awaited_of(request.user, publication),
        "versions": [(each, version_tag(each)) for each in versions], "tag": version_tag(version),
        "differences": found[:MOST_DIFFERENCES], "more_differences": max(0, len(found) - MOST_DIFFERENCES),
        **preview(request, version), **acts(request, version, versions[0]),
    }  # fmt: skip
    return render(request, "publications/detail.html", context)


def _asked(request: Request, versions: list[PublicationVersion]) -> PublicationVersion:
    if not versions:
        raise Http404
    number = request.GET.get("version", "")
    return next((each for each in versions if str(each.number) == number), versions[0])


def preview(request: Request, version: PublicationVersion) -> dict[str, Any]:
    """As the public will see it, rows by the page."""
    results = version.results.select_related("county").order_by("task__number")
    penalties = version.penalties.select_related("county").order_by("-decided_on", "pk")
    rows = penalties if version.publication.kind == PublicationKind.PENALTIES else results
    return {
        "content": content_of(version.content), "rows": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "is_results": version.publication.kind == PublicationKind.RESULTS,
        "is_penalties": version.publication.kind == PublicationKind.PENALTIES,
    }  # fmt: skip


def acts(request: Request, version: PublicationVersion, last: PublicationVersion) -> dict[str, Any]:
    """What this person may do with this version now: forms and switches of the template."""
    user, state = request.user, version.state
    is_last = version.pk == last.pk
    may_edit = is_last and (
        (state == VersionState.DRAFT and can(user, "edit", version))
        or (state == VersionState.PROPOSED and can(user, "approve", version))
    )
    return {
        "may_edit": may_edit,
        "may_prepare": is_last and state == VersionState.DRAFT and can(user, "edit", version),
        "may_approve": state == VersionState.PROPOSED and can(user, "approve", version),
        "may_return": state in (VersionState.PROPOSED, VersionState.APPROVED) and can(user, "return", version),
        "propose_form": ProposeForm(initial={"not_before": version.not_before}),
        "return_form": ReturnForm(auto_id="return_%s"),
        "withdraw_form": WithdrawForm(auto_id="withdraw_%s")
        if state == VersionState.PUBLISHED and can(user, "withdraw", version)
        else None,
        "correct_form": CorrectForm(auto_id="correct_%s")
        if is_last and state in correcting.CORRECTABLE and can(user, "prepare", version.publication)
        else None,
        "amended": tracks.amended_since(version.results.all()).count() if is_last else 0,
    }


@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    version = get_version(request, pk)
    reason = version.reason if version.number > 1 else None
    form = WordsForm(request.POST or None, content=content_of(version.content), reason=reason)
    if form.is_valid():
        given = form.cleaned_data
        try:
            correcting.edit_words(
                version, title=given["title"], words=paragraphs(given["words"]), notes=paragraphs(given["notes"]),
                tables=given["tables"], by=request.user,
            )  # fmt: skip
            if reason is not None:
                correcting.edit_reason(version, reason=given["reason"], by=request.user)
        except PublicationError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已保存，请再次核对预览。")
            return redirect(page_of(version))
    if not (can(request.user, "edit", version) or can(request.user, "approve", version)):
        require(request.user, "edit", version)
    context = {"form": form, "title": "修改文字", "note": version.title, "button": "保存", "back": page_of(version)}
    return render(request, "publications/form.html", context)


@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int) -> HttpResponse:
    version = get_version(request, pk)
    require(request.user, "edit", version)
    campaign = version.publication.campaign
    if campaign is None or version.publication.kind != PublicationKind.RESULTS:
        raise Http404
    tasks = tracks.publishable_tasks(campaign).select_related("institution").order_by("number")
    form = TasksForm(request.POST or None, tasks=tasks)
    if form.is_valid():
        chosen = list(form.cleaned_data["tasks"])
        return done(
            request, lambda: correcting.add_results(version, chosen, by=request.user), f"已增加 {len(chosen)} 家。",
            page_of(version),
        )  # fmt: skip
    context = {
        "form": form, "title": "增加机构", "note": version.title, "count": tasks.count(), "button": "增加",
        "empty": "没有其他已认定、未公示的检查结果。", "back": page_of(version),
    }  # fmt: skip
    return render(request, "publications/choose.html", context)


@require_POST
def renew(request: Request, pk: int) -> HttpResponse:
    version = get_version(request, pk)
    require(request.user, "edit", version)
    return done(
        request,
        lambda: correcting.renew_version(version, by=request.user),
        "已按最新的记录更新内容。",
        page_of(version),
    )


@require_POST
def discard(request: Request, pk: int) -> HttpResponse:
    version = get_version(request, pk)
    require(request.user, "edit", version)
    publication = version.publication
    answer = done(
        request, lambda: correcting.discard(version, by=request.user), "已放弃该草稿。", reverse("publications:list")
    )
    return redirect(publication) if Publication.objects.filter(pk=publication.pk).exists() else answer


@require_POST
def propose(request: Request, pk: int) -> HttpResponse:
    version = get_version(request, pk)
    require(request.user, "propose", version)
    form = ProposeForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["not_before"].as_text().removeprefix("* "))
        return redirect(page_of(version))
    day = form.cleaned_data["not_before"]
    return done(
        request, lambda: publishing.propose(version, not_before=day, by=request.user),
        "已提请审批，等待本单位负责人批准。", page_of(version),
    )  # fmt: skip


@require_POST
def return_version(request: Request, pk: int) -> HttpResponse:
    version = get_version(request, pk)
    require(request.user, "return", version)
    words = request.POST.get("words", "")[:500]
    return done(
        request,
        lambda: publishing.return_version(version, words=words, by=request.user),
        "已退回修改。",
        page_of(version),
    )


@require_POST
def approve(request: Request, pk: int) -> HttpResponse:
    version = get_version(request, pk)
    waits = version.not_before
    words = f"已批准，{waits:%Y-%m-%d} 公布。" if waits else "已批准并公布。"
    return done(request, lambda: publishing.approve(version, by=request.user), words, page_of(version))


@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    version = get_version(request, pk)
    require(request.user, "withdraw", version)
    reason = request.POST.get("reason", "")
    return done(
        request, lambda: correcting.withdraw(version, reason=reason, by=request.user),
        "已撤回，撤回理由已经公开。", page_of(version),
    )  # fmt: skip


@require_POST
def correct(request: Request, pk: int) -> HttpResponse:
    publication = get_publication(request, pk)
    require(request.user, "prepare", publication)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明更正说明（不超过 500 字），将随公示公开。")
        return redirect(publication)
    given = form.cleaned_data
    return done(
        request, lambda: correcting.correct(publication, reason=given["reason"], renew=given["renew"], by=request.user),
        "已起草更正版本，请核对后提请审批；批准以前，公众看到的仍是现行版本。", publication.get_absolute_url(),
    )  # fmt: skip
