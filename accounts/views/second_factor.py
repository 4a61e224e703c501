"""The one-time code: asked after the password, set up, renewed and given up by its owner."""

import re
from time import time

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts import one_time, services
from accounts.forms import CodeForm, refusals_shown_in
from accounts.http import Request
from accounts.models import SecondFactor
from accounts.next_page import next_page
from accounts.sealing import seal, unseal
from accounts.services import second_factor
from accounts.sessions import NEW_SECRET, PASSED, SINCE

RECENTLY_SECONDS = 15 * 60
SIGN_IN_AGAIN = "请在 5 分钟内完成登录，现在请重新输入密码。"


@login_not_required
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """The second page of signing in. Also for whoever is signed in without a code and now needs one."""
    person = services.who_waits(request)
    if person is None or second_factor.factor_of(person) is None:
        if request.user.is_authenticated:
            return redirect("workbench")
        messages.info(request, SIGN_IN_AGAIN)
        return redirect("accounts:sign_in")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        with refusals_shown_in(form):
            services.pass_second_factor(request, person, form.cleaned_data["code"])
            return redirect(next_page(request) or "workbench")
    return render(request, "accounts/code.html", {"form": form, "next": next_page(request)})


@never_cache
def show(request: Request) -> HttpResponse:
    """Without one: the way to set it up. With one: what can be done about it."""
    factor = second_factor.factor_of(request.user)
    if factor is None:
        return _set_up(request)
    if not request.session.get(PASSED):
        return redirect("accounts:code")
    return _show(request, factor, CodeForm())


@never_cache
def renew_codes(request: Request) -> HttpResponse:
    factor, form = second_factor.factor_of(request.user), CodeForm(request.POST)
    if factor is None:
        return redirect("accounts:second_factor")
    if form.is_valid():
        with refusals_shown_in(form):
            services.pass_second_factor(request, request.user, form.cleaned_data["code"])
            return _codes(request, second_factor.renew_recovery_codes(request.user), "恢复码已更换")
    return _show(request, factor, form)


def remove(request: Request) -> HttpResponse:
    factor, form = second_factor.factor_of(request.user), CodeForm(request.POST)
    if factor is None:
        return redirect("accounts:second_factor")
    if form.is_valid():
        with refusals_shown_in(form):
            services.pass_second_factor(request, request.user, form.cleaned_data["code"])
            second_factor.remove(request.user)
            messages.success(request, "两步验证已停用。")
            return redirect("accounts:profile")
    return _show(request, factor, form)


def _set_up(request: Request) -> HttpResponse:
    """Only soon after the password: whoever finds a session open must not tie the account to their own telephone."""
    if time() - request.session[SINCE] > RECENTLY_SECONDS:
        services.sign_out(request, by=request.user)
        messages.info(request, "为了安全，设置两步验证前请重新登录。")
        return redirect("accounts:sign_in")
    form = CodeForm(request.POST or None, first=True)
    secret = _secret_of(request)
    if form.is_valid():
        with refusals_shown_in(form):
            codes = second_factor.set_up(request.user, secret, form.cleaned_data["code"])
            del request.session[NEW_SECRET]
            services.mark_passed(request)
            return _codes(request, codes, "两步验证已设置")
    uri = one_time.enrolment_uri(secret, request.user.username)
    context = {
        "form": form,
        "picture": segno.make_qr(uri, error="m").svg_data_uri(border=2, scale=5),
        "secret": " ".join(re.findall(".{4}", secret)),
        "required": second_factor.is_required_of(request.user),
    }
    return render(request, "accounts/second_factor_set_up.html", context)


def _secret_of(request: Request) -> str:
    """The same for as long as the page is not done, so that a reload does not void the picture just taken."""
    if NEW_SECRET not in request.session:
        request.session[NEW_SECRET] = seal(one_time.new_secret()).decode()
    return unseal(request.session[NEW_SECRET].encode())


def _show(request: Request, factor: SecondFactor, form: CodeForm) -> HttpResponse:
    context = {
        "factor": factor,
        "left": factor.recovery_codes.filter(used_at=None).count(),
        "required": second_factor.is_required_of(request.user),
        "form": form,
    }
    return render(request, "accounts/second_factor.html", context)


def _codes(request: Request, codes: list[str], title: str) -> HttpResponse:
    """Shown once, in the answer to the request that made them."""
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "title": title})
