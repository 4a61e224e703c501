"""Each request in the log: its number, the route, how long it took, who asked; never its address or values."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.functional import LazyObject, empty
from django_structlog.middlewares import RequestMiddleware

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[0-9a-f]{32}")
SILENT = {"health", "ready", "metrics", "none"}
"""Asked every few seconds by machines."""

logger = structlog.get_logger("config.requests")


class RequestLog(RequestMiddleware):
    """django-structlog's, which binds the request's number to every line and tells exceptions, with our own words.
    The proxy in front gives the number; one that somebody made up otherwise is not taken over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request.request_id = request_id = number_of(request)  # type: ignore[attr-defined]  # error pages show it
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response: HttpResponse = self.get_response(request)  # type: ignore[assignment]
        response[HEADER] = request_id
        self._tell(request, response, round((time.perf_counter() - started) * 1000))
        structlog.contextvars.clear_contextvars()
        return response

    def _tell(self, request: HttpRequest, response: HttpResponse, milliseconds: int) -> None:
        self.bind_user_id(request)
        if route_of(request) in SILENT and response.status_code < 400:  # static files have no route
            return
        level = self._log_level_for_status_code(response.status_code)
        request_told = self.format_request(request)
        logger.log(level, "request", request=request_told, code=response.status_code, milliseconds=milliseconds)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """POST campaigns:detail 17: the route and the number of its object."""
        match = request.resolver_match
        numbers = [str(value) for value in (match.kwargs if match else {}).values() if isinstance(value, int)]
        return " ".join([str(request.method), route_of(request), *numbers])

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Whom the request has found out by itself; nobody is looked up for the log."""
        user: Any = getattr(request, "user", None)
        if isinstance(user, LazyObject) and user.__dict__.get("_wrapped") is empty:
            return
        if user is not None and user.pk is not None:
            structlog.contextvars.bind_contextvars(user_id=user.pk)


def number_of(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    return given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


def route_of(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else "none"
