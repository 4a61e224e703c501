"""Verification for everyone: the page that computes a draw anew in the visitor's own browser."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import Request
from accounts.public_navigation import public_navigation


@login_not_required
@require_safe
def verify(request: Request) -> HttpResponse:
    """The page itself knows nothing of any draw: it fetches or is handed what it verifies."""
    return render(request, "campaigns/verify.html", {"public_navigation": public_navigation("verify")})
