"""信用修复 as the bureau decides it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.rules import can, require
from accounts.templatetags.wording import status_tag
from publications import repairing
from publications.errors import PublicationError
from publications.forms import RepairDecisionForm
from publications.models import CreditRepair
from publications.states import RepairState
from publications.tabs import tabs
from publications.views.frame import get_repair

TONES = {RepairState.ASKED: "waiting", RepairState.GRANTED: "done", RepairState.DENIED: "refused"}
MOST = 200


@require_GET
def repair_list(request: Request) -> HttpResponse:
    """What waits for a decision first."""
    found = CreditRepair.objects.visible_to(request.user).select_related(
        "measure__task__institution", "measure__bureau"
    )
    rows = sorted(found.order_by("-pk")[:MOST], key=lambda each: each.state != RepairState.ASKED)
    context = {
        "rows": [(each, status_tag(each.get_state_display(), TONES[RepairState(each.state)])) for each in rows],
        "tabs": tabs(request.user, "repairs"),
    }
    return render(request, "publications/repairs.html", context)


@require_http_methods(["GET", "POST"])
def repair(request: Request, pk: int) -> HttpResponse:
    found = get_repair(request, pk)
    may_decide = found.state == RepairState.ASKED and can(request.user, "decide", found)
    form = RepairDecisionForm(request.POST or None)
    if request.method == "POST":
        require(request.user, "decide", found)
    if form.is_valid():
        try:
            repairing.decide_repair(found, by=request.user, **form.cleaned_data)
        except PublicationError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已登记决定。")
            return redirect("publications:repairs")
    tag = status_tag(found.get_state_display(), TONES[RepairState(found.state)])
    context = {"repair": found, "tag": tag, "form": form if may_decide or form.errors else None}
    return render(request, "publications/repair.html", context)
