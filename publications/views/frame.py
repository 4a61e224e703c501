"""What the pages of publishing share: finding things, and carrying out one act with its words."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.http import Request
from campaigns.models import Campaign, Draw
from publications.models import CreditRepair, Disclosure, Publication, PublicationVersion
from publications.rules import PREPARERS
from publications.states import VersionState
from visits.errors import VisitError


def get_publication(request: Request, pk: int) -> Publication:
    rows = Publication.objects.visible_to(request.user).select_related("bureau__region", "campaign", "created_by")
    return get_object_or_404(rows, pk=pk)


def versions_of(request: Request, publication: Publication) -> QuerySet[PublicationVersion]:
    """Newest first; a draft is seen by the bureau that writes it alone."""
    people = ("proposed_by", "approved_by", "withdrawn_by")
    rows = PublicationVersion.objects.filter(publication=publication).select_related("publication__bureau", *people)
    if publication.bureau_id != request.user.bureau_id:
        rows = rows.exclude(state=VersionState.DRAFT)
    return rows.order_by("-number")


def get_version(request: Request, pk: int) -> PublicationVersion:
    """Of a publication that the person sees."""
    seen = Publication.objects.visible_to(request.user)
    rows = PublicationVersion.objects.filter(publication__in=seen).select_related(
        "publication__bureau", "publication__campaign"
    )
    foreign_draft = ~Q(publication__bureau=request.user.bureau_id) & Q(state=VersionState.DRAFT)
    return get_object_or_404(rows.exclude(foreign_draft), pk=pk)


def own_campaigns(request: Request) -> QuerySet[Campaign]:
    """Those that the person's bureau leads, for people who prepare publications."""
    if not request.user.has_role(*PREPARERS):
        return Campaign.objects.none()
    return Campaign.objects.visible_to(request.user).filter(lead_bureau=request.user.bureau_id)


def get_campaign(request: Request, pk: int) -> Campaign:
    return get_object_or_404(own_campaigns(request).select_related("lead_bureau__region"), pk=pk)


def get_draw(request: Request, pk: int) -> Draw:
    rows = Draw.objects.filter(campaign__in=own_campaigns(request)).select_related("campaign__lead_bureau__region")
    return get_object_or_404(rows, pk=pk)


def get_repair(request: Request, pk: int) -> CreditRepair:
    rows = CreditRepair.objects.visible_to(request.user).select_related("measure__task__institution", "measure__bureau")
    return get_object_or_404(rows, pk=pk)


def get_disclosure(request: Request, pk: int) -> Disclosure:
    people = ("submitted_by", "decided_by")
    rows = Disclosure.objects.visible_to(request.user).select_related("institution__county", "certificate", *people)
    return get_object_or_404(rows, pk=pk)


def done(request: Request, act: Callable[[], object], words: str, url: str) -> HttpResponse:
    """Carry it out and go to `url`; where it is refused, with the reason."""
    try:
        act()
    except VisitError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect(url)


def page_of(version: PublicationVersion) -> str:
    return f"{reverse('publications:detail', args=[version.publication_id])}?version={version.number}"
