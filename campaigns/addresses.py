"""Where the public reaches the record of draws: what QR codes, notices and minutes print."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from campaigns.models import Draw

LOCAL = "http://127.0.0.1:8000"


def record_url(draw: Draw, request: HttpRequest | None = None) -> str:
    """The absolute address of the draw's public record, as printed in QR codes."""
    return public_address(reverse("campaigns:public_draw", args=[draw.code]), request)


def log_url(request: HttpRequest | None = None) -> str:
    """The absolute address of the public log."""
    return public_address(reverse("campaigns:public_log"), request)


def public_address(path: str, request: HttpRequest | None = None) -> str:
    """PUBLIC_URL counts; without it the host that was asked; without a request the first host this site answers for."""
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}{path}"
    if request is not None:
        return request.build_absolute_uri(path)
    hosts = [host for host in settings.ALLOWED_HOSTS if host[0].isalpha() and host != "localhost"]
    scheme = "https" if settings.HTTPS else "http"
    return f"{scheme}://{hosts[0]}{path}" if hosts else f"{LOCAL}{path}"
