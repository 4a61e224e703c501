"""Single sign-on by OpenID Connect. allauth leads to the provider and back (state, PKCE, the exchange of the code);
here are what it leaves to others: the nonce, the signature of the ID token, and whose account it is."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts import services
from accounts.next_page import own_page, with_next
from accounts.services import AccountRefused

PROVIDER = "office"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""With a key pair only: a token signed with a shared secret, or not at all, is nobody's."""
CLOCK_ERROR_SECONDS = 60
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "sc", "face", "fpt", "iris", "pop"})
"""Values of `amr` (RFC 8176) that say more than a password was asked for."""
SECOND_FACTOR_LEVELS = frozenset({"phr", "phrh", "https://refeds.org/profile/mfa"})
"""Values of `acr` that say the same."""

CANCELLED = "已取消统一身份认证登录。"
NOT_DONE = "统一身份认证没有完成，请重新登录；仍不成功时可用密码登录。"

Claims = Mapping[str, Any]


def is_on() -> bool:
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


def begin(request: HttpRequest, wanted: str) -> HttpResponse:
    """To the provider's page. `wanted`: the page of ours to go on to."""
    nonce = secrets.token_urlsafe(24)
    provider = get_adapter(request).get_provider(request, PROVIDER)
    answer: HttpResponse = provider.redirect(
        request, "login", data={"nonce": nonce, "next": wanted}, auth_params={"nonce": nonce}
    )
    return answer


class ProviderAdapter(OpenIDConnectOAuth2Adapter):
    """`state`: what was kept when the person was sent to the provider."""

    state: dict[str, Any]

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("accounts:sso_callback"))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> None:
        """Ends with our own answer in every case: allauth's own accounts are not used."""
        claims = self._claims(kwargs["response"].get("id_token") or "")
        kept = self.state["data"]
        if not constant_time_compare(str(claims.get("nonce", "")), kept["nonce"]):
            raise OAuth2Error("the nonce is another one")
        raise ImmediateHttpResponse(_sign_in(request, claims, own_page(request, kept["next"])))

    def _claims(self, id_token: str) -> Claims:
        """What the provider has signed for us, now; OAuth2Error if it has not."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        try:
            keys = jwt.PyJWKSet.from_dict(json.loads(answer.text))
            name = jwt.get_unverified_header(id_token).get("kid")
            key = next(key for key in keys.keys if name in {None, key.key_id})
            claims: Claims = jwt.decode(
                id_token, key.key, algorithms=ALGORITHMS, audience=settings.OIDC_CLIENT_ID, issuer=settings.OIDC_ISSUER,
                leeway=CLOCK_ERROR_SECONDS, options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )  # fmt: skip
        except (jwt.PyJWTError, StopIteration, ValueError, TypeError) as error:
            raise OAuth2Error("the ID token does not hold") from error
        if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
            raise OAuth2Error("the ID token was made for somebody else")
        return claims


class OfficeProvider(OpenIDConnectProvider):
    oauth2_adapter_class = ProviderAdapter


class Adapter(DefaultSocialAccountAdapter):
    """SOCIALACCOUNT_ADAPTER: the one provider, from the settings; failures in our words on our sign-in page."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> OfficeProvider:
        app = SocialApp(
            provider=OpenIDConnectProvider.id,
            provider_id=PROVIDER,
            name=settings.OIDC_NAME,
            client_id=settings.OIDC_CLIENT_ID,
            secret=settings.OIDC_CLIENT_SECRET,
            settings={
                "server_url": settings.OIDC_ISSUER.rstrip("/"),
                "oauth_pkce_enabled": True,
                "scope": ["openid", "profile"],
            },
        )
        return OfficeProvider(request, app=app)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        messages.error(request, CANCELLED if error == AuthError.CANCELLED else NOT_DONE)
        raise ImmediateHttpResponse(redirect("accounts:sign_in"))


class Callback(OAuth2CallbackView):
    """Hands what was kept to the adapter, which compares the nonce."""

    adapter: ProviderAdapter

    def _get_state(self, request: HttpRequest, provider: OfficeProvider) -> tuple[Any, Any]:
        state, answer = super()._get_state(request, provider)
        self.adapter.state = state or {}
        return state, answer


def end(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    answer: HttpResponse = Callback.adapter_view(ProviderAdapter(request, PROVIDER))(request)
    return answer


def _sign_in(request: HttpRequest, claims: Claims, wanted: str) -> HttpResponse:
    username = str(claims.get(settings.OIDC_USERNAME_CLAIM) or "")
    passed = settings.OIDC_TRUSTS_SECOND_FACTOR and _had_second_factor(claims)
    try:
        done = services.sign_in_by_provider(request, username, passed=passed)
    except AccountRefused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:sign_in")
    return redirect(wanted or "workbench") if done else redirect(with_next("accounts:code", wanted))


def _had_second_factor(claims: Claims) -> bool:
    named = claims.get("amr") or []
    methods = set(named if isinstance(named, list) else [named])
    return bool(SECOND_FACTORS & methods) or claims.get("acr") in SECOND_FACTOR_LEVELS
