"""The minutes of a draw: shown to the lead and the supervisors, signed by them with the password asked again."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.rules import can, require
from campaigns import addresses
from campaigns.errors import CampaignError
from campaigns.forms.minutes import SignMinutesForm
from campaigns.minutes import Minutes, minutes_of, sign_minutes
from campaigns.models import Draw
from campaigns.views.approvals import get_draw
from campaigns.views.campaigns import tabs


@require_http_methods(["GET", "POST"])
def minutes(request: Request, pk: int) -> HttpResponse:
    """GET shows them; POST signs them."""
    draw = get_drawn(request, pk)
    found = minutes_of(draw)
    form = SignMinutesForm(request.POST or None, initial={"digest": found.digest})
    if request.method == "POST":
        require(request.user, "sign", draw)
        if form.is_valid() and _sign(request, draw, form):
            return redirect("campaigns:minutes", draw.pk)
    return render(request, "campaigns/minutes.html", _context(request, draw, found, form))


def _sign(request: Request, draw: Draw, form: SignMinutesForm) -> bool:
    try:
        sign_minutes(draw, by=request.user, **form.cleaned_data)
    except CampaignError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, "已签字。")
    return True


def _context(request: Request, draw: Draw, found: Minutes, form: SignMinutesForm) -> dict[str, object]:
    has_signed = any(signature.signer_id == request.user.pk for signature in found.signatures)
    return {
        "campaign": draw.campaign,
        "draw": draw,
        "minutes": found,
        "record": found.content,
        "has_signed": has_signed,
        "form": form if can(request.user, "sign", draw) and not has_signed else None,
        "record_url": "" if draw.campaign.is_practice else addresses.record_url(draw, request),
        "tabs": tabs(request, draw.campaign, "draw"),
    }


@require_GET
def text(request: Request, pk: int) -> HttpResponse:
    """The very bytes that are signed: their SHA-256 is the digest on the page."""
    draw = get_drawn(request, pk)
    headers = {
        "Content-Disposition": f'attachment; filename="{draw.code}.minutes.json"',
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(minutes_of(draw).text, content_type="application/json; charset=utf-8", headers=headers)


def get_drawn(request: Request, pk: int) -> Draw:
    """The draw, if it has its result and this person may see that."""
    draw = get_draw(request, pk)
    require(request.user, "see_result", draw)
    if draw.drawn_at is None:
        raise Http404
    return draw
