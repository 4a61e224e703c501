"""信用档案 of an institution: what was checked, found, decided and put right, year by year."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.http import Request
from institutions.models import Institution, RiskFlag
from visits import boards
from visits.models import Complaint


@require_GET
def dossier(request: Request, pk: int) -> HttpResponse:
    """Each reader finds what he or she may see elsewhere as well: the institution what it was told."""
    institution = get_object_or_404(Institution.objects.visible_to(request.user).select_related("county"), pk=pk)
    years = boards.dossier_of(institution, request.user)
    flags = RiskFlag.objects.visible_to(request.user).in_force().filter(institution=institution)
    complaints = Complaint.objects.visible_to(request.user).filter(institution=institution)
    context = {
        "institution": institution, "years": years, "flags": flags, "complaints": complaints.count(),
        "totals": {
            "tasks": sum(len(year.tasks) for year in years),
            "findings": sum(len(year.findings) for year in years),
            "open_findings": sum(year.open_findings for year in years),
            "measures": sum(len(year.measures) for year in years),
        },
    }  # fmt: skip
    return render(request, "visits/dossier.html", context)
