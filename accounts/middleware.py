from collections.abc import Callable
from time import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control

from accounts.models import Session, User
from accounts.passwords import has_expired
from accounts.services.second_factor import is_required_of
from accounts.sessions import KEY, ORIGIN, PASSED, SINCE

TOUCH_AFTER_SECONDS = 60


class IdleTimeout:
    """Signs out whoever did nothing for SESSION_IDLE_SECONDS or signed in longer than SESSION_COOKIE_AGE ago, keeps
    those who must change their password or show a one-time code to the page where they do so, and keeps signed-in pages out of caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and (reason := _why_over(request)):
            logout(request)
            messages.info(request, reason)
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        response = self._answer(request, user)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    def _answer(self, request: HttpRequest, user: User) -> HttpResponse:
        now = int(time())
        request.session.setdefault(SINCE, now)
        if now - request.session.get(KEY, 0) > TOUCH_AFTER_SECONDS:
            request.session[KEY] = now
        by_password = request.session.get(ORIGIN, {}).get("way") != Session.Way.SINGLE_SIGN_ON
        if by_password and (user.must_change_password or has_expired(user)) and request.path not in _open_paths():
            return redirect("accounts:password")
        if not request.session.get(PASSED) and is_required_of(user) and request.path not in _open_paths():
            return redirect("accounts:second_factor")
        return self.get_response(request)


def _why_over(request: HttpRequest) -> str:
    """Why this session has ended; empty while it goes on."""
    now = time()
    if now - request.session.get(KEY, now) > settings.SESSION_IDLE_SECONDS:
        return "长时间未操作，已自动退出，请重新登录。"
    if now - request.session.get(SINCE, now) > settings.SESSION_COOKIE_AGE:
        return "登录时间过长，已自动退出，请重新登录。"
    return ""


def _open_paths() -> set[str]:
    return {reverse(f"accounts:{name}") for name in ("password", "sign_out", "second_factor", "code")}
