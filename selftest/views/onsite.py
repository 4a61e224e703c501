"""On site: what the institution said of itself beside what is found, to be read on a phone."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import Request
from campaigns.models import Task
from selftest.beside import self_check_of, side_by_side
from selftest.models import SelfCheck
from selftest.review_tables import TONES
from selftest.states import SelfCheckState
from selftest.submitting import last_signed


@require_GET
def beside(request: Request, pk: int) -> HttpResponse:
    rows = SelfCheck.objects.visible_to(request.user).select_related("round__form", "institution", "county")
    found = get_object_or_404(rows, pk=pk)
    context = {
        "self_check": found, "version": last_signed(found), "rows": side_by_side(found, day=timezone.localdate()),
        "tone": TONES[SelfCheckState(found.state)],
        "task": Task.objects.visible_to(request.user).live().filter(
            campaign=found.round.campaign_id, institution=found.institution_id
        ).first(),
    }  # fmt: skip
    return render(request, "selftest/side_by_side.html", context)


@require_GET
def task_self_check(request: Request, pk: int) -> HttpResponse:
    """From a task to the self-check of its institution; missing when it has handed in none that this user may read."""
    task = get_object_or_404(Task.objects.visible_to(request.user), pk=pk)
    found = self_check_of(task, request.user)
    if found is None:
        raise Http404
    return redirect("selftest:side_by_side", found.pk)
