"""Bureaus and regions. Everybody signed in at a bureau may know them; the system administrator keeps them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts import services
from accounts.filters import BureauFilter, RegionFilter
from accounts.forms import BureauForm, NewBureauForm, NewRegionForm, RegionForm, refusals_shown_in
from accounts.http import Request
from accounts.lists import arrange
from accounts.models import Bureau, Region
from accounts.rules import can, require
from accounts.tables import BureauTable, RegionTable

FORM = "accounts/place_form.html"


def bureau_list(request: Request) -> HttpResponse:
    bureaus = Bureau.objects.select_related("department", "region", "branch_of")
    found = BureauFilter(request.GET, bureaus, request=request)
    table = arrange(BureauTable(found.qs), request)
    template = "accounts/bureaus.html#rows" if request.htmx else "accounts/bureaus.html"
    context = {"filter": found, "table": table, "can_create": can(request.user, "create", Bureau)}
    return render(request, template, context)


def bureau_detail(request: Request, code: str) -> HttpResponse:
    bureau = get_object_or_404(Bureau.objects.select_related("department", "region", "branch_of"), code=code)
    people = bureau.users.filter(is_active=True).prefetch_related("role_assignments")
    context = {
        "bureau": bureau,
        "people": people,
        "branches": bureau.branches.all(),
        "can_edit": can(request.user, "edit", bureau),
    }
    return render(request, "accounts/bureau.html", context)


def bureau_create(request: Request) -> HttpResponse:
    require(request.user, "create", Bureau)
    form = NewBureauForm(request.POST or None)
    if form.is_valid():
        with refusals_shown_in(form):
            values = dict(form.cleaned_data)
            bureau = services.create_bureau(values.pop("department"), values.pop("region"), values, by=request.user)
            messages.success(request, "单位已新建。")
            return redirect("accounts:bureau", bureau.code)
    return render(request, FORM, {"form": form, "title": "新建单位", "back": reverse("accounts:bureaus")})


def bureau_edit(request: Request, code: str) -> HttpResponse:
    bureau = get_object_or_404(Bureau, code=code)
    require(request.user, "edit", bureau)
    form = BureauForm(request.POST or None, instance=bureau)
    if form.is_valid():
        with refusals_shown_in(form):
            services.edit_bureau(bureau, form.cleaned_data, by=request.user)
            messages.success(request, "单位信息已保存。")
            return redirect("accounts:bureau", code)
    back = reverse("accounts:bureau", args=[code])
    return render(request, FORM, {"form": form, "title": f"修改单位：{bureau.name}", "back": back})


def region_list(request: Request) -> HttpResponse:
    found = RegionFilter(request.GET, Region.objects.select_related("parent"), request=request)
    table = arrange(RegionTable(found.qs), request)
    template = "accounts/regions.html#rows" if request.htmx else "accounts/regions.html"
    context = {"filter": found, "table": table, "can_create": can(request.user, "create", Region)}
    return render(request, template, context)


def region_detail(request: Request, code: str) -> HttpResponse:
    region = get_object_or_404(Region.objects.select_related("parent"), code=code)
    context = {
        "region": region,
        "below": region.children.all(),
        "bureaus": region.bureaus.select_related("department"),
        "can_edit": can(request.user, "edit", region),
    }
    return render(request, "accounts/region.html", context)


def region_create(request: Request) -> HttpResponse:
    require(request.user, "create", Region)
    form = NewRegionForm(request.POST or None)
    if form.is_valid():
        with refusals_shown_in(form):
            region = services.create_region(form.cleaned_data, by=request.user)
            messages.success(request, "行政区划已新建。")
            return redirect("accounts:region", region.code)
    return render(request, FORM, {"form": form, "title": "新建行政区划", "back": reverse("accounts:regions")})


def region_edit(request: Request, code: str) -> HttpResponse:
    region = get_object_or_404(Region, code=code)
    require(request.user, "edit", region)
    form = RegionForm(request.POST or None, instance=region)
    if form.is_valid():
        with refusals_shown_in(form):
            services.edit_region(region, form.cleaned_data, by=request.user)
            messages.success(request, "行政区划已保存。")
            return redirect("accounts:region", code)
    back = reverse("accounts:region", args=[code])
    return render(request, FORM, {"form": form, "title": f"修改行政区划：{region.name}", "back": back})
