"""Answers of the public site are kept for a moment (SITE_KEPT_SECONDS; 0 keeps nothing): most people ask for the same.
What is published, corrected or withdrawn shows at once, since its time is part of the key; a change in the registry when
the moment is over."""

import zlib
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from publications.site import public

Value = TypeVar("Value")
LARGEST = 200_000
LONGEST_ADDRESS = 300
HEADERS = ("ETag", "Last-Modified", "Content-Type")


def kept(name: str, make: Callable[[], Value]) -> Value:
    """What `make` gave a moment ago, or gives now."""
    if not settings.SITE_KEPT_SECONDS:
        return make()
    found: Value | None = cache.get(f"site:{name}")
    if found is None:
        found = make()
        cache.set(f"site:{name}", found, settings.SITE_KEPT_SECONDS)
    return found


def kept_answer(request: HttpRequest, make: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """A whole page, without regard to what the asker has already. Only pages are kept: no file, no refusal."""
    address = f"{request.get_host()}{request.get_full_path()}"
    if not settings.SITE_KEPT_SECONDS or len(address) > LONGEST_ADDRESS:
        return make()
    key = "site:" + sha256(f"{address} {public.last_change()}".encode()).hexdigest()
    if found := cache.get(key):
        packed, headers = found
        return HttpResponse(zlib.decompress(packed), headers=headers)
    response = make()
    if type(response) is HttpResponse and response.status_code == 200 and len(response.content) < LARGEST:
        headers = {name: response[name] for name in HEADERS if response.has_header(name)}
        cache.set(key, (zlib.compress(response.content, 1), headers), settings.SITE_KEPT_SECONDS)
    return response
