import pytest
from django.core.management import call_command

from accounts.models import Role
from tests.factories.accounts import department, lead_officer, region, user


@pytest.fixture
def places(db):
    for code in ("140213", "140214", "140902"):
        region(code)
    for code in ("scjg", "ga", "sthj"):
        department(code)
    call_command("loaddata", "fixtures/reference/domains.json", verbosity=0)


@pytest.fixture
def officer(places):
    """经办人 of Datong's market regulation."""
    return lead_officer()


@pytest.fixture
def county_officer(places):
    """经办人 of Pingcheng's market regulation."""
    return user("pingcheng-officer", Role.COUNTY_OFFICER, at="scjg:140213")


@pytest.fixture
def ecologist(places):
    """联络员 of Datong's ecology bureau."""
    return user("eco-liaison", Role.PARTNER_LIAISON, at="sthj:140200")


@pytest.fixture
def clerk(places):
    return user("clerk", Role.INSTITUTION_CLERK, at="")
