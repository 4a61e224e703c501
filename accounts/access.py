"""The table of routes: who may call which route with which method. Closed by default: a route that is not in
`config.access.ROUTES` cannot be called, and the system check `accounts.E001` fails the build."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from django.conf import settings
from django.core import checks
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.request import Request

from accounts.models import Role

PUBLIC = frozenset({"public"})
SIGNED_IN = frozenset({"signed_in", *Role})
"""Everybody who is signed in, also before any role was granted."""

Audience = frozenset[str]
Routes = Mapping[str, Mapping[str, Audience]]
UNLISTED_METHODS = {"OPTIONS", "HEAD"}


def routes() -> Routes:
    table: Routes = import_module(settings.ACCESS_TABLE).ROUTES
    return table


class AccessTableMiddleware:
    """Refuses what the table does not allow, before the view runs. Objects are the views' own matter."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        match = request.resolver_match
        methods = routes().get(match.view_name if match else "")
        if methods is None:
            raise PermissionDenied("route is not in the access table")
        method = "GET" if request.method in UNLISTED_METHODS else str(request.method)
        if method not in methods:
            return HttpResponseNotAllowed(sorted(methods))
        if not is_allowed(request, methods[method]):
            raise PermissionDenied
        return None


def is_allowed(request: HttpRequest | Request, audience: Audience) -> bool:
    """Whoever is not signed in passes here: LoginRequiredMiddleware or DRF sends them to sign in."""
    if audience == PUBLIC or not request.user.is_authenticated:
        return True
    return "signed_in" in audience or bool(request.user.roles & audience)


def all_route_names() -> Iterator[str]:
    yield from _names(get_resolver().url_patterns, "")


def _names(patterns: list[URLPattern | URLResolver], namespace: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name or pattern.lookup_str}"


@checks.register(checks.Tags.security)
def every_route_is_declared(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    declared, existing = set(routes()), set(all_route_names())
    missing = [
        checks.Error(f"route {name} is not in the access table", id="accounts.E001")
        for name in sorted(existing - declared)
    ]
    unknown = [
        checks.Error(f"the access table names an unknown route: {name}", id="accounts.E002")
        for name in sorted(declared - existing)
    ]
    return [*missing, *unknown]
