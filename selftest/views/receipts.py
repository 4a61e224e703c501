"""The public check of a receipt: whoever holds the paper compares number, time and digest. No person is named, and
nothing is said of the review."""

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import Request
from selftest.models import Signature
from selftest.submitting import last_signed


@login_not_required
@require_safe
def receipt(request: Request, token: str) -> HttpResponse:
    """The token is on the receipt alone and cannot be guessed."""
    signatures = Signature.objects.select_related(
        "submission__self_check__institution", "submission__self_check__round"
    )
    found = get_object_or_404(signatures, token=token)
    newest = last_signed(found.submission.self_check)
    context = {
        "signature": found,
        "submission": found.submission,
        "self_check": found.submission.self_check,
        "institution": json.loads(found.submission.text)["institution"]["name"],
        "newer": newest if newest and newest.pk != found.pk else None,
    }
    answer = render(request, "selftest/receipt.html", context)
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
