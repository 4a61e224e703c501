import pytest

from accounts.models import Role
from tests.factories.accounts import bureau, lead_officer, region, user
from tests.factories.institutions import domain


@pytest.fixture
def places(db) -> None:
    for code in ("140213", "140214", "140902"):
        region(code)
    for code in ("scjg:140200", "ga:140200", "sthj:140200", "scjg:140213", "scjg:140900"):
        bureau(code)
    domain("vehicle", "机动车检验")
    domain("food", "食品")


@pytest.fixture
def officer(places):
    return lead_officer()


@pytest.fixture
def approver(places):
    return user("datong-approver", Role.LEAD_APPROVER, at="scjg:140200")


@pytest.fixture
def police(places):
    return user("datong-police", Role.PARTNER_LIAISON, at="ga:140200")


@pytest.fixture
def county(places):
    return user("pingcheng", Role.COUNTY_OFFICER, at="scjg:140213")
