"""Nothing that is not public stands in any answer of the public site, in any format: every public route with everything
that it could be asked for, and every link that can be followed from the first page."""

import re
from collections.abc import Iterator
from html import unescape
from http import HTTPStatus
from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.access import PUBLIC
from campaigns.models import Campaign, Draw
from config.access import ROUTES
from institutions.models import Institution
from publications.models import Disclosure, PublishedResult
from publications.site.datasets import DATASETS
from publications.site.sitemap import SECTIONS
from tests.access.examples import EXAMPLES
from tests.publications import canaries
from tests.publications.canaries import Aviary

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]

LINK = re.compile(r'(?:href|action|src)="([^"]+)"|<(?:loc|id)>([^<]+)<')
TELEPHONE = re.compile(r"(?<![0-9A-Za-z])(1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?![0-9A-Za-z])")
ECHO = re.compile(r'value="[^"]*"|\bq=[^"&]*')
"""A search says again what was searched."""

MOST_ANSWERS = 1000
QUERIES = (
    "", "q=画眉", "q=夜莺", "q=13900110001", "region=140213", "year=2025", "domain=vehicle", "page=2", "kind=results",
    "after=2026-01-01_999999", "before=_0", "q=%00&region='&year=a&page=-1&after=x",
)  # fmt: skip


@pytest.fixture
def aviary(media_root) -> Aviary:
    return canaries.build()


def arguments(route: str, aviary: Aviary) -> Iterator[dict[str, Any]]:
    """Everything that the database has of what this route takes, public or not."""
    codes, draws = [each.code for each in aviary.publications], Draw.objects.values_list("code", flat=True)
    known: dict[str, list[dict[str, Any]]] = {
        "site:publication": [{"code": code} for code in codes],
        "site:version": [{"code": code, "number": number} for code, number in product(codes, range(1, 5))],
        "site:campaign": [{"number": number} for number in Campaign.objects.values_list("number", flat=True)],
        "site:result": [{"pk": pk} for pk in PublishedResult.objects.values_list("pk", flat=True)],
        "site:institution": [{"code": code} for code in Institution.objects.values_list("uscc", flat=True)],
        "site:disclosure": [{"pk": pk} for pk in Disclosure.objects.values_list("pk", flat=True)],
        "site:dataset": [{"name": name, "kind": kind} for name, kind in product(DATASETS, ("csv", "json"))],
        "site:sitemap_section": [{"section": section} for section in SECTIONS],
        **{
            f"campaigns:public_{name}": [{"code": code} for code in draws]
            for name in ("draw", "manifest", "transcript", "list")
        },
        **{route: [{"token": "nobody-knows"}] for route in TOKEN_ROUTES},
    }
    yield from known[route] if EXAMPLES[route].kind or EXAMPLES[route].fixed else [{}]


TOKEN_ROUTES = ("campaigns:notice_proof", "campaigns:notice_proof_json", "selftest:receipt")


def public_paths(aviary: Aviary) -> Iterator[str]:
    for route, methods in ROUTES.items():
        if methods.get("GET") != PUBLIC:
            continue
        for each in arguments(route, aviary):
            path = reverse(route, kwargs=each)
            yield path
            if path.startswith("/public/"):
                yield from (f"{path}?{query}" for query in QUERIES if not each or route == "site:dataset")


def ask(client: Client, path: str) -> tuple[int, str]:
    client.cookies.clear()
    answer = client.get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert settings.SESSION_COOKIE_NAME not in answer.cookies, path
    told = body.decode(errors="replace") + "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
    return answer.status_code, told


def links_in(path: str, text: str) -> Iterator[str]:
    for groups in LINK.findall(text):
        link = unescape("".join(groups)).removeprefix("http://testserver").removeprefix("http://127.0.0.1:8000")
        base = path.partition("?")[0]
        if link.startswith("?"):
            yield base + link
        elif link.startswith("/") and not link.startswith("/static/"):
            yield link.partition("#")[0]


def test_nothing_but_what_is_public_is_told(aviary, client):
    waiting, told, answers = ["/", *public_paths(aviary)], set(), {}
    while waiting and len(answers) < MOST_ANSWERS:
        path = waiting.pop(0)
        if path in answers:
            continue
        status, text = ask(client, path)
        answers[path] = status
        assert status < HTTPStatus.INTERNAL_SERVER_ERROR, path
        said = ECHO.sub("", text)
        found = {secret for secret in aviary.secrets if secret in said}
        assert not found, f"{path} tells {found}"
        assert not TELEPHONE.findall(said), path
        told |= {words for words in aviary.public if words in text}
        waiting += [link for link in links_in(path, text) if link not in answers]

    assert told == aviary.public
    assert sum(status == HTTPStatus.OK for status in answers.values()) > 150
    for code in ("yeying-draft", "yeying-proposed", "yeying-approved"):
        assert answers[f"/public/publications/{code}/"] == HTTPStatus.NOT_FOUND
