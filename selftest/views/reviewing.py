"""The bureau's review: the self-checks of a round, and one of them with its signed versions.

Drafts of the institution are never shown here, only what was signed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.lists import arrange, counter
from accounts.rules import can, require
from selftest import reviewing
from selftest.errors import SelfCheckError
from selftest.models import ChangeRequest, Problem, Round, SelfCheck
from selftest.progress import has_problem, is_late
from selftest.queue import neighbours, query_of, queue_of
from selftest.review_filters import SelfCheckFilter
from selftest.review_tables import TONES, SelfCheckTable
from selftest.states import SelfCheckState
from selftest.versions import AnsweredItem, Difference, Version, answered_items, said_of, signed_versions
from selftest.views.round_frame import get_round, round_page

HEADER = 0


@require_GET
def self_checks(request: Request, pk: int) -> HttpResponse:
    round = get_round(request, pk)
    visible = SelfCheck.objects.visible_to(request.user).filter(round=round)
    standing = Problem.objects.standing().filter(self_check=OuterRef("pk")).order_by().values("self_check")
    counted = Coalesce(Subquery(standing.annotate(number=Count("pk")).values("number")), 0)
    rows = visible.select_related("institution", "county", "round").annotate(found=counted)
    found = SelfCheckFilter(
        request.GET, rows.order_by("county_id", "institution__name", "pk"), round=round, request=request
    )
    context: dict[str, Any] = {"filter": found, "table": arrange(SelfCheckTable(found.qs), request)}
    if request.htmx:
        return render(request, "selftest/self_checks.html#rows", context)
    context |= round_page(request, round, "self_checks") | {"stats": list(_stats(request, round, visible))}
    return render(request, "selftest/self_checks.html", context)


COUNTERS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("自查机构", "all", {}, ""),
    ("未开始", "invited", {"status": "invited"}, ""),
    ("待审核", "submitted", {"status": "submitted"}, "waiting"),
    ("已退回", "returned", {"status": "returned"}, ""),
    ("已通过", "accepted", {"status": "accepted"}, "done"),
    ("逾期", "late", {"late": "1"}, "overdue"),
    ("自查发现问题", "troubled", {"troubled": "1"}, ""),
)


def _stats(request: Request, round: Round, visible: QuerySet[SelfCheck]) -> Iterator[dict[str, Any]]:
    states = ("invited", "submitted", "returned", "accepted")
    figures = visible.order_by().aggregate(
        all=Count("pk"), late=Count("pk", filter=is_late(round)), troubled=Count("pk", filter=Q(has_problem())),
        **{state: Count("pk", filter=Q(state=state)) for state in states},
    )  # fmt: skip
    for label, key, query, tone in COUNTERS:
        yield counter(request, label, figures[key], query, unit="家", tone=tone)


@dataclass(frozen=True, slots=True)
class Given:
    """What the reviewer typed: kept on the page when it was not taken."""

    items: dict[int, str]
    words: str = ""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    answered: AnsweredItem
    is_ticked: bool
    why: str
    problem: Problem | None


@require_GET
def self_check(request: Request, pk: int) -> HttpResponse:
    return _page(request, get_self_check(request, pk), Given({}))


def get_self_check(request: Request, pk: int) -> SelfCheck:
    rows = SelfCheck.objects.visible_to(request.user).select_related(
        "round__form", "round__campaign", "institution", "county"
    )
    return get_object_or_404(rows, pk=pk)


def _page(request: Request, found: SelfCheck, given: Given) -> HttpResponse:
    versions = signed_versions(found)
    version = _asked_version(request, versions)
    latest = versions[-1] if versions else None
    before, after = neighbours(queue_of(request, found), found)
    context: dict[str, Any] = {
        "self_check": found, "versions": versions, "version": version, "latest": latest, "given": given,
        "tone": TONES[SelfCheckState(found.state)], "is_latest": version is latest, "queue": query_of(request), "before": before, "after": after,
        "may_review": found.state == SelfCheckState.SUBMITTED and version is latest and can(request.user, "review", found),
        "open_changes": ChangeRequest.objects.filter(submission__self_check=found, state=ChangeRequest.State.OPEN).count(),
    }  # fmt: skip
    if version:
        context |= _version_context(found, version, versions, given)
    return render(request, "selftest/self_check.html", context)


def _asked_version(request: Request, versions: list[Version]) -> Version | None:
    """The one that the address names, or the last signed one; None when nothing was signed."""
    number = request.GET.get("version", "") if request.method == "GET" else ""
    if not number:
        return versions[-1] if versions else None
    for version in versions:
        if str(version.submission.number) == number:
            return version
    raise Http404


def _version_context(found: SelfCheck, version: Version, versions: list[Version], given: Given) -> dict[str, Any]:
    problems = {problem.item: problem for problem in found.problems.all()}
    rows = [
        ReviewRow(answered, number in given.items, given.items.get(number, ""), problems.get(number))
        for answered in answered_items(version, versions, list(found.attachments.all()))
        for number in [answered.item.number]
    ]
    return {
        "rows": rows,
        "header_changes": list(_header_changes(version, versions)),
        "header_said": list(said_of(HEADER, versions)),
        "header_ticked": HEADER in given.items,
        "header_why": given.items.get(HEADER, ""),
        "changed": sum(bool(row.answered.differences) for row in rows),
    }


def _header_changes(version: Version, versions: list[Version]) -> Iterator[Difference]:
    earlier = [each for each in versions if each.submission.number < version.submission.number]
    if earlier:
        yield from (each for each in version.differences_from(earlier[-1]) if each.item == HEADER)


@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    found = get_self_check(request, pk)
    require(request.user, "review", found)
    given = _given(request, found)
    try:
        _check_nothing_is_ticked(given)
        reviewing.accept(found, words=given.words, version=_version(request), by=request.user)
    except SelfCheckError as refused:
        return _refused(request, found, given, refused)
    return _done(request, found, f"“{found.institution.name}”的自查表已审核通过。")


def _check_nothing_is_ticked(given: Given) -> None:
    if given.items:
        raise SelfCheckError(
            "您还勾选了要退回的项目。确实通过的，请先取消勾选并清空理由；否则请按“退回勾选的项目补正”。"
        )


@require_POST
def return_items(request: Request, pk: int) -> HttpResponse:
    found = get_self_check(request, pk)
    require(request.user, "review", found)
    given = _given(request, found)
    try:
        reviewing.return_items(found, given.items, words=given.words, version=_version(request), by=request.user)
    except SelfCheckError as refused:
        return _refused(request, found, given, refused)
    return _done(request, found, f"已退回“{found.institution.name}” {len(given.items)} 处，机构补正后重新报送。")


def _given(request: Request, found: SelfCheck) -> Given:
    """Ticked items and why; a reason alone counts as a tick, so that no word is lost."""
    items = {}
    for number in (HEADER, *found.round.form.parsed.numbers):
        why = request.POST.get(f"why-{number}", "").strip()
        if why or f"return-{number}" in request.POST:
            items[number] = why
    return Given(items, request.POST.get("words", ""))


def _version(request: Request) -> int | None:
    number = request.POST.get("version", "")
    return int(number) if number.isascii() and number.isdigit() else None


def _refused(request: Request, found: SelfCheck, given: Given, refused: SelfCheckError) -> HttpResponse:
    messages.error(request, str(refused))
    return _page(request, get_self_check(request, found.pk), given)


def _done(request: Request, found: SelfCheck, words: str) -> HttpResponse:
    """The next one of the queue, if the reviewer wants to go on; else the same page."""
    messages.success(request, words)
    after = neighbours(queue_of(request, found), found)[1] if request.POST.get("then") == "next" else None
    page = reverse("selftest:self_check", args=[(after or found).pk])
    query = query_of(request)
    return redirect(f"{page}?{query}" if query else page)
