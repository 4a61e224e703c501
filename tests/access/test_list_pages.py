"""Every page that takes no object asks the database as often with many rows as with few, and not too often."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from accounts.access import PUBLIC, all_route_names
from accounts.models import Role, User
from config.access import ROUTES
from tests.access.examples import EXAMPLES
from tests.factories import accounts, institutions, many

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]
FEW, MANY = 12, 30
"""More than any page shows of what there is to do, and fewer than one page of a list."""
MOST, MOST_ON_THE_WORKBENCH = 30, 70
ADDERS = [
    many.add_institutions, many.add_inspectors, many.add_experts, many.add_campaigns, many.add_tasks, many.add_jobs,
    many.add_self_checks, many.add_visits, many.add_publications,
]  # fmt: skip
WORKBENCHES = ("workbench",)
GROWING = ("accounts:audit",)
"""It lists what the visits themselves wrote; tests/accounts/test_pages.py counts its queries."""


def test_pages_ask_as_often_with_many_rows_as_with_few(settings):
    settings.SITE_KEPT_SECONDS = 0
    people = {role: someone(role) for role in Role}
    institution = institutions.institution()
    for role in (Role.INSTITUTION_CLERK, Role.LEGAL_REPRESENTATIVE):
        institutions.represents(people[role], institution, role)
    for add in ADDERS:
        add(FEW)
    few = count_queries(people)
    for add in ADDERS:
        add(MANY - FEW)

    counted = count_queries(people)

    assert {page: (few[page], number) for page, number in counted.items() if number != few[page]} == {}
    assert {page: number for page, number in counted.items() if number > most(page)} == {}


def most(page: tuple[str, str]) -> int:
    return MOST_ON_THE_WORKBENCH if page[0] in WORKBENCHES else MOST


def someone(role: Role) -> User:
    at = {Role.COUNTY_OFFICER: "scjg:140213", Role.PARTNER_LIAISON: "ga:140200"}.get(role, "scjg:140200")
    is_of_a_bureau = role not in (Role.INSTITUTION_CLERK, Role.LEGAL_REPRESENTATIVE)
    return accounts.user(f"someone-{role}", role, at=at if is_of_a_bureau else "")


def pages() -> Iterator[tuple[str, str]]:
    """Route and address of each page that takes no object."""
    for route in sorted(set(all_route_names())):
        is_page = "GET" in ROUTES[route] and not route.startswith("api") and not EXAMPLES[route].only_with_debug
        if not is_page or route in GROWING:
            continue
        try:
            yield route, reverse(route)
        except NoReverseMatch:
            continue


def count_queries(people: dict[Role, User]) -> dict[tuple[str, str], int]:
    """(route, who) → queries of its second visit: the first may fill what is kept."""
    found = {}
    for route, path in pages():
        for who, client in clients(route, people):
            first = client.get(path)
            if first.status_code != 200 or not first.headers["Content-Type"].startswith("text/html"):
                continue
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            found[route, who] = len(captured)
    return found


def clients(route: str, people: dict[Role, User]) -> Iterator[tuple[str, Client]]:
    """Anonymous where everybody may look, else the first of those who may; the workbench is another for each role."""
    audience = ROUTES[route]["GET"]
    if audience == PUBLIC:
        yield "anonymous", Client()
        return
    roles = [role for role in people if role in audience]
    for role in roles if route in WORKBENCHES else roles[:1]:
        client = Client()
        client.force_login(people[role])
        yield str(role), client


def test_lists_of_the_lead_are_among_the_pages():
    named = {route for route, _ in pages()}

    assert named >= {"institutions:list", "campaigns:tasks", "visits:measures", "publications:list", "site:results"}
