"""Public: from the code on a letter to an account. The code is sent in the body of a POST; only the letter's QR code
brings it in the address. What was found waits in the session, so that no later page carries it."""

from time import time

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import refusals_shown_in
from accounts.http import Request
from accounts.models import User
from accounts.services import AccountRefused, sign_in
from selftest import activating
from selftest.errors import SelfCheckError
from selftest.forms.people import AccountForm, CodeForm
from selftest.models import Invitation

FOUND, WRONG_AT = "invitation", "wrong_codes_at"
MOST_WRONG_A_SESSION = 10


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def activate(request: Request) -> HttpResponse:
    form = CodeForm(request.POST or None, initial={"code": request.GET.get("code", "")[:100]})
    if form.is_valid():
        try:
            request.session[FOUND] = _find(request, form.cleaned_data["code"]).pk
        except SelfCheckError as refused:
            form.add_error("code", str(refused))
        else:
            return redirect("selftest:activation")
    return render(request, "selftest/activate.html", {"form": form})


def _find(request: Request, code: str) -> Invitation:
    """Besides the tries counted in the trail, so many in one browser."""
    since = time() - activating.FAILURES_WITHIN.total_seconds()
    wrong = [at for at in request.session.get(WRONG_AT, []) if at > since]
    if len(wrong) >= MOST_WRONG_A_SESSION:
        raise SelfCheckError(activating.WAIT)
    try:
        return activating.find(code)
    except SelfCheckError:
        request.session[WRONG_AT] = [*wrong, int(time())]
        raise


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def activation(request: Request) -> HttpResponse:
    """For whoever typed a good code: a new account, or one more institution for the account signed in."""
    invitation = _found(request)
    if invitation is None:
        messages.info(request, "请先输入函件上的邀请码。")
        return redirect("selftest:activate")
    open_page = _join if request.user.is_authenticated else _open_account
    return open_page(request, invitation)


def _found(request: Request) -> Invitation | None:
    found = request.session.get(FOUND, 0)
    invitation = Invitation.objects.select_related("institution", "round").filter(pk=found).first()
    return None if activating.why_unusable(invitation) else invitation


def _open_account(request: Request, invitation: Invitation) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if form.is_valid():
        with refusals_shown_in(form):
            try:
                user = activating.activate(invitation, **form.cleaned_data)
            except SelfCheckError as refused:
                form.add_error(None, str(refused))
            else:
                sign_in(request, user.username, form.cleaned_data["password"])
                return _welcome(request, invitation, user)
    own_page = reverse("selftest:activation")
    sign_in_url = f"{reverse('accounts:sign_in')}?{urlencode({'next': own_page})}"
    context = {"form": form, "invitation": invitation, "sign_in_url": sign_in_url}
    return render(request, "selftest/activation.html", context)


def _join(request: Request, invitation: Invitation) -> HttpResponse:
    user, refusal = request.user, ""
    if request.method == "POST":
        try:
            activating.join(invitation, by=user)
        except (SelfCheckError, AccountRefused) as refused:
            refusal = str(refused)
        else:
            return _welcome(request, invitation, user)
    return render(request, "selftest/activation.html", {"invitation": invitation, "refusal": refusal})


def _welcome(request: Request, invitation: Invitation, user: User) -> HttpResponse:
    request.session.pop(FOUND, None)
    messages.success(request, f"{user.name}，您已成为{invitation.institution.name}的{invitation.get_role_display()}。")
    return redirect("selftest:my")
