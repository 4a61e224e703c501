"""The institution's portal around the filling pages: its self-checks, one of them as a whole, checking, submitting."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.models import Role
from selftest import filling, header, submitting
from selftest.content import Choice
from selftest.errors import Incomplete, SelfCheckError
from selftest.models import HeaderBlock, SelfCheck
from selftest.portal import Overview, next_step, overview_of
from selftest.states import SelfCheckState

TONES = {
    SelfCheckState.INVITED: "waiting",
    SelfCheckState.FILLING: "current",
    SelfCheckState.SIGNING: "waiting",
    SelfCheckState.SUBMITTED: "current",
    SelfCheckState.RETURNED: "overdue",
    SelfCheckState.ACCEPTED: "done",
}
SHOWN_COMMENTS = 50


def own_self_check(request: Request, pk: int) -> SelfCheck:
    found = SelfCheck.objects.visible_to(request.user).select_related("round__form", "institution", "county")
    return get_object_or_404(found, pk=pk)


@require_GET
def my(request: Request) -> HttpResponse:
    found = SelfCheck.objects.visible_to(request.user).select_related("round__form", "institution")
    cards = [card(overview_of(self_check)) for self_check in found.order_by("round__deadline", "pk")]
    context = {
        "open_ones": [each for each in cards if not each["is_over"]],
        "past": [each for each in cards if each["is_over"]],
    }
    return render(request, "selftest/my.html", context)


def card(overview: Overview) -> dict[str, Any]:
    """`is_over`: nobody has anything to do with it any more."""
    self_check, step = overview.self_check, next_step(overview)
    return {
        "self_check": self_check,
        "overview": overview,
        "tone": TONES[SelfCheckState(self_check.state)],
        "step": step,
        "is_over": not step.button and self_check.state != SelfCheckState.SUBMITTED,
    }


@require_GET
def fill(request: Request, pk: int) -> HttpResponse:
    """One self-check as a whole: where it stands, what comes next, every item."""
    overview = overview_of(own_self_check(request, pk))
    self_check = overview.self_check
    context = card(overview) | {
        "people": people_of(self_check),
        "comments": comments_on(self_check),
        "versions": self_check.submissions.select_related("signature", "review", "submitted_by").order_by("-number"),
        "waiting": submitting.waiting_version(self_check) if self_check.state == SelfCheckState.SIGNING else None,
    }
    return render(request, "selftest/fill.html", context)


def people_of(self_check: SelfCheck) -> list[dict[str, str]]:
    """Who fills and who signs, for the component `people`."""
    rows = self_check.institution.representatives.select_related("user").order_by("role", "pk")
    return [{"name": row.user.name, "role": row.get_role_display(), "bureau": row.user.phone} for row in rows]


def comments_on(self_check: SelfCheck, item: int | None = None) -> list[Any]:
    rows = self_check.comments.select_related("by")
    if item is not None:
        rows = rows.filter(item=item)
    return list(rows.order_by("-pk")[:SHOWN_COMMENTS])[::-1]


@require_POST
def begin(request: Request, pk: int) -> HttpResponse:
    self_check = own_self_check(request, pk)
    try:
        filling.begin(self_check, by=request.user)
    except SelfCheckError as error:
        messages.error(request, str(error))
        return redirect("selftest:fill", pk)
    return redirect("selftest:fill_header", pk)


@require_POST
def comment(request: Request, pk: int) -> HttpResponse:
    """Words to one's colleagues; back to the page where they were written."""
    self_check = own_self_check(request, pk)
    item = request.POST.get("item", "")
    try:
        filling.add_comment(
            self_check, request.POST.get("text", ""), item=int(item) if item.isdecimal() else 0, by=request.user
        )
    except SelfCheckError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "留言已经发给本机构的同事。")
    return redirect(f"{_way_back(request, pk)}#comments")


def _way_back(request: Request, pk: int) -> str:
    asked = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
    return asked if is_ours and asked.startswith("/") else reverse("selftest:fill", args=[pk])


@require_GET
def check_gaps(request: Request, pk: int) -> HttpResponse:
    """What is still missing, each with the way to its place; or what will be handed in, and the button."""
    return _gaps_page(request, overview_of(own_self_check(request, pk)))


def _gaps_page(request: Request, overview: Overview) -> HttpResponse:
    self_check = overview.self_check
    context = {
        "self_check": self_check,
        "overview": overview,
        "places": [(overview.entry(number), gaps) for number, gaps in _by_item(overview)],
        "counts": _counts(overview),
        "problems": [answer for answer in overview.answers.values() if answer.choice == Choice.YES],
        "differences": list(header.differences(overview.content, overview.blocks, self_check.institution)),
        "heads": self_check.institution.representatives.filter(role=Role.LEGAL_REPRESENTATIVE).select_related("user"),
    }
    return render(request, "selftest/fill_check.html", context)


def _by_item(overview: Overview) -> list[tuple[int, list[str]]]:
    found: dict[int, list[str]] = {}
    for gap in overview.gaps:
        found.setdefault(gap.item, []).append(gap.words)
    return sorted(found.items())


def _counts(overview: Overview) -> list[tuple[str, int]]:
    choices = [answer.choice for answer in overview.answers.values()]
    return [(choice.label, choices.count(choice)) for choice in Choice]


@require_POST
def submit(request: Request, pk: int) -> HttpResponse:
    self_check = own_self_check(request, pk)
    try:
        submitting.submit(self_check, by=request.user)
    except Incomplete:
        return redirect("selftest:check_gaps", pk)
    except SelfCheckError as error:
        messages.error(request, str(error))
        return redirect("selftest:fill", pk)
    return redirect("selftest:signing", pk)


@require_GET
def print_preview(request: Request, pk: int) -> HttpResponse:
    """The whole form as it stands, in the layout of the notice, for whoever wants it on paper before signing."""
    overview = overview_of(own_self_check(request, pk))
    blocks = {kind: [each for each in overview.blocks if each.kind == kind] for kind in HeaderBlock.Kind.values}
    context = {
        "self_check": overview.self_check,
        "overview": overview,
        "content": overview.content,
        "basic": [_values(overview.content.basic, block) for block in blocks[HeaderBlock.Kind.BASIC]],
        "certificates": [_values(overview.content.certificate, each) for each in blocks[HeaderBlock.Kind.CERTIFICATE]],
        "rows": [(item, overview.answers.get(item.number)) for item in overview.content.items],
        "is_draft": overview.self_check.state
        in {SelfCheckState.INVITED, SelfCheckState.FILLING, SelfCheckState.RETURNED},
    }
    return render(request, "selftest/fill_print.html", context)


def _values(fields: tuple[Any, ...], block: HeaderBlock) -> list[tuple[str, str]]:
    """(label, text) of each field."""
    texts = ((field.label, block.values.get(field.key) or "") for field in fields)
    return [(label, "、".join(text) if isinstance(text, list) else text) for label, text in texts]


@require_GET
def pulse(request: Request) -> HttpResponse:
    """Who is signed in, and the token that pages opened before a new sign-in need to go on saving."""
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})
