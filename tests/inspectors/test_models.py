"""The two-certificate rule (行政处罚法第四十二条 and the pool's practice), leave, domains, and who sees whom."""

from datetime import date

import pytest

from accounts.models import Role
from inspectors.models import ConflictOfInterest, Expert, Inspector, Leave
from tests.factories.accounts import user
from tests.factories.inspectors import conflict, expert, inspector, leave
from tests.factories.institutions import domain, institution

pytestmark = pytest.mark.usefixtures("places")
DAY = date(2025, 9, 15)


@pytest.mark.parametrize(
    ("fields", "gaps"),
    [
        ({}, []),
        ({"department_certificate_until": DAY}, []),
        ({"department_certificate_until": date(2025, 9, 14)}, ["部门执法证已过有效期"]),
        ({"province_certificate_until": None}, ["省政府执法证未填有效期"]),
        ({"department_certificate": "", "province_certificate": ""}, ["缺部门执法证", "缺省政府执法证"]),
    ],
)
def test_certificate_gaps_agree_with_certificated_on(fields, gaps):
    person = inspector(**fields)
    assert person.certificate_gaps(DAY) == gaps
    assert Inspector.objects.certificated_on(DAY).exists() is (gaps == [])


def test_certificated_until_is_the_earlier_of_both():
    assert inspector(province_certificate_until=date(2026, 1, 1)).certificated_until == date(2026, 1, 1)
    assert inspector(province_certificate="").certificated_until is None


def test_ready_on_leaves_out_the_expired_the_inactive_and_those_on_leave():
    ready, away = inspector(), inspector()
    inspector(state="inactive")
    inspector(province_certificate_until=date(2025, 9, 1))
    leave(away, DAY, DAY)
    assert list(Inspector.objects.ready_on(DAY)) == [ready]
    assert list(Inspector.objects.ready_on(date(2025, 9, 16))) == [ready, away]


def test_who_names_no_domain_may_check_all():
    for_food, for_all = inspector("scjg:140200", domain("food")), inspector()
    assert list(Inspector.objects.for_domains(["food"])) == [for_food, for_all]
    assert list(Inspector.objects.for_domains(["vehicle"])) == [for_all]


def test_banned_experts_are_not_available():
    free = expert()
    expert(banned_on=DAY, banned_reason="违规")
    assert list(Expert.objects.available()) == [free]


def test_visibility_of_people_conflicts_and_leave(officer, approver, police, county):
    market, guard, below = inspector(), inspector("ga:140200"), inspector("scjg:140213")
    elsewhere = inspector("scjg:140900")
    expected = {
        officer: {market, guard, below}, approver: {market, guard, below}, police: {guard}, county: {below},
        user("xinzhou", Role.LEAD_OFFICER, at="scjg:140900"): {elsewhere},
        user("clerk", Role.INSTITUTION_CLERK): set(),
        user("sysadmin", Role.SYSTEM_ADMINISTRATOR): set(),
    }  # fmt: skip
    lab = institution()
    for person in (market, guard, below, elsewhere):
        conflict(person, lab)
        leave(person)
    for who, seen in expected.items():
        assert set(Inspector.objects.visible_to(who)) == seen
        assert {each.inspector for each in ConflictOfInterest.objects.visible_to(who)} == seen
        assert {each.inspector for each in Leave.objects.visible_to(who)} == seen


def test_an_inspector_sees_only_their_own_entry():
    account = user("sun", Role.INSPECTOR, at="scjg:140200")
    own = inspector(user=account)
    inspector()
    assert list(Inspector.objects.visible_to(account)) == [own]
    assert list(Expert.objects.visible_to(account)) == []
