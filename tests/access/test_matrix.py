"""Every route × every role it lets in, and some that it does not × own, foreign and missing object × each declared method
and one that is not.

What is expected comes from config.access.ROUTES alone; objects come from tests/access/examples.py.
"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from zlib import crc32

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts import access
from accounts.access import PUBLIC, all_route_names, routes
from accounts.access import every_route_is_declared as declared_check
from config.access import ROUTES
from jobs.models import JobQuerySet
from tests.access.examples import EXAMPLES, Example
from tests.access.world import NAMED_BY_ROOMS, World, build_world, rolled_back
from tests.sessions import session_of

pytestmark = pytest.mark.once_with_sqlite  # rights are decided in Python and by plain filters

ROUTE_NAMES = sorted(set(all_route_names()))
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
VARYING_HEADERS = {"Date", "Set-Cookie", "Content-Length", "X-Request-ID"}
CHANGING_PARTS = re.compile(
    rb'(name="csrfmiddlewaretoken" value="|X-CSRFToken": "|X-CSRFToken&quot;: &quot;)[^"&]+|\d{4}-\d\d-\d\d \d\d:\d\d|<code>[0-9a-f]{32}</code>|nonce="[^"]+"'
)
SIGNED_OUT = ("anonymous", "closed")
REFUSED_TRIED = 2


@pytest.fixture(scope="module")
def world(module_world) -> World:
    found = build_world()
    found.client = Client(raise_request_exception=False)
    found.sessions = {name: session_of(user) for name, user in found.people.items()}
    return found


def ask(world: World, name: str, method: str, path: str, data: object = None) -> HttpResponse:
    """The answer, its body read, with everything that the request wrote undone."""

    def request() -> HttpResponse:
        client = world.client
        client.cookies.clear()
        if name != "anonymous":
            client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[name]
        more = {"content_type": "application/json"} if path.startswith("/api/") and method != "GET" else {}
        answer = getattr(client, method.lower())(path, data or {}, **more)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer

    return rolled_back(request)


def path_of(route: str, example: Example, world: World, name: str, main: str, also: str = "") -> str:
    """The address with one's own, a foreign or a missing object; `also`: which the further objects are, if others."""
    arguments = dict(example.fixed)
    if example.kind:
        arguments[example.argument] = value_of(world, example, example.kind, name, main, example.argument)
    for argument, kind in example.also.items():
        arguments[argument] = value_of(world, example, kind, name, also or main, "pk")
    return reverse(route, kwargs=arguments)


def value_of(world: World, example: Example, kind: str, name: str, which: str, attribute: str) -> object:
    if which == "missing":
        return example.missing
    thing = world.own(kind, name) if which == "own" else world.foreign(kind, name)
    return getattr(thing, attribute)


def wrong(world: World, route: str, example: Example) -> Iterator[str]:
    """What is not as declared, in words; nothing when all is well."""
    for method, audience in routes()[route].items():
        printed_alike = printed_for(world, route, example, audience)[1:]
        untried = refused_elsewhere(world, route, audience)
        for name in ("anonymous", *world.people):
            if name in untried:
                continue
            asked = wrong_for_others if name in printed_alike else wrong_for
            for problem in asked(world, route, example, method, name, audience):
                yield f"{method} {name}: {problem}"
    yield from wrong_for_undeclared(world, route, example)


def refused_elsewhere(world: World, route: str, audience: frozenset[str]) -> set[str]:
    """The table refuses before any view is reached, each role in the same way: a few roles are tried at each route,
    others at the next, so that every role is refused at some hundred of them."""
    refused = [name for name in world.people if name not in SIGNED_OUT and not is_in(audience, world, name)]
    first = crc32(route.encode()) % (len(refused) or 1)
    return set(refused) - set((refused[first:] + refused[:first])[:REFUSED_TRIED])


def printed_for(world: World, route: str, example: Example, audience: frozenset[str]) -> list[str]:
    """Who gets the PDF, if it is one: it costs a second, so the first prints it, and the others are asked about foreign
    and missing ones."""
    if not path_of(route, example, world, "anonymous", "missing").endswith(".pdf"):
        return []
    hindered = example.refused | example.unseen
    return [name for name in world.people if is_in(audience, world, name) and role_of(name) not in hindered]


def wrong_for(world, route, example, method, name, audience) -> Iterator[str]:
    path = path_of(route, example, world, name, "own")
    status = ask(world, name, method, path, example.data).status_code
    if example.only_with_debug:
        expected = status == HTTPStatus.NOT_FOUND
    elif not is_in(audience, world, name):
        expected = status == (HTTPStatus.FORBIDDEN if name not in SIGNED_OUT else refusal_of_strangers(path))
    else:
        expected = is_right_for_own(example, name, status)
        yield from wrong_for_others(world, route, example, method, name, audience)
    if not expected:
        yield f"own: {status}"


def is_in(audience: frozenset[str], world: World, name: str) -> bool:
    if audience == PUBLIC or name in SIGNED_OUT:
        return audience == PUBLIC
    return "signed_in" in audience or bool(world.people[name].roles & audience)


def refusal_of_strangers(path: str) -> int:
    return HTTPStatus.UNAUTHORIZED if path.startswith("/api/") else HTTPStatus.FOUND


def role_of(name: str) -> str:
    return "lead_officer" if name == "stranger" else name


def is_right_for_own(example: Example, name: str, status: int) -> bool:
    role = role_of(name)
    if role in example.refused:
        return status == HTTPStatus.FORBIDDEN
    if role in example.unseen:
        return status == HTTPStatus.NOT_FOUND
    return status not in {401, 403, 404, 405} and status < 500


def wrong_for_others(world, route, example, method, name, audience) -> Iterator[str]:
    if not example.kind or not is_in(audience, world, name):
        return

    def answer(main: str, also: str = "") -> HttpResponse:
        return ask(world, name, method, path_of(route, example, world, name, main, also), example.data)

    missing = answer("missing")
    if missing.status_code != HTTPStatus.NOT_FOUND:
        yield f"missing: {missing.status_code}"
    if not example.foreign:
        return
    cells = {"foreign": answer("foreign")}
    if example.also:
        cells["own with foreign"] = answer("own", "foreign")
        cells["foreign with own"] = answer("foreign", "own")
    for cell, got in cells.items():
        if comparable(got) != comparable(missing):
            yield f"{cell}: {got.status_code}, and not as for a missing one"


def wrong_for_undeclared(world: World, route: str, example: Example) -> Iterator[str]:
    declared = routes()[route]
    method = next(method for method in METHODS if method not in declared)
    path = path_of(route, example, world, "stranger", "missing")
    status = ask(world, "lead_officer", method, path).status_code
    if status != HTTPStatus.METHOD_NOT_ALLOWED:
        yield f"undeclared {method}: {status}"


def comparable(answer: HttpResponse) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING_HEADERS}
    return answer.status_code, headers, CHANGING_PARTS.sub(b"", answer.body)


def test_every_route_is_declared():
    assert declared_check(None) == []


def test_every_route_has_an_example():
    assert set(ROUTE_NAMES) - set(EXAMPLES) == set()
    assert set(EXAMPLES) - set(ROUTE_NAMES) == set()


def test_no_two_rooms_name_a_kind_of_object_alike():
    assert sorted(NAMED_BY_ROOMS) == sorted(set(NAMED_BY_ROOMS))


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTE_NAMES)
def test_route_answers_each_role_as_declared(world, route):
    problems = list(wrong(world, route, EXAMPLES[route]))

    assert problems == [], "\n".join(problems)


@pytest.mark.django_db
def test_matrix_finds_a_view_that_does_not_look_whose_object_it_is(world, monkeypatch):
    monkeypatch.setattr(JobQuerySet, "visible_to", lambda jobs, user: jobs.all())

    problems = set(wrong(world, "jobs:detail", EXAMPLES["jobs:detail"]))

    assert "GET lead_officer: foreign: 200, and not as for a missing one" in problems


@pytest.mark.django_db
def test_matrix_finds_a_table_that_is_not_enforced(world, monkeypatch):
    monkeypatch.setattr(access, "is_allowed", lambda request, audience: True)

    problems = set(wrong(world, "accounts:audit", EXAMPLES["accounts:audit"]))

    assert len({problem for problem in problems if problem.endswith(": own: 200")}) == REFUSED_TRIED


@pytest.mark.django_db
def test_route_that_is_not_in_the_table_cannot_be_called(world, monkeypatch):
    monkeypatch.delitem(ROUTES, "accounts:profile")

    assert ask(world, "lead_officer", "GET", "/accounts/profile/").status_code == HTTPStatus.FORBIDDEN
    assert [error.id for error in declared_check(None)] == ["accounts.E001"]
