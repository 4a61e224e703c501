"""How pages and files of the public site are answered: nothing in them depends on who asks, so no session is read, no
cookie set, and whoever asks again for the same is told that it has not changed."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, parse_http_date_safe
from django.views.decorators.http import require_safe

from accounts.public_navigation import public_navigation
from publications.site.keeping import kept_answer

SECONDS_KEPT = 60
View = Callable[..., HttpResponseBase]


def public(view: View) -> View:
    """A GET that everybody may make. In a browser with a session, caches on the way are told to keep nothing."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = kept_answer(request, lambda: view(request, *args, **kwargs))
        response = _unless_known(request, response)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES and not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, max_age=SECONDS_KEPT)
        return response

    return login_not_required(require_safe(answer))


def page(template: str, context: dict[str, Any], *, active: str = "", changed: datetime | None = None) -> HttpResponse:
    """A page, rendered without the request. `changed`: when what it shows was last published, if that is all of it."""
    frame = {"public_navigation": public_navigation(active), "changed": changed}
    body = render_to_string(f"publications/site/{template}", frame | context).encode()
    return tagged(HttpResponse(body), body, changed)


def stream(pieces: Iterable[bytes], *, kind: str, name: str, tag: str) -> StreamingHttpResponse:
    """A file, piece by piece. `tag` differs whenever its content does."""
    response = StreamingHttpResponse(pieces, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Access-Control-Allow-Origin"] = "*"
    return tagged(response, tag.encode(), None)


Answer = TypeVar("Answer", bound=HttpResponseBase)


def tagged(response: Answer, content: bytes, changed: datetime | None) -> Answer:
    response["ETag"] = f'"{sha256(content).hexdigest()[:32]}"'
    if changed:
        response["Last-Modified"] = http_date(changed.timestamp())
    return response


def _unless_known(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """304 for who has it already."""
    if not response.has_header("ETag"):
        return response
    changed = parse_http_date_safe(response.get("Last-Modified", ""))
    known = get_conditional_response(request, etag=response["ETag"], last_modified=changed, response=response)  # type: ignore[arg-type]
    return known or response
