"""The engine as one file, for everyone who wants to check a draw without this site."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from campaigns.draw import packing


def _etag(request: HttpRequest) -> str:
    return f'"{packing.digest()}"'


@login_not_required
@require_safe
@condition(etag_func=_etag)
def verifier(request: HttpRequest) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{packing.FILE_NAME}"'}
    return HttpResponse(packing.pack(), content_type="application/octet-stream", headers=headers)
