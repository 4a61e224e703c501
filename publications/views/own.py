"""信息公开 as the institution sees it: what it makes public itself, and what is public about it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.rules import require
from accounts.templatetags.wording import status_tag
from accounts.uploads import MAX_BYTES
from institutions.models import Institution
from publications import disclosing, repairing
from publications.errors import PublicationError
from publications.forms import DisclosureForm, RepairForm
from publications.models import CreditRepair, Disclosure, PublishedPenalty, PublishedResult
from publications.states import RepairState
from publications.views.disclosures import disclosure_tag
from publications.views.repairs import TONES
from visits.models import Measure

MOST = 100


@require_GET
def own_publications(request: Request) -> HttpResponse:
    institutions = Institution.objects.visible_to(request.user)
    penalties = PublishedPenalty.objects.shown().filter(institution__in=institutions, is_current=True)
    asked = {each.measure_id: each for each in CreditRepair.objects.visible_to(request.user).order_by("pk")}
    disclosures = Disclosure.objects.visible_to(request.user).select_related("institution")
    context = {
        "disclosures": [(each, disclosure_tag(each)) for each in disclosures[:MOST]],
        "results": PublishedResult.objects.filter(institution__in=institutions, is_current=True)[:MOST],
        "penalties": [(row, *_repair(asked.get(row.measure_id))) for row in penalties[:MOST]],
    }
    return render(request, "publications/own.html", context)


def _repair(found: CreditRepair | None) -> tuple[CreditRepair | None, str, bool]:
    """The last application, its tag, and whether another may be made."""
    if found is None:
        return None, "", True
    state = RepairState(found.state)
    return found, status_tag(state.label, TONES[state]), state == RepairState.DENIED


@require_http_methods(["GET", "POST"])
def submit(request: Request) -> HttpResponse:
    institutions = Institution.objects.visible_to(request.user)
    form = DisclosureForm(request.POST or None, request.FILES or None, institutions=institutions)
    if form.is_valid():
        try:
            disclosing.submit_disclosure(form.cleaned_data["institution"], _told(form), by=request.user)
        except PublicationError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已提交，监管部门审核后公开。")
            return redirect("publications:own")
    context = {
        "form": form, "title": "提交公开信息", "button": "提交", "back": reverse("publications:own"), "has_file": True,
        "note": "资质认定能力附表、检验检测报告、自我承诺、收费标准；审核同意后在公众网站的机构页面公开。",
    }  # fmt: skip
    return render(request, "publications/form.html", context)


def _told(form: DisclosureForm) -> disclosing.Told:
    given = form.cleaned_data
    file = (str(given["file"].name), given["file"].read(MAX_BYTES + 1)) if given["file"] else None
    return disclosing.Told(Disclosure.Kind(given["kind"]), given["title"], given["text"], given["certificate"], file)


@require_http_methods(["GET", "POST"])
def ask_repair(request: Request, pk: int) -> HttpResponse:
    measures = Measure.objects.visible_to(request.user).select_related("task__institution", "bureau")
    measure = get_object_or_404(measures, pk=pk)
    require(request.user, "ask", CreditRepair(measure=measure))
    form = RepairForm(request.POST or None)
    if form.is_valid():
        try:
            repairing.ask_repair(measure, words=form.cleaned_data["words"], by=request.user)
        except PublicationError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已提交申请，由{measure.bureau.short_name}审核。")
            return redirect("publications:own")
    context = {
        "form": form, "title": "申请信用修复", "button": "提交申请", "back": reverse("publications:own"),
        "note": f"{measure.task.institution.name}：{measure.get_kind_display()}（{measure.document_number}）",
    }  # fmt: skip
    return render(request, "publications/form.html", context)
