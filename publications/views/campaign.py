"""公示 of one campaign: what is public, what can be, and how the results stand against their term."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.models import User
from accounts.templatetags.wording import status_tag
from campaigns.models import Campaign, Task
from campaigns.views.campaigns import get_campaign, tabs
from publications import clock
from publications.lists import TONES, for_lists
from publications.models import Publication
from publications.rules import PREPARERS
from publications.states import VersionState
from publications.terms import COUNTERS
from publications.views.preparing import choices_of


@require_GET
def campaign(request: Request, pk: int) -> HttpResponse:
    found = get_campaign(request, pk)
    publications = for_lists(Publication.objects.visible_to(request.user).filter(campaign=found)).order_by("kind", "pk")
    may_prepare = found.lead_bureau_id == request.user.bureau_id and request.user.has_role(*PREPARERS)
    context = {
        "campaign": found, "tabs": tabs(request, found, "publications"), "stats": stats(request.user, found),
        "choices": choices_of([found])[0] if may_prepare else [], "is_practice": found.is_practice,
        "publications": [
            (each, status_tag(state.label, TONES[state]))
            for each in publications for state in [VersionState(each.last_state)]  # type: ignore[attr-defined]
        ],
    }  # fmt: skip
    return render(request, "publications/campaign.html", context)


def stats(user: User, found: Campaign) -> list[dict[str, Any]]:
    """Each opens its rows in the list of terms."""
    numbers = clock.numbers(Task.objects.visible_to(user).filter(campaign=found))
    page = reverse("publications:terms")
    return [
        {
            "label": label, "value": numbers[status], "unit": "家次", "tone": tone if numbers[status] else "",
            "url": f"{page}?{urlencode({'campaign': str(found.pk), 'status': status})}",
        }
        for label, status, tone in COUNTERS
    ]  # fmt: skip
