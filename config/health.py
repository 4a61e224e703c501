"""Whether this web server runs (/healthz), and whether it can answer (/readyz)."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from config.watching.doors import inside
from config.watching.parts import ESSENTIAL, FURTHER, Level, Part, looked_at


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """The process answers; it asks nothing of anybody."""
    return HttpResponse("ok\n", content_type="text/plain")


@inside
def ready(request: HttpRequest) -> HttpResponse:
    """503 where the database is away or behind: another web server could do better. What else is wrong is told as
    "degraded" with 200, for pages still answer; `?all` makes that 503 too, for who watches."""
    essential, further = looked_at(ESSENTIAL), {}
    unavailable = any(part.level is Level.BROKEN for part in essential.values())
    if not unavailable:
        further = looked_at(FURTHER)
    degraded = any(part.level is not Level.OK for part in further.values())
    status = "unavailable" if unavailable else "degraded" if degraded else "ok"
    refused = unavailable or (degraded and "all" in request.GET)
    body = {"status": status, "parts": {key: _told(part) for key, part in (essential | further).items()}}
    code = HTTPStatus.SERVICE_UNAVAILABLE if refused else HTTPStatus.OK
    return JsonResponse(body, status=code, json_dumps_params={"ensure_ascii": False})


def _told(part: Part) -> dict[str, str]:
    return {"level": part.level, "means": part.means}
