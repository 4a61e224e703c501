"""For auditors and supervisors: heads of the public log that were made known outside, and one from paper."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from campaigns import anchors, heads, publiclog
from campaigns.errors import CampaignError
from campaigns.forms.record import EnterHeadForm

SHOWN = 50


@require_http_methods(["GET", "POST"])
def log_heads(request: Request) -> HttpResponse:
    form = EnterHeadForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            heads.enter_head(**form.cleaned_data, by=request.user)
        except CampaignError as error:
            form.add_error("digest", str(error))
        else:
            messages.success(request, "已录入。今后冻结和抽取前，系统都会与它核对。")
            return redirect("campaigns:log_heads")
    kept = anchors.all_anchors()
    context = {
        "form": form,
        "anchors": kept[: -SHOWN - 1 : -1],
        "count": len(kept),
        "shown": SHOWN,
        "problem": _problem(),
        "head": publiclog.head(),
    }
    return render(request, "campaigns/record/heads.html", context)


def _problem() -> str:
    try:
        publiclog.check_trusted()
    except anchors.LogNotTrusted as problem:
        return str(problem)
    return ""
