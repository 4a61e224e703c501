"""报表: the sheets of a campaign with what each is and how it counts, a look at a sheet, the rows behind its figures.
The files themselves are made by a worker (reports/sheets/making.py)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.lists import arrange
from campaigns.models import Campaign, PlanLine
from campaigns.views.campaigns import get_campaign, tabs
from reports.sheets import SHEETS, SheetKind, composed, sheets_for
from reports.sheets.making import ask_for_sheet
from reports.sheets.preview import plain_header, preview
from reports.sheets.row_tables import table_of
from reports.sheets.wanted import Wanted
from workbooks.statistical import leaves

MOST_CAMPAIGNS = 100


@require_GET
def sheets(request: Request) -> HttpResponse:
    """Of the campaign that is chosen, the newest with tasks otherwise."""
    campaigns = list(Campaign.objects.visible_to(request.user).select_related("lead_bureau__region")[:MOST_CAMPAIGNS])
    asked = request.GET.get("campaign", "")
    chosen = next((each for each in campaigns if str(each.pk) == asked), None)
    campaign = chosen or next((each for each in campaigns if sheets_for(request.user, each)), None)
    kinds = sheets_for(request.user, campaign) if campaign else []
    context = {"campaigns": campaigns, "campaign": campaign, "kinds": kinds}
    return render(request, "reports/sheets.html", context)


@require_GET
def campaign_sheets(request: Request, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    context = {
        "campaign": campaign,
        "tabs": tabs(request, campaign, "documents"),
        "kinds": sheets_for(request.user, campaign),
    }
    return render(request, "reports/sheets_campaign.html", context)


@require_POST
def make_sheet(request: Request, pk: int, key: str) -> HttpResponse:
    campaign = get_campaign(request, pk)
    return redirect("jobs:detail", ask_for_sheet(_kind(request, campaign, key), campaign, by=request.user).pk)


@require_GET
def sheet(request: Request, pk: int, key: str) -> HttpResponse:
    """A look at a table before it is made into a file."""
    campaign = get_campaign(request, pk)
    kind, wanted = _kind(request, campaign, key), Wanted.now(campaign, request.user)
    if kind.compose is None:
        raise Http404
    previews = [preview(kind, wanted, each) for each in composed(kind, wanted)]
    context = {"campaign": campaign, "kind": kind, "previews": previews}
    return render(request, "reports/sheets_preview.html", context)


@require_GET
def sheet_rows(request: Request, pk: int, key: str, figure: str) -> HttpResponse:
    """What stands behind one figure of a sheet, of one plan line or of all."""
    campaign = get_campaign(request, pk)
    kind, wanted = _kind(request, campaign, key), Wanted.now(campaign, request.user)
    code = request.GET.get("line", "")
    line = get_object_or_404(PlanLine, campaign=campaign, code=code) if code else None
    if kind.rows_of is None or (header := _headers(kind, wanted).get(figure)) is None:
        raise Http404
    table = arrange(table_of(kind.rows_of(wanted, figure, code)), request)
    table.swap_target = ""
    context = {"campaign": campaign, "kind": kind, "title": header, "line": line, "table": table}
    return render(request, "reports/sheets_rows.html", context)


def _headers(kind: SheetKind, wanted: Wanted) -> dict[str, str]:
    """Figure → its column's heading."""
    found = [column for each in composed(kind, wanted) for column in leaves(each.columns)]
    return {column.key: plain_header(column) for column in found if column.key}


def _kind(request: Request, campaign: Campaign, key: str) -> SheetKind:
    if key not in SHEETS:
        raise Http404
    if not SHEETS[key].is_open_to(request.user, campaign):
        raise PermissionDenied
    return SHEETS[key]
