"""The site as people meet it: reference data, accounts, the real worker, and a browser for each person."""

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command

from accounts.models import Role, User
from tests.factories import accounts
from tests.journeys.visitor import DESK, Visitor
from tests.journeys.visits import sign_in as sign_in_at_once

CITY, POLICE, ECOLOGY = "scjg:140200", "ga:140200", "sthj:140200"


@pytest.fixture
def people(transactional_db: None) -> dict[str, User]:
    """The reference data, and who acts in Datong; all with one password."""
    call_command("load_reference", verbosity=0)
    roles = {
        "datong-officer": (Role.LEAD_OFFICER, CITY, "张启明"),
        "datong-approver": (Role.LEAD_APPROVER, CITY, "李文静"),
        "police": (Role.PARTNER_LIAISON, POLICE, "王建国"),
        "ecology": (Role.PARTNER_LIAISON, ECOLOGY, "赵晓岚"),
        "witness": (Role.SUPERVISOR, CITY, "周正清"),
        "pingcheng": (Role.COUNTY_OFFICER, "scjg:140213", "刘海燕"),
    }
    return {
        username: accounts.user(username, role, at=bureau, name=name, password=accounts.PASSWORD)
        for username, (role, bureau, name) in roles.items()
    }


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What is wrong with the pages that were met; there must be nothing."""
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def enter(new_context, live_server, worker, faults) -> Callable[[str], Visitor]:
    """`enter("datong-officer")`: this person, signed in, in front of the workbench."""

    def sign_in(username: str) -> Visitor:
        visitor = Visitor(new_context(viewport=DESK).new_page(), live_server.url, faults)
        visitor.go("/accounts/sign-in/")
        visitor.fill("用户名", username)
        visitor.fill("密码", accounts.PASSWORD)
        visitor.press("登录")
        visitor.sees("您好")
        return visitor

    return sign_in


@pytest.fixture
def seat(new_context, live_server, worker, faults) -> Callable[[User], Visitor]:
    """`seat(user)`: this person, signed in already."""

    def sit(user: User) -> Visitor:
        context = new_context(viewport=DESK)
        sign_in_at_once(context, user, live_server.url)
        return Visitor(context.new_page(), live_server.url, faults)

    return sit
