"""The schema says what there is; its page works under the site's strict policy."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.access import routes
from tests.factories import accounts

pytestmark = pytest.mark.django_db


def test_schema_is_valid_and_complete_without_a_warning(tmp_path):
    file = tmp_path / "schema.yml"

    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))

    text = file.read_text()
    served = {name for name in routes() if name.startswith("api:")} - {"api:schema", "api:docs"}
    methods = sum(len(routes()[name]) for name in served)
    assert len(re.findall(r"^    (?:get|post|patch|delete):$", text, re.MULTILINE)) == methods


def test_schema_and_its_page_are_for_people_who_are_signed_in(client):
    addresses = [reverse("api:schema"), reverse("api:docs")]
    assert [client.get(address).status_code for address in addresses] == [401, 401]

    client.force_login(accounts.auditor())

    assert [client.get(address).status_code for address in addresses] == [200, 200]


def test_page_of_the_schema_has_no_inline_script_and_its_script_an_address(client):
    client.force_login(accounts.auditor())

    page = client.get("/api/docs/")
    script = client.get("/api/docs/?script=")

    assert "script-src 'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\son[a-z]+=", page.content.decode()) == []
    assert script.headers["Content-Type"] == "application/javascript"
    assert "/api/schema/" in script.content.decode()
