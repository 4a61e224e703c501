"""Where to go after signing in: `next`, if it is a page of ours."""

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


def next_page(request: HttpRequest) -> str:
    return own_page(request, request.POST.get("next") or request.GET.get("next") or "")


def own_page(request: HttpRequest, wanted: str) -> str:
    """The address if it leads nowhere else, or nothing."""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""


def with_next(route: str, wanted: str) -> str:
    address = resolve_url(route)
    return f"{address}?{urlencode({'next': wanted})}" if wanted else address
