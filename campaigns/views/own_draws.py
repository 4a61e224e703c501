"""Why (not) me: an institution's own draws, an inspector's own assignments, and the proof that a notice's code leads to."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.http import Request
from accounts.public_navigation import public_navigation
from campaigns import disclosure, explaining
from campaigns import draw as engine
from campaigns.draw.packing import FILE_NAME
from campaigns.errors import CampaignError
from campaigns.forms import ObjectionForm
from campaigns.inclusion import prove
from campaigns.models import Draw, FrozenInspector, FrozenInstitution, InspectionNotice

CLOSED = {"Cache-Control": "no-store, private", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


@require_GET
def draws(request: Request) -> HttpResponse:
    """Every draw in which an institution of this user stands."""
    rows = [(entry, disclosure.standing(entry.draw)) for entry in explaining.own_entries(request.user)]
    return render(request, "campaigns/own_draws.html", {"rows": rows})


@require_GET
def draw(request: Request, pk: int) -> HttpResponse:
    entry = _entry(request, pk)
    return _page(request, entry, ObjectionForm() if explaining.can_object(entry) else None)


def _page(request: Request, entry: FrozenInstitution, form: ObjectionForm | None) -> HttpResponse:
    place = explaining.place_of(entry)
    context = {
        "entry": entry,
        "draw": entry.draw,
        "standing": disclosure.standing(entry.draw),
        "place": place,
        "percent": explaining.percent(place.chance) if place.chance else "0%",
        "chance_words": explaining.chance_in_words(place),
        "outcome": explaining.outcome_of(entry),
        "is_disclosed": explaining.is_disclosed(entry.draw),
        "discloses_from": disclosure.first_day(entry.draw),
        "objection_day": entry.draw.last_day_of_objections,
        "objections": explaining.own_objections(entry),
        "form": form,
        "verify_url": _verify_url(entry.draw, reverse("campaigns:own_proof", args=[entry.pk])),
        "verifier_name": FILE_NAME,
    }
    return render(request, "campaigns/own_draw.html", context)


@require_GET
def proof(request: Request, pk: int) -> HttpResponse:
    return _proof(_entry(request, pk))


@require_POST
def raise_objection(request: Request, pk: int) -> HttpResponse:
    entry = _entry(request, pk)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return _page(request, entry, form)
    try:
        explaining.object_to(entry, words=form.cleaned_data["words"], by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "异议已送达牵头单位，答复前不会抽取。")
    return redirect("campaigns:own_draw", entry.pk)


def _entry(request: Request, pk: int) -> FrozenInstitution:
    return get_object_or_404(explaining.own_entries(request.user), pk=pk)


@require_GET
def assignments(request: Request) -> HttpResponse:
    """Every draw in whose second pool this inspector stands."""
    rows = [(entry, disclosure.standing(entry.draw)) for entry in explaining.own_inspector_entries(request.user)]
    return render(request, "campaigns/assignments.html", {"rows": rows})


@require_GET
def assignment(request: Request, pk: int) -> HttpResponse:
    entry = _own_inspector(request, pk)
    context = {
        "entry": entry,
        "draw": entry.draw,
        "standing": disclosure.standing(entry.draw),
        "is_disclosed": explaining.is_disclosed(entry.draw),
        "discloses_from": disclosure.first_day(entry.draw),
        "assignments": explaining.assignments_of(entry),
        "tasks": explaining.known_tasks(entry, request.user),
        "pools": explaining.pools_in_words(entry),
        "recusals": explaining.recusals_in_words(entry),
        "verify_url": _verify_url(entry.draw, reverse("campaigns:assignment_proof", args=[entry.pk])),
    }
    return render(request, "campaigns/assignment.html", context)


@require_GET
def assignment_proof(request: Request, pk: int) -> HttpResponse:
    return _proof(_own_inspector(request, pk))


def _own_inspector(request: Request, pk: int) -> FrozenInspector:
    return get_object_or_404(explaining.own_inspector_entries(request.user), pk=pk)


@login_not_required
@require_safe
def notice_proof(request: Request, token: str) -> HttpResponse:
    """Where the code on an inspection notice leads: no login, for whoever holds the paper."""
    notice = _notice(token)
    entry = explaining.entry_of_notice(notice)
    proof_url = reverse("campaigns:notice_proof_json", args=[token])
    context = {
        "notice": notice,
        "task": notice.task,
        "entry": entry,
        "draw": entry.draw if entry else None,
        "place": explaining.place_of(entry) if entry else None,
        "proof_url": proof_url,
        "verify_url": _verify_url(entry.draw, proof_url) if entry else "",
        "log_url": _log_url(notice),
        "verifier_name": FILE_NAME,
        "public_navigation": public_navigation(""),
    }
    return _closed(render(request, "campaigns/proof.html", context))


@login_not_required
@require_safe
def notice_proof_json(request: Request, token: str) -> HttpResponse:
    entry = explaining.entry_of_notice(_notice(token))
    if entry is None:
        raise Http404
    return _proof(entry)


def _notice(token: str) -> InspectionNotice:
    notice = explaining.notice_by_token(token)
    if notice is None:
        raise Http404
    return notice


def _log_url(notice: InspectionNotice) -> str:
    """The public log's answer to the head that is printed on this notice."""
    printed = {"number": notice.log_number, "digest": notice.log_digest}
    return f"{reverse('campaigns:public_log')}?{urlencode(printed)}" if notice.log_number else ""


def _verify_url(draw: Draw, proof_url: str) -> str:
    """The page that checks this proof in the visitor's own browser."""
    asked = {"proof": proof_url, "manifest": reverse("campaigns:public_manifest", args=[draw.code])}
    return f"{reverse('campaigns:verify')}?{urlencode(asked)}"


def _proof(entry: FrozenInstitution | FrozenInspector) -> HttpResponse:
    name = f"{entry.draw.code}.{entry.identifier}.proof.json".replace(":", "-")
    answer = HttpResponse(engine.dump(prove(entry)), content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _closed(answer)


def _closed(answer: HttpResponse) -> HttpResponse:
    for name, value in CLOSED.items():
        answer.headers[name] = value
    return answer
