from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class Request(HttpRequest):
    """What the middleware guarantees behind the sign-in: a user of ours, and whether htmx asks."""

    user: User  # LoginRequiredMiddleware lets nobody else in
    htmx: HtmxDetails
