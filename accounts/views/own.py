"""Sign-in and sign-out, and what people do with their own account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from knox.models import AuthToken

from accounts import services
from accounts.demo import demo_accounts
from accounts.forms import EmailForm, PasswordForm, SignInForm, TokenForm, refusals_shown_in
from accounts.http import Request
from accounts.models import AuditEvent, Session
from accounts.next_page import next_page, with_next
from accounts.passwords import has_expired
from accounts.services.sessions import digest_of_session
from accounts.single_sign_on import is_on

RECENT_SIGN_INS = 10


@login_not_required
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("workbench")
    form = SignInForm(request.POST or None)
    if form.is_valid():
        with refusals_shown_in(form):
            if not services.sign_in(request, **form.cleaned_data):
                return redirect(with_next("accounts:code", next_page(request)))
            return redirect(next_page(request) or "workbench")
    context = {
        "form": form,
        "next": next_page(request),
        "demo_accounts": demo_accounts(),
        "sso": settings.OIDC_NAME if is_on() else "",
    }
    return render(request, "accounts/sign_in.html", context)


def sign_out(request: Request) -> HttpResponse:
    services.sign_out(request, by=request.user)
    messages.info(request, "您已退出。")
    return redirect("accounts:sign_in")


def password(request: Request) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        with refusals_shown_in(form):
            user = services.change_password(request.user, form.cleaned_data["old"], form.cleaned_data["new"])
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改。其他设备上的登录已全部退出。")
            return redirect("accounts:profile")
    person = request.user
    context = {"form": form, "must_change": person.must_change_password, "expired": has_expired(person)}
    return render(request, "accounts/password.html", context)


def profile(request: Request) -> HttpResponse:
    own = AuditEvent.objects.about(request.user)
    sign_ins = own.filter(action__in=["accounts.sign_in", "accounts.sign_in_refused"])[:RECENT_SIGN_INS]
    roles = request.user.role_assignments.all()
    context = {
        "person": request.user,
        "roles": roles,
        "sign_ins": sign_ins,
        "sessions": Session.objects.visible_to(request.user).order_by("-last_seen_at"),
        "here": digest_of_session(request.session),
    }
    return render(request, "accounts/profile.html", context)


def end_session(request: Request, session_key: str) -> HttpResponse:
    session = get_object_or_404(Session.objects.visible_to(request.user), session_key=session_key)
    if session.session_key == digest_of_session(request.session):
        return sign_out(request)
    services.end_session(session, by=request.user)
    messages.success(request, "该处登录已结束。")
    return redirect("accounts:profile")


def end_other_sessions(request: Request) -> HttpResponse:
    ended = services.end_other_sessions(request.session, by=request.user)
    messages.success(request, f"已结束其他 {ended} 处登录。" if ended else "没有其他登录。")
    return redirect("accounts:profile")


def email(request: Request) -> HttpResponse:
    form = EmailForm(request.POST or None, initial={"email": request.user.email})
    if form.is_valid():
        with refusals_shown_in(form):
            services.change_email(request.user, form.cleaned_data["email"])
            messages.success(request, "电子邮箱已保存。")
            return redirect("accounts:profile")
    return render(request, "accounts/email.html", {"form": form})


@never_cache
def tokens(request: Request) -> HttpResponse:
    """A new token is shown once, in the answer to the request that made it."""
    form, text = TokenForm(request.POST or None), ""
    if form.is_valid():
        with refusals_shown_in(form):
            _, text = services.create_token(form.cleaned_data["days"], by=request.user)
    own = AuthToken.objects.filter(user=request.user).order_by("-created")
    return render(request, "accounts/tokens.html", {"form": form, "tokens": own, "text": text})


def revoke_token(request: Request, token_key: str) -> HttpResponse:
    token = get_object_or_404(AuthToken, user=request.user, token_key=token_key)
    services.revoke_token(token, by=request.user)
    messages.success(request, "令牌已作废。")
    return redirect("accounts:tokens")
