"""To the provider of single sign-on and back. 404 while there is none."""

import logging

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from requests import RequestException

from accounts import single_sign_on
from accounts.next_page import next_page

AWAY = "统一身份认证服务暂时连接不上，请稍后再试，或用密码登录。"
logger = logging.getLogger(__name__)


@login_not_required
@never_cache
def sso(request: HttpRequest) -> HttpResponse:
    _refuse_while_off()
    if request.user.is_authenticated:
        return redirect(next_page(request) or "workbench")
    try:
        return single_sign_on.begin(request, next_page(request))
    except (RequestException, KeyError, ValueError) as error:
        logger.warning("single sign-on cannot begin: %s", type(error).__name__)
        messages.error(request, AWAY)
        return redirect("accounts:sign_in")


@login_not_required
@never_cache
def sso_callback(request: HttpRequest) -> HttpResponse:
    _refuse_while_off()
    try:
        return single_sign_on.end(request)
    except (OAuth2Error, RequestException, KeyError, ValueError) as error:
        logger.warning("single sign-on did not end well: %s", type(error).__name__)
        messages.error(request, single_sign_on.NOT_DONE)
        return redirect("accounts:sign_in")


def _refuse_while_off() -> None:
    if not single_sign_on.is_on():
        raise Http404
