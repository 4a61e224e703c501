"""Forms of one institution: its facts, certificates, sites, business regions, risk flags, credit class."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.forms import refusals_shown_in
from accounts.http import Request
from accounts.rules import require
from institutions import services
from institutions.forms import (
    BusinessRegionsForm,
    CertificateForm,
    CreditClassForm,
    EndFlagForm,
    InstitutionForm,
    RiskFlagForm,
    SiteForm,
)
from institutions.models import Certificate, Institution, RiskFlag, Site


def create(request: Request) -> HttpResponse:
    require(request.user, "create", Institution)
    form = InstitutionForm(request.POST or None, user=request.user)
    if form.is_valid():
        with refusals_shown_in(form):
            institution = services.create_institution(form.cleaned_data, by=request.user)
            messages.success(request, f"“{institution}”已入库，请继续登记资质认定证书。")
            return redirect("institutions:certificate_add", institution.pk)
    context = {"form": form, "title": "新增机构", "cancel_url": reverse("institutions:list")}
    return render(request, "institutions/form.html", context)


def edit(request: Request, pk: int) -> HttpResponse:
    institution = _institution(request, pk, "edit")
    form = InstitutionForm(request.POST or None, instance=_copy(institution), user=request.user)
    return _edited(
        request, form, institution, "修改机构信息",
        lambda values: services.edit_institution(institution, values, by=request.user),
    )  # fmt: skip


def business_regions(request: Request, pk: int) -> HttpResponse:
    institution = _institution(request, pk, "edit")
    chosen = list(institution.business_regions.values_list("pk", flat=True))
    form = BusinessRegionsForm(request.POST or None, initial={"regions": chosen})
    return _edited(
        request, form, institution, "业务地区",
        lambda values: services.set_business_regions(institution, values["regions"], by=request.user),
    )  # fmt: skip


def certificate_add(request: Request, pk: int) -> HttpResponse:
    institution = _institution(request, pk, "edit")
    initial = {"authorised_name": institution.name}
    form = CertificateForm(request.POST or None, instance=Certificate(institution=institution), initial=initial)
    return _edited(
        request, form, institution, "登记资质认定证书",
        lambda values: services.add_certificate(institution, values, domains=values.pop("domains"), by=request.user),
    )  # fmt: skip


def certificate_edit(request: Request, pk: int, certificate_pk: int) -> HttpResponse:
    certificate = _part(Certificate.objects.filter(institution=_institution(request, pk, "edit")), certificate_pk)
    form = CertificateForm(request.POST or None, instance=_copy(certificate))
    return _edited(
        request, form, certificate.institution, f"修改证书 {certificate.number}",
        lambda values: services.edit_certificate(certificate, values, domains=values.pop("domains"), by=request.user),
    )  # fmt: skip


def site_add(request: Request, pk: int, certificate_pk: int) -> HttpResponse:
    certificate = _part(Certificate.objects.filter(institution=_institution(request, pk, "edit")), certificate_pk)
    form = SiteForm(request.POST or None)
    return _edited(
        request, form, certificate.institution, f"登记场所（证书 {certificate.number}）",
        lambda values: services.add_site(certificate, values, by=request.user),
    )  # fmt: skip


def site_edit(request: Request, pk: int, site_pk: int) -> HttpResponse:
    institution = _institution(request, pk, "edit")
    site = _part(Site.objects.filter(certificate__institution=institution), site_pk)
    form = SiteForm(request.POST or None, instance=_copy(site))
    return _edited(
        request, form, institution, "修改场所", lambda values: services.edit_site(site, values, by=request.user)
    )


def site_remove(request: Request, pk: int, site_pk: int) -> HttpResponse:
    institution = _institution(request, pk, "edit")
    site = _part(Site.objects.filter(certificate__institution=institution), site_pk)
    detail = reverse("institutions:detail", args=[pk])
    if request.method == "POST":
        services.remove_site(site, by=request.user)
        messages.success(request, f"已删除场所“{site}”，修改记录中可以查到。")
        return redirect(detail)
    context = {
        "institution": institution, "title": "删除场所", "thing": f"{site.county}，{site.address}", "button": "删除",
        "warning": "删除后不能恢复，需要时重新登记；删除的内容留在修改记录里。", "action": request.path, "cancel_url": detail,
    }  # fmt: skip
    return render(request, "institutions/confirm.html", context)


def flag_add(request: Request, pk: int) -> HttpResponse:
    institution = _institution(request, pk, "flag")
    form = RiskFlagForm(request.POST or None)
    return _edited(
        request, form, institution, "登记风险标记",
        lambda values: services.add_risk_flag(institution, values, by=request.user),
    )  # fmt: skip


def flag_end(request: Request, pk: int, flag_pk: int) -> HttpResponse:
    institution = _institution(request, pk, "flag")
    flag = _part(RiskFlag.objects.visible_to(request.user).filter(institution=institution), flag_pk)
    form = EndFlagForm(request.POST or None)
    return _edited(
        request, form, institution, f"结束标记“{flag}”",
        lambda values: services.end_risk_flag(flag, last_day=values["last_day"], by=request.user),
    )  # fmt: skip


def credit_class(request: Request, pk: int) -> HttpResponse:
    institution = _institution(request, pk, "classify")
    initial = {"credit_class": institution.credit_class}
    form = CreditClassForm(request.POST or None, initial=initial)
    return _edited(
        request, form, institution, "信用风险分类",
        lambda values: services.set_credit_class(institution, by=request.user, **values),
    )  # fmt: skip


def _institution(request: Request, pk: int, action: str) -> Institution:
    institution = get_object_or_404(Institution.objects.visible_to(request.user), pk=pk)
    require(request.user, action, institution)
    return institution


def _part(rows: Any, pk: int) -> Any:
    return get_object_or_404(rows, pk=pk)


def _copy(instance: Model) -> Any:
    """A form writes what was typed into its instance even when it is refused; the page goes on showing the original."""
    return type(instance)._default_manager.get(pk=instance.pk)


def _edited(
    request: Request,
    form: forms.BaseForm,
    institution: Institution,
    title: str,
    save: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    if form.is_valid():
        with refusals_shown_in(form):
            save(dict(form.cleaned_data))
            messages.success(request, "已保存。")
            return redirect("institutions:detail", institution.pk)
    cancel_url = reverse("institutions:detail", args=[institution.pk])
    context = {"form": form, "title": title, "institution": institution, "cancel_url": cancel_url}
    return render(request, "institutions/form.html", context)
