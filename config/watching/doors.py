"""Pages for machines of our own: from this machine without a proxy between, or with the token of METRICS_TOKEN."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

HERE = {"127.0.0.1", "::1", ""}
"""A socket in the file system has no address."""

View = Callable[[HttpRequest], HttpResponse]


def inside(view: View) -> View:
    """For anybody else there is nothing here."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not (is_from_here(request) or has_token(request)):
            raise Http404
        return view(request)

    return login_not_required(require_safe(never_cache(guarded)))


def is_from_here(request: HttpRequest) -> bool:
    """A proxy on this machine says for whom it asks."""
    return request.META.get("REMOTE_ADDR", "") in HERE and "HTTP_X_FORWARDED_FOR" not in request.META


def has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, settings.METRICS_TOKEN)
