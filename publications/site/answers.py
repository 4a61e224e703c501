"""How pages and files of the public site are answered: nothing in them depends on who asks, so no session is read, no
cookie set, and whoever asks again for the same is told that it has not changed."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from accounts.public_navigation import public_navigation

SECONDS_KEPT = 60
View = Callable[..., HttpResponseBase]


def public(view: View) -> View:
    """A GET that everybody may make. In a browser with a session, caches on the way are told to keep nothing."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES and not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, max_age=SECONDS_KEPT)
        return response

    return login_not_required(require_safe(answer))


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, active: str = "", changed: datetime | None = None
) -> HttpResponseBase:
    """A page, rendered without the request. `changed`: when what it shows was last published, if that is all of it."""
    frame = {"public_navigation": public_navigation(active), "changed": changed}
    body = render_to_string(f"publications/site/{template}", frame | context).encode()
    return _unless_known(request, HttpResponse(body), tag_of(body), changed)


def stream(request: HttpRequest, pieces: Iterable[bytes], *, kind: str, name: str, tag: str) -> HttpResponseBase:
    """A file, piece by piece. `tag` differs whenever its content does."""
    response = StreamingHttpResponse(pieces, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    return _unless_known(request, response, tag_of(tag.encode()), None)


def tag_of(content: bytes) -> str:
    return f'"{sha256(content).hexdigest()[:32]}"'


def _unless_known(
    request: HttpRequest, response: HttpResponseBase, tag: str, changed: datetime | None
) -> HttpResponseBase:
    response["ETag"] = tag
    if changed:
        response["Last-Modified"] = http_date(changed.timestamp())
    known = get_conditional_response(request, etag=tag, response=response)  # type: ignore[arg-type]
    return known or response
