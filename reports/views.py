"""Lists and documents of a campaign. Files of any size are made by a worker (reports/tasks.py);
a single notice and a county's own list are small and answered at once."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.models import Region
from campaigns import addresses, openings
from campaigns.minutes import minutes_of
from campaigns.models import Campaign, Task
from campaigns.views.minutes import get_drawn
from reports import datasets, requests, xlsx
from reports.minutes import draw_minutes
from reports.requests import Product, file_name, may_have
from reports.responses import file_answer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS_AT_ONCE = 500


@require_POST
def task_list(request: Request, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk, requests.TASK_LIST)
    form = "pdf" if request.POST.get("form") == "pdf" else "xlsx"
    job = requests.ask_for(requests.TASK_LIST, campaign, by=request.user, county=_county(request, campaign), form=form)
    return redirect("jobs:detail", job.pk)


@require_GET
def own_task_list(request: Request, pk: int) -> HttpResponse:
    """The workbook of the user's own tasks at once: what a county officer comes for."""
    campaign = _campaign(request, pk, requests.TASK_LIST)
    if Task.objects.visible_to(request.user).live().filter(campaign=campaign).count() > MOST_ROWS_AT_ONCE:
        messages.info(request, "任务较多，请在这里生成任务清单，完成后到“我的文件”下载。")
        return redirect("campaigns:documents", campaign.pk)
    rows = datasets.task_rows(request.user, campaign)
    head = datasets.list_head(campaign, request.user, county=_own_county(request))
    name = file_name(campaign, "任务清单", suffix="xlsx", place=head.area)
    return file_answer(xlsx.task_list_workbook(head, rows), name, XLSX)


def _own_county(request: Request) -> str:
    region = request.user.region
    return region.pk if region and region.level == Region.Level.COUNTY else ""


@require_POST
def drawn_list(request: Request, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk, requests.DRAWN_LIST)
    return redirect("jobs:detail", requests.ask_for(requests.DRAWN_LIST, campaign, by=request.user).pk)


@require_POST
def notices(request: Request, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk, requests.NOTICES)
    county = _county(request, campaign)
    job = requests.ask_for(requests.NOTICES, campaign, by=request.user, county=county, site=_site(request))
    return redirect("jobs:detail", job.pk)


@require_POST
def campaign_notice(request: Request, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk, requests.CAMPAIGN_NOTICE)
    return redirect("jobs:detail", requests.ask_for(requests.CAMPAIGN_NOTICE, campaign, by=request.user).pk)


@require_GET
def notice(request: Request, pk: int) -> HttpResponse:
    """One institution's issued notice, for everyone who sees the task, the institution's own people among them."""
    from reports.pdf import render_inspection_notices  # noqa: PLC0415  # half a second and 50 MB, once somebody asks

    tasks = Task.objects.visible_to(request.user).filter(notice__isnull=False)
    task = get_object_or_404(datasets.with_notice(tasks), pk=pk)
    openings.opened(task, request.user)
    document = datasets.inspection_notice(task, site=_site(request), made_by=request.user)
    name = f"检查通知书{task.notice.number}（{task.institution.name}）.pdf"
    return file_answer(render_inspection_notices([document]), name, "application/pdf")


@require_GET
def minutes(request: Request, pk: int) -> HttpResponse:
    """The minutes of a draw with the signatures so far, for whoever may see its result."""
    from reports.pdf import render_minutes  # noqa: PLC0415  # half a second and 50 MB, once somebody asks

    draw = get_drawn(request, pk)
    record_url = addresses.record_url(draw, request)
    document = draw_minutes(draw, minutes_of(draw), record_url=record_url, made_by=request.user)
    return file_answer(render_minutes(document), f"抽取记录{draw.code}.pdf", "application/pdf")


def _campaign(request: Request, pk: int, product: Product) -> Campaign:
    campaigns = Campaign.objects.visible_to(request.user).select_related("lead_bureau__region")
    campaign = get_object_or_404(campaigns.prefetch_related("stages"), pk=pk)
    if not may_have(request.user, product, campaign):
        raise PermissionDenied
    return campaign


def _county(request: Request, campaign: Campaign) -> Region | None:
    """The county that was asked for; one without visible tasks is as good as unknown."""
    code = request.POST.get("county", "")
    if not code:
        return None
    county = requests.county_with_tasks(request.user, campaign, code)
    if county is None:
        raise Http404
    return county


def _site(request: Request) -> str:
    return request.build_absolute_uri("/").rstrip("/")
