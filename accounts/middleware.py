from collections.abc import Callable
from time import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

TOUCH_AFTER_SECONDS = 60
KEY = "last_seen"


class IdleTimeout:
    """Signs out whoever did nothing for SESSION_IDLE_SECONDS, and keeps those who must change their password
    to the page where they do so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and KEY in request.session:
            if time() - request.session[KEY] > settings.SESSION_IDLE_SECONDS:
                logout(request)
                messages.info(request, "长时间未操作，已自动退出，请重新登录。")
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            now = int(time())
            if now - request.session.get(KEY, 0) > TOUCH_AFTER_SECONDS:
                request.session[KEY] = now
            if user.must_change_password and request.path not in _open_paths():
                return redirect("accounts:password")
        return self.get_response(request)


def _open_paths() -> set[str]:
    return {reverse("accounts:password"), reverse("accounts:sign_out")}
