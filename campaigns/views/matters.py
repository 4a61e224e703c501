from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.lists import arrange
from campaigns.filters import MatterFilter
from campaigns.models import InspectionMatter
from campaigns.tables import MatterTable


@require_GET
def matter_list(request: Request) -> HttpResponse:
    """The one list: what may be checked, by whom, how often, on what legal basis."""
    matters = InspectionMatter.objects.select_related("department").prefetch_related("domains")
    found = MatterFilter(request.GET, matters, request=request)
    table = arrange(MatterTable(found.qs), request)
    template = "campaigns/matters.html#rows" if request.htmx else "campaigns/matters.html"
    return render(request, template, {"filter": found, "table": table})


@require_GET
def matter(request: Request, code: str) -> HttpResponse:
    matters = InspectionMatter.objects.select_related("department").prefetch_related("domains", "legal_bases")
    return render(request, "campaigns/matter.html", {"matter": get_object_or_404(matters, pk=code)})
