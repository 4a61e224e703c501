"""The installable pages for officers on site: one shell, which the device keeps, its service worker and its manifest.

Everything in the pages comes from static/js/onsite/, which asks the routes of onsite_data and keeps what they answer.
"""

import hashlib
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.http import Request
from visits.models import Visit

FILES = (
    "css/tokens.css", "css/visits_onsite.css", "img/mark.svg",
    *(
        f"js/onsite/{name}.js"
        for name in ("app", "certificates", "dom", "ending", "http", "line", "photos", "queue", "record", "sample",
                     "sheet", "sign", "start", "store", "today")
    ),
    "js/answering.js", "js/draw/hashing.js", "vendor/noble/hmac.js", "vendor/noble/sha2.js", "vendor/noble/_md.js",
    "vendor/noble/_u64.js", "vendor/noble/utils.js", "vendor/signature_pad.js",
)  # fmt: skip
"""All that the pages are made of; a module that is missing here is missing offline."""


@require_GET
def onsite(request: Request) -> HttpResponse:
    """Today's visits of whoever is signed in."""
    return _shell(request)


@require_GET
def onsite_visit(request: Request, pk: int) -> HttpResponse:
    get_object_or_404(Visit.objects.attended_by(request.user), pk=pk)
    return _shell(request)


def _shell(request: Request) -> HttpResponse:
    return render(request, "visits/onsite/shell.html", {"paper": reverse("visits:paper_find")})


@login_not_required
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: holds no secrets, and a browser asks for it also when nobody is signed in."""
    files = [static(name) for name in FILES]
    context = {"files": files, "shell": reverse("visits:onsite"), "version": _version(files)}
    answer = render(request, "visits/onsite/worker.js", context, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _version(files: list[str]) -> str:
    """Changes when a file does: by its hashed name, or while developing by its time."""
    found = [finders.find(name) for name in FILES]
    times = [str(Path(path).stat().st_mtime_ns) for path in found if isinstance(path, str)]
    return hashlib.sha256("\n".join([*files, *times]).encode()).hexdigest()[:16]


@login_not_required
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    found: dict[str, Any] = {
        "name": "联抽 现场检查", "short_name": "现场检查", "lang": "zh-CN", "start_url": reverse("visits:onsite"),
        "scope": reverse("visits:onsite"), "id": reverse("visits:onsite"), "display": "standalone",
        "background_color": "#f4f6f9", "theme_color": "#0f3d82",
        "icons": [{"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }  # fmt: skip
    answer = JsonResponse(found, content_type="application/manifest+json")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
