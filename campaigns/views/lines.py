from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.rules import require
from campaigns import planning, services
from campaigns.errors import CampaignError
from campaigns.forms import LineForm, SlotFormSet
from campaigns.models import Campaign, PlanLine, SizeKind
from campaigns.planning import LinePreview
from campaigns.views.campaigns import get_campaign


@require_http_methods(["GET", "POST"])
def create(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    require(request.user, "edit", campaign)
    size = SizeKind.COUNT if campaign.draws_lots else SizeKind.ALL
    return _edit(request, campaign, PlanLine(campaign=campaign, lead_bureau=campaign.lead_bureau, size_kind=size))


@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    line = get_line(request, pk)
    require(request.user, "edit", line.campaign)
    return _edit(request, line.campaign, line)


def _edit(request: Request, campaign: Campaign, line: PlanLine) -> HttpResponse:
    form = LineForm(request.POST or None, instance=line, campaign=campaign)
    slots = SlotFormSet(request.POST or None, campaign=campaign, line=line)
    if request.method == "POST" and form.is_valid() and slots.is_valid():
        try:
            _save(request, form, slots)
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"条目“{line.title}”已保存。")
            return redirect(campaign)
    preview = _stored_preview(line) if line.pk else None
    context = {"campaign": campaign, "line": line, "form": form, "slots": slots, "preview": preview}
    return render(request, "campaigns/line.html", context)


def _save(request: Request, form: LineForm, slots: SlotFormSet) -> PlanLine:
    return services.save_line(
        form.instance,
        partners=list(form.cleaned_data["partners"]),
        matters=list(form.cleaned_data["matters"]),
        exclusions=form.exclusions(),
        slots=slots.slots(),
        by=request.user,
    )


@require_GET
def preview(request: Request, pk: int) -> HttpResponse:
    """What the rule on the screen would give, as typed so far. It is saved, looked at, and rolled back."""
    campaign = get_campaign(request, pk)
    require(request.user, "edit", campaign)
    line = _line_on_screen(request, campaign)
    form = LineForm(request.GET, instance=line, campaign=campaign)
    slots = SlotFormSet(request.GET, campaign=campaign, line=line)
    found = None
    if form.is_valid() and slots.is_valid():
        with transaction.atomic():
            found = _stored_preview(_save(request, form, slots))
            transaction.set_rollback(True)
    return render(request, "campaigns/_line_preview.html", {"preview": found, "form": form})


def _line_on_screen(request: Request, campaign: Campaign) -> PlanLine:
    number = request.GET.get("line", "")
    if number.isascii() and number.isdigit():
        return get_object_or_404(campaign.lines, pk=int(number))
    return PlanLine(campaign=campaign, lead_bureau=campaign.lead_bureau)


def _stored_preview(line: PlanLine) -> LinePreview | None:
    found = planning.preview_plan(line.campaign)
    return next((each for each in found.lines if each.line.pk == line.pk), None)


@require_POST
def delete(request: Request, pk: int) -> HttpResponse:
    line = get_line(request, pk)
    require(request.user, "edit", line.campaign)
    try:
        services.delete_line(line, by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"条目“{line.title}”已删除。")
    return redirect(line.campaign)


def get_line(request: Request, pk: int) -> PlanLine:
    campaigns = Campaign.objects.visible_to(request.user)
    lines = PlanLine.objects.filter(campaign__in=campaigns).select_related("campaign__lead_bureau__region")
    return get_object_or_404(lines, pk=pk)
