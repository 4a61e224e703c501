from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.forms import refusals_shown_in
from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from inspectors import services
from inspectors.exporting import export_experts
from inspectors.filters import ExpertFilter
from inspectors.forms import BanForm, ExpertForm
from inspectors.history import history
from inspectors.models import Expert
from inspectors.presenting import expert_facts
from inspectors.queries import conflict_rows, expert_rows
from inspectors.tables import DECISION_TONES, ExpertTable, against, state_words
from inspectors.views.pages import download, form_page, pool_tabs


def expert_list(request: Request) -> HttpResponse:
    found = ExpertFilter(request.GET, Expert.objects.visible_to(request.user), request=request)
    context: dict[str, Any] = {"filter": found, "table": arrange(ExpertTable(expert_rows(found.qs)), request)}
    context["may_export"] = can(request.user, "export", Expert)
    if request.htmx:
        return render(request, "inspectors/experts.html#rows", context)
    context["may_create"] = can(request.user, "create", Expert)
    context["tabs"] = pool_tabs(request, "inspectors:experts")
    return render(request, "inspectors/experts.html", context)


def _found(request: Request, pk: int) -> Expert:
    return get_object_or_404(expert_rows(Expert.objects.visible_to(request.user)), pk=pk)


def expert_detail(request: Request, pk: int) -> HttpResponse:
    expert = _found(request, pk)
    may = {action: can(request.user, action, expert) for action in ("edit", "ban", "declare", "see_history")}
    tag, tone = state_words(expert)
    context = {
        "expert": expert,
        "tag": tag,
        "tone": tone,
        "facts": expert_facts(expert, shows_phone=may["edit"]),
        "conflicts": [
            {"conflict": each, "against": against(each), "tone": DECISION_TONES[each.decision]}
            for each in conflict_rows(expert.conflicts.all())
        ],
        "may": may,
    }
    return render(request, "inspectors/expert.html", context)


def expert_create(request: Request) -> HttpResponse:
    require(request.user, "create", Expert)
    form = ExpertForm(request.POST or None, user=request.user)
    if form.is_valid():
        with refusals_shown_in(form):
            expert = services.create_expert(**_split(form.cleaned_data), by=request.user)
            messages.success(request, f"已新增专家{expert.name}。")
            return redirect("inspectors:expert", expert.pk)
    return form_page(request, form, "新增专家", reverse("inspectors:experts"))


def expert_edit(request: Request, pk: int) -> HttpResponse:
    expert = _found(request, pk)
    require(request.user, "edit", expert)
    form = ExpertForm(request.POST or None, instance=expert, user=request.user)
    if form.is_valid():
        with refusals_shown_in(form):
            services.edit_expert(expert, **_split(form.cleaned_data), by=request.user)
            messages.success(request, "已保存。")
            return redirect("inspectors:expert", pk)
    return form_page(request, form, "修改专家", reverse("inspectors:expert", args=[pk]), person=_found(request, pk))


def _split(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "values": {name: value for name, value in values.items() if name != "domains"},
        "domains": values["domains"],
    }


def expert_ban(request: Request, pk: int) -> HttpResponse:
    expert = _found(request, pk)
    require(request.user, "ban", expert)
    form = BanForm(request.POST or None)
    if form.is_valid():
        with refusals_shown_in(form):
            services.ban_expert(expert, **form.cleaned_data, by=request.user)
            messages.success(request, f"专家{expert.name}已禁用，以后的抽取不再包括。")
            return redirect("inspectors:expert", pk)
    warning = "禁用后不再参加抽取；选择终生禁用的，以后不能解除。"
    return form_page(
        request,
        form,
        "禁用专家",
        reverse("inspectors:expert", args=[pk]),
        person=expert,
        warning=warning,
        button="禁用",
    )


def expert_lift(request: Request, pk: int) -> HttpResponse:
    expert = _found(request, pk)
    require(request.user, "ban", expert)
    if expert.ban_is_permanent:
        messages.error(request, "终生禁用不能解除。")
    else:
        services.lift_ban(expert, by=request.user)
        messages.success(request, "已解除禁用。")
    return redirect("inspectors:expert", pk)


def expert_history(request: Request, pk: int) -> HttpResponse:
    expert = _found(request, pk)
    require(request.user, "see_history", expert)
    back = reverse("inspectors:expert", args=[pk])
    return render(
        request, "inspectors/history.html", {"person": expert, "back": back, "events": history(expert, request.user)}
    )


def export(request: Request) -> HttpResponse:
    require(request.user, "export", Expert)
    found = ExpertFilter(request.GET, Expert.objects.visible_to(request.user), request=request).qs
    content = export_experts(found, request.user)
    facts = {"pool": "experts", "query": request.GET.urlencode(), "count": found.count()}
    audit.record("inspectors.export", request.user, by=request.user, facts=facts)
    return download(content, f"专家名录-{timezone.localtime():%Y%m%d-%H%M}.xlsx")
