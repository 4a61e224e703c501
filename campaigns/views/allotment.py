from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.rules import can, require
from campaigns import allotment
from campaigns.allotment_sheet import read_allotment, write_allotment_template
from campaigns.errors import CampaignError
from campaigns.forms.allotment import AllotmentForm
from campaigns.views.campaigns import get_campaign

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def overview(request: Request, pk: int) -> HttpResponse:
    """Received per domain, what the city draws inside, what is supplemented, what goes to which county."""
    campaign = get_campaign(request, pk)
    require(request.user, "see_preview", campaign)
    context = {
        "campaign": campaign,
        "table": allotment.allotment_table(campaign),
        "rows": campaign.allotted.select_related("institution__county").order_by("-is_received", "institution__county"),
        "form": AllotmentForm(),
        "may_receive": can(request.user, "receive_allotment", campaign),
    }
    return render(request, "campaigns/allotment.html", context)


@require_POST
def from_parent(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    require(request.user, "receive_allotment", campaign)
    try:
        count = allotment.receive_from_parent(campaign, by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已从上级活动接收 {count} 家机构。")
    return redirect("campaigns:allotment", campaign.pk)


@require_POST
def upload(request: Request, pk: int) -> HttpResponse:
    """The list that the upper level handed down, as a workbook; refused whole when a row is wrong."""
    campaign = get_campaign(request, pk)
    require(request.user, "receive_allotment", campaign)
    form = AllotmentForm(request.POST, request.FILES)
    faults: list[str] = ["请选择要上传的 .xlsx 文件，并填写来源。"]
    if form.is_valid():
        received, faults = read_allotment(form.cleaned_data["file"], campaign)
        if not faults:
            return _receive(request, pk, received, form.cleaned_data["origin"])
    for fault in faults[:20]:
        messages.error(request, fault)
    return redirect("campaigns:allotment", campaign.pk)


def _receive(request: Request, pk: int, received: dict[int, bool], origin: str) -> HttpResponse:
    campaign = get_campaign(request, pk)
    try:
        count = allotment.receive(campaign, received, origin=origin, by=request.user)
    except CampaignError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已接收 {count} 家机构。")
    return redirect("campaigns:allotment", campaign.pk)


@require_GET
def template(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    require(request.user, "receive_allotment", campaign)
    headers = {
        "Content-Disposition": "attachment; filename*=UTF-8''%E4%B8%8A%E7%BA%A7%E5%88%86%E9%85%8D%E5%90%8D%E5%8D%95.xlsx"
    }
    return HttpResponse(write_allotment_template(), content_type=XLSX, headers=headers)
