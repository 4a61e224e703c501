"""A token for a program: given for a user name and password, valid for some days, revoked at once."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts.addresses import address_of
from accounts.api.errors import Problem
from accounts.api.fields import WholeNumberField
from accounts.api.views import ApiMixin
from accounts.models import User
from accounts.passwords import has_expired
from accounts.services.errors import AccountRefused
from accounts.services.second_factor import check_code, factor_of, is_required_of
from accounts.services.signing_in import prove_identity
from accounts.services.tokens import create_token, revoke_token

MOST_DAYS = 365
CODE_WANTED = "该账号使用两步验证，请同时提供动态口令（code）。"
SET_UP_FIRST = "请先在网页上登录并设置两步验证。"
CHANGE_FIRST = "请先在网页上登录并修改密码。"


class NotProven(APIException):
    status_code = status.HTTP_401_UNAUTHORIZED


class Credentials(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=50, label="用户名")
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True, label="密码")
    code = serializers.CharField(
        max_length=20,
        required=False,
        default="",
        write_only=True,
        label="动态口令",
        help_text="设置了两步验证的账号必填",
    )
    days = WholeNumberField(min_value=1, max_value=MOST_DAYS, default=1, label="有效天数")


class IssuedToken(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="只显示这一次。放在请求头：Authorization: Token …")
    expires_at = serializers.DateTimeField()


class TokenView(ApiMixin, APIView):
    """POST gives a token, DELETE revokes the one that the request carries."""

    refusals = (AccountRefused,)
    throttle_scope = "token"

    def get_authenticators(self) -> list[Any]:
        return [] if self._asks_for_one else super().get_authenticators()

    def get_permissions(self) -> list[Any]:
        return [] if self._asks_for_one else [*super().get_permissions()]

    def get_throttles(self) -> list[Any]:
        return [ScopedRateThrottle()] if self._asks_for_one else []

    @property
    def _asks_for_one(self) -> bool:
        return self.request is not None and self.request.method == "POST"

    @extend_schema(summary="取得令牌", request=Credentials, responses={201: IssuedToken, 401: Problem}, auth=[])
    def post(self, request: Request) -> Response:
        given = Credentials(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            user = prove_identity(request, given.validated_data["username"], given.validated_data["password"])
        except AccountRefused as refused:
            raise NotProven(str(refused)) from refused
        self._pass_second_factor(request, user, given.validated_data["code"])
        if user.must_change_password or has_expired(user):
            raise NotProven(CHANGE_FIRST)
        token, text = create_token(given.validated_data["days"], by=user)
        expires_at = timezone.localtime(token.expiry) if token.expiry else None
        return Response({"token": text, "expires_at": expires_at}, status=status.HTTP_201_CREATED)

    def _pass_second_factor(self, request: Request, user: User, code: str) -> None:
        if factor_of(user) is None:
            if is_required_of(user):
                raise NotProven(SET_UP_FIRST)
            return
        if not code:
            raise NotProven(CODE_WANTED)
        try:
            check_code(user, code, address_of(request))
        except AccountRefused as refused:
            raise NotProven(str(refused)) from refused

    @extend_schema(summary="作废本次请求所用的令牌", request=None, responses={204: None, 409: Problem})
    def delete(self, request: Request) -> Response:
        if not isinstance(request.auth, AuthToken):
            raise AccountRefused("本次请求没有使用令牌；网页上的令牌请在“我的令牌”中作废。")
        revoke_token(request.auth, by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
