"""What a device asks and tells during a visit: small JSON, every act safe to repeat.

Refusals are 422 with words; 401 when somebody else is signed in by now than who made the entries.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from selftest.errors import SelfCheckError
from selftest.papers import drawn_signature
from selftest.signing import Paper
from visits import activities, attending, evidence, given, onsite, recording, sampling, signing
from visits.codes import Outcome, Severity
from visits.errors import OutsideWindow, Unanswered, VisitError
from visits.models import Activity, Evidence, Operation, Visit

REFUSED, NOBODY = 422, 401
MOST_IN_A_PART = 4 * 1024 * 1024
SOMEBODY_ELSE = "现在登录的是另一个账号，本机的内容没有上传。"
View = Callable[..., JsonResponse]


def tells(view: View) -> View:
    """Refuses what another account kept on this device, and words what the services refuse."""

    @wraps(view)
    def answered(request: Request, *args: Any, **kwargs: Any) -> JsonResponse:
        if request.headers.get("X-Kept-By", str(request.user.pk)) != str(request.user.pk):
            return JsonResponse({"words": SOMEBODY_ELSE}, status=NOBODY)
        try:
            return view(request, *args, **kwargs)
        except VisitError as refused:
            return JsonResponse(refusal(refused), status=REFUSED)

    return answered


def refusal(refused: VisitError) -> dict[str, Any]:
    found: dict[str, Any] = {"words": str(refused)}
    if isinstance(refused, OutsideWindow):
        found["kind"] = "window"
    if isinstance(refused, Unanswered):
        found |= {"kind": "unanswered", "lines": refused.keys}
    return found


def own_visit(request: Request, pk: int) -> Visit:
    visit: Visit = get_object_or_404(onsite.with_what_is_named(request.user), pk=pk)
    return visit


@require_GET
def pulse(request: Request) -> HttpResponse:
    """Who is signed in, with a fresh token: after a new sign-in the old one is no longer good."""
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})


@require_GET
def today(request: Request) -> HttpResponse:
    visits = [onsite.head_of(visit, request.user) for visit in onsite.own_visits(request.user)]
    return JsonResponse(_signed_in(request) | {"visits": visits})


@require_GET
def data(request: Request, pk: int) -> HttpResponse:
    found = onsite.carried(own_visit(request, pk), request.user)
    return JsonResponse(_signed_in(request) | {"data": found, "choices": onsite.choices()})


def _signed_in(request: Request) -> dict[str, Any]:
    return {"user": request.user.pk, "token": get_token(request), "now": onsite.moment(timezone.now())}


def _changed(**parts: Any) -> JsonResponse:
    """Those parts of the visit's data that are different now."""
    return JsonResponse({"changed": parts})


@require_POST
@tells
def start(request: Request, pk: int) -> JsonResponse:
    visit, told = own_visit(request, pk), given.body_of(request)
    attending.start_visit(
        visit, device_at=given.moment(told, "device_at"), place=given.place(told),
        reason=given.text(told, "reason", 500), by=request.user,
    )  # fmt: skip
    visit = own_visit(request, pk)
    return _changed(visit=onsite.head_of(visit, request.user), lines=onsite.sheet_of(visit, request.user))


@require_POST
@tells
def entries(request: Request, pk: int) -> JsonResponse:
    """A queue: each entry is answered by itself, and what now stands on their lines."""
    visit, told = own_visit(request, pk), given.entries(given.body_of(request))
    results = [_result(id, kept) for id, kept in recording.record_all(visit, told, by=request.user)]
    lines = frozenset(each.line for each in told)
    return JsonResponse({"results": results, "lines": sorted(lines), **onsite.entered(visit, request.user, lines)})


def _result(id: UUID, kept: Operation | VisitError) -> dict[str, str]:
    if isinstance(kept, VisitError):
        return {"id": str(id), "state": "refused", "label": "没有记录", "words": str(kept)}
    return {"id": str(id), "state": kept.state, "label": kept.get_state_display(), "words": ""}


@require_POST
@tells
def announce(request: Request, pk: int) -> JsonResponse:
    visit = own_visit(request, pk)
    found = evidence.announce(visit, given.announced(given.body_of(request)), by=request.user)
    return JsonResponse({"one": onsite.one_evidence(found)})


@require_http_methods(["GET", "PUT"])
@tells
def evidence_part(request: Request, pk: UUID) -> JsonResponse:
    """GET: how much has arrived. PUT: the next bytes, from `offset`; the answer says from where to go on."""
    rows = Evidence.objects.select_related("visit__task", "by")
    found = get_object_or_404(rows.filter(visit__in=Visit.objects.attended_by(request.user)), pk=pk)
    if request.method == "PUT":
        offset = request.GET.get("offset", "")
        if not offset.isdecimal() or len(offset) > 10 or not 0 < len(request.body) <= MOST_IN_A_PART:
            raise VisitError("文件没有完整送达，请重试。")
        evidence.receive(found, int(offset), request.body, by=request.user)
        found = rows.get(pk=pk)
    return JsonResponse({"one": onsite.one_evidence(found)})


@require_POST
@tells
def sample(request: Request, pk: int) -> JsonResponse:
    visit, told = own_visit(request, pk), given.body_of(request)
    sampling.draw_reports(
        visit, given.lines(told, "register"), given.number(told, "count"), words=given.text(told, "words", 100),
        period=given.text(told, "period", 60), by=request.user,
    )  # fmt: skip
    return _changed(sample=onsite.sample_of(own_visit(request, pk)))


@require_POST
@tells
def judge(request: Request, pk: int) -> JsonResponse:
    visit, told = own_visit(request, pk), given.body_of(request)
    if onsite.sample_of(visit) is None:
        raise VisitError("还没有抽取报告。")
    sampling.judge_report(
        visit.report_sample, given.text(told, "number", 60), facts=given.text(told, "facts"),
        severity=given.code(told, "severity", Severity) if told.get("severity") else None, by=request.user,
    )  # fmt: skip
    return _changed(sample=onsite.sample_of(own_visit(request, pk)))


@require_POST
@tells
def activity(request: Request, pk: int) -> JsonResponse:
    visit, told = own_visit(request, pk), given.body_of(request)
    activities.set_activity(
        visit, kind=given.code(told, "kind", Activity.Kind), subject=given.text(told, "subject", 80),
        result=given.code(told, "result", Activity.Result), words=given.text(told, "words"), by=request.user,
    )  # fmt: skip
    return _changed(activities=onsite.activities_of(visit))


@require_POST
@tells
def signature(request: Request, pk: int) -> JsonResponse:
    visit, told = own_visit(request, pk), given.body_of(request)
    name, record = given.text(told, "name", 60), given.raw_text(told, "record", 2_000_000)
    if told.get("refused"):
        signing.refuse(visit, name=name, words=given.text(told, "words", 500), record=record, by=request.user)
    else:
        signer = given.code(told, "signer", signing.Signer)
        image = _drawn(given.text(told, "drawing", 1_000_000))
        signing.sign(visit, signer=signer, name=name, record=record, image=image, by=request.user)
    return _changed(signatures=onsite.signatures_of(visit))


def _drawn(drawing: str) -> Paper:
    try:
        return drawn_signature(drawing)
    except SelfCheckError as refused:
        raise VisitError(str(refused)) from refused


@require_POST
@tells
def end(request: Request, pk: int) -> JsonResponse:
    visit, told = own_visit(request, pk), given.body_of(request)
    attending.end_visit(
        visit, outcome=given.code(told, "outcome", Outcome), words=given.text(told, "words"),
        opinion=given.text(told, "opinion"), changes=given.text(told, "changes"), by=request.user,
    )  # fmt: skip
    return _changed(visit=onsite.head_of(own_visit(request, pk), request.user))
