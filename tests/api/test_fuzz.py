"""Nonsense sent to every address that writes is refused or taken, and never an error of the server."""

import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from tests.access.world import World, build_world

ODD = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "𠮷",
        "\ud800",
        "１２",
        "{{7*7}}",
        "%s",
        "140213",
        "vehicle",
        "<script>",
        "长" * 300,
        "2025-02-30",
    ]
)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ODD | st.text(max_size=20)
VALUE = SCALAR | st.lists(SCALAR, max_size=3) | st.dictionaries(st.text(max_size=5), SCALAR, max_size=2)
pytestmark = pytest.mark.django_db
FIELDS = {
    "institutions/": (
        "name",
        "uscc",
        "organisation_code",
        "legal_type",
        "owner_department",
        "county",
        "state",
        "contact",
    ),
    "institutions/{institution}/": ("name", "uscc", "county", "state", "address"),
    "institutions/{institution}/certificates/": (
        "number",
        "authorised_name",
        "domains",
        "approved_on",
        "valid_until",
        "signatories",
    ),
    "certificates/{certificate}/": (
        "number",
        "domains",
        "approved_on",
        "valid_until",
        "is_national_centre",
        "signatories",
    ),
    "agreements/{agreement}/answer/": ("agrees", "words"),
    "contributions/{contribution}/commit/": ("commitment",),
    "contributions/{committed_contribution}/reveal/": ("value",),
    "draws/{frozen_draw}/void/": ("reason",),
    "approvals/{approval}/confirm/": ("password", "words"),
    "campaigns/{negotiating}/freeze/": ("anything",),
    "token/": ("username", "password", "days"),
}
EXAMPLES = 30


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


def address_of(path: str, world: World) -> str:
    kinds = ("institution", "certificate", "agreement", "contribution", "committed_contribution", "frozen_draw",
             "approval", "negotiating")  # fmt: skip
    ids = {kind: world.own(kind, caller_of(path)).pk for kind in kinds}
    return "/api/" + path.format(**ids)


def caller_of(path: str) -> str:
    if path.startswith("approvals"):
        return "lead_approver"
    return "partner_liaison" if path.startswith(("agreements", "contributions")) else "lead_officer"


@pytest.mark.parametrize("path", FIELDS)
def test_nonsense_is_never_an_error_of_the_server(world, path):
    client = APIClient(raise_request_exception=False)
    client.force_login(world.people[caller_of(path)])
    address = address_of(path, world)
    method = "PATCH" if path in {"institutions/{institution}/", "certificates/{certificate}/"} else "POST"

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(body=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS[path], VALUE)) | VALUE)
    def check(body: object) -> None:
        with transaction.atomic():
            answer = client.generic(method, address, json.dumps(body), content_type="application/json")
            transaction.set_rollback(True)
        assert answer.status_code < 500, answer.content
        if answer.status_code >= 400:
            assert answer.json()["detail"]

    check()


def test_caller_of_the_examples_can_write(world):
    client = APIClient()
    client.force_login(world.people["lead_officer"])

    assert client.patch(address_of("institutions/{institution}/", world), {"name": "改名检测"}).status_code == 200
