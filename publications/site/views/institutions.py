from typing import Any

from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from publications.models import Disclosure
from publications.site import public, searching
from publications.site.answers import page
from publications.site.answers import public as public_view

A_PAGE = 20
RESULTS_SHOWN = 50


@public_view
def institutions(request: HttpRequest) -> HttpResponseBase:
    """By name, one page after the other; nothing is counted."""
    words = searching.words_in(request.GET)
    number = min(max(1, int(text) if (text := request.GET.get("page", "")).isdecimal() else 1), 10_000)
    rows = list(searching.institutions(words)[(number - 1) * A_PAGE : number * A_PAGE + 1])
    context = {
        "query": " ".join(words),
        "rows": [public.public_facts(row) for row in rows[:A_PAGE]],
        "number": number,
        "next": number + 1 if len(rows) > A_PAGE else None,
        "previous": number - 1,
    }
    return page("institutions.html", context, active="institutions")


@public_view
def institution(request: HttpRequest, code: str) -> HttpResponseBase:
    found = get_object_or_404(public.institutions(), Q(uscc=code.upper()) | Q(organisation_code=code.upper()))
    rows = public.result_rows(public.results().filter(institution=found.pk).order_by("-inspected_on", "-pk"))
    details, domains = public.details_of(rows[:RESULTS_SHOWN]), public.domains_of(rows[:RESULTS_SHOWN])
    corrected = public.version_rows(public.versions_about(found.pk))
    reasons = public.reasons_after(corrected)
    context = {
        "facts": public.public_facts(found),
        "results": [(row, details[row.pk], domains.get(row.pk, "")) for row in rows[:RESULTS_SHOWN]],
        "results_count": len(rows),
        "penalties": public.penalty_rows(public.penalties().filter(institution=found.pk)),
        "corrections": [(each, reasons.get((each.code, each.number), "")) for each in corrected],
        "disclosures": _disclosures(found.pk),
        "query": "",
        "search_url": reverse("site:institutions"),
    }
    return page("institution.html", context, active="institutions")


def _disclosures(institution: int) -> list[dict[str, Any]]:
    rows = public.disclosures().filter(institution=institution).select_related("certificate").order_by("kind", "-pk")
    return [
        {
            "kind": row.get_kind_display(),
            "title": row.title,
            "text": row.text,
            "certificate": row.certificate.number if row.certificate else "",
            "file": reverse("site:disclosure", args=[row.pk]) if row.file else "",
            "file_name": row.file_name,
            "file_digest": row.file_digest,
            "on": row.decided_at or row.submitted_at,
        }
        for row in rows
    ]


@public_view
def disclosure_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    found: Disclosure = get_object_or_404(public.disclosures().exclude(file=""), pk=pk)
    try:
        stream = found.file.open("rb")
    except OSError as missing:
        raise Http404 from missing
    return FileResponse(stream, as_attachment=True, filename=found.file_name)
