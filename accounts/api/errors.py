"""One shape for everything that goes wrong: {"detail": sentence} and, for wrong values, {"fields": {name: [sentence]}}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelRefused
from django.db import IntegrityError
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.fields import get_error_detail
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

WRONG_VALUES = "提交的内容有误，请按 fields 逐项改正。"
OVERTAKEN = "刚刚有人保存了同样的内容，请重新读取后再试。"
CSRF = "CSRF 校验失败：用网页会话调用时须带上 X-CSRFToken。"

SENTENCES: dict[type[exceptions.APIException], str] = {
    exceptions.NotAuthenticated: "请先登录，或在 Authorization 头中提供令牌。",
    exceptions.AuthenticationFailed: "令牌无效或已过期，或账号已停用。",
    exceptions.PermissionDenied: "没有权限。",
    exceptions.NotFound: "没有找到。",
    exceptions.MethodNotAllowed: "此地址不支持这种请求方法。",
    exceptions.NotAcceptable: "只提供 application/json。",
    exceptions.UnsupportedMediaType: "请以 application/json 提交。",
    exceptions.Throttled: "请求过于频繁，请稍后再试。",
}


class Problem(serializers.Serializer[Any]):
    """What every refusal answers."""

    detail = serializers.CharField(help_text="一句话说明。")
    fields = serializers.DictField(required=False, help_text="字段名 → 各项错误；只在内容有误（400）时出现。")  # type: ignore[assignment]


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST_FRAMEWORK's EXCEPTION_HANDLER. A view lists the domain errors that it answers with 409 in `refusals`."""
    if isinstance(error, getattr(context["view"], "refusals", ())):
        return _refusal(409, str(error))
    if isinstance(error, IntegrityError):
        return _refusal(409, OVERTAKEN)
    if isinstance(error, ModelRefused):
        error = exceptions.ValidationError(get_error_detail(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        response.data = {"detail": WRONG_VALUES, "fields": _by_field(response.data)}
    else:
        response.data = {"detail": sentence(error)}
    return response


def _refusal(status: int, detail: str) -> Response:
    return Response({"detail": detail}, status=status)


def _by_field(detail: Any) -> dict[str, Any]:
    if not isinstance(detail, dict):
        return {api_settings.NON_FIELD_ERRORS_KEY: detail}
    return detail


def sentence(error: Exception) -> str:
    if isinstance(error, Http404):
        return SENTENCES[exceptions.NotFound]
    if isinstance(error, PermissionDenied):
        return SENTENCES[exceptions.PermissionDenied]
    detail = str(getattr(error, "detail", error))
    if detail.startswith("CSRF"):
        return CSRF
    return SENTENCES.get(type(error), detail)  # type: ignore[arg-type]
