"""The big province, small: the database accepts every row, and the people of the load find all their pages."""

import pytest
from django.test import Client

from campaigns.models import Campaign
from institutions.models import Institution
from publications.models import PublishedResult
from tests.production.big_data import Size, fill
from tests.production.deeds import values_of
from tests.production.people import people, stored
from visits.models import Finding

pytestmark = [pytest.mark.django_db, pytest.mark.needs_postgres]
INSTITUTIONS, CAMPAIGNS = 240, 3


def test_province_holds_every_constraint_and_is_found_by_its_people():
    fill(Size(INSTITUTIONS, CAMPAIGNS), checked=True)

    visited = INSTITUTIONS * CAMPAIGNS + INSTITUTIONS // 4
    assert Institution.objects.count() == INSTITUTIONS
    assert Campaign.objects.count() == CAMPAIGNS + 1
    assert (Finding.objects.count(), PublishedResult.objects.count()) == (visited, INSTITUTIONS * CAMPAIGNS)
    crowd = people(20)
    assert [each["kind"] for each in crowd] == ["public"] * 12 + ["portal"] * 5 + ["officer"] * 3
    some = crowd[0], crowd[12], *crowd[-3:]
    assert [problem for each in some for problem in problems(each)] == []


def problems(person: dict) -> list[str]:
    client = client_of(person)
    found = [
        f"{path}: {status}"
        for _, path in person["pages"]
        if (status := client.get(path, follow=True).status_code) != 200
    ]
    return found + [deed[0] for deed in person.get("deeds", [])[:1] if not does(client, *deed)]


def client_of(person: dict) -> Client:
    client = Client()
    for name, value in person.get("cookies", {}).items():
        client.cookies[name] = value
    return client


def does(client: Client, kind: str, *key: int) -> bool:
    """Whether what the person sends stands in the database afterwards."""
    if kind == "save":
        self_check, item, user = key
        data = {"choice": "yes", "description": "甲", "base": "0", "user": user}
        client.post(f"/my/selfchecks/{self_check}/items/{item}/save/", data)
        return stored([f"selftest.answer {self_check}:{item}"]) == {f"selftest.answer {self_check}:{item}": "甲"}
    path = f"/institutions/{key[0]}/edit/"
    client.post(path, values_of(client.get(path).text) | {"contact": "甲"})
    return stored([f"institutions.contact {key[0]}"]) == {f"institutions.contact {key[0]}": "甲"}
