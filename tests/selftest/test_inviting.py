from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import AuditEvent, Role, User
from accounts.services import AccountRefused
from institutions.models import Representative
from selftest import activating, codes, inviting, people
from selftest.errors import SelfCheckError
from selftest.models import Invitation
from tests.campaigns import datong
from tests.factories import accounts
from tests.selftest import world

pytestmark = pytest.mark.django_db

CLERK, HEAD = Role.INSTITUTION_CLERK, Role.LEGAL_REPRESENTATIVE
PERSON = {"username": "guo-xiaoyan", "name": "郭小燕", "phone": "13900000001", "password": accounts.PASSWORD}


def invited(role: Role = CLERK, **fields: object) -> tuple[object, str]:
    institution = world.institution(**fields)
    return institution, inviting.invite(institution, role, by=world.county_officer())


def refused(code: str) -> str:
    with pytest.raises(SelfCheckError) as error:
        activating.find(code)
    return str(error.value)


def test_code_is_long_enough_and_is_read_however_it_is_typed():
    code = codes.new_code()

    assert len(codes.ALPHABET) ** codes.LENGTH > 2**70
    assert set(codes.ALPHABET).isdisjoint("0O1IL2Z5S8BVG")
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in code.lower())
    assert {codes.digest(way) for way in (code, code.lower(), code.replace("-", " "), f" {full_width} ")} == {
        codes.digest(code)
    }
    assert [codes.plain(typed) for typed in ("", "K7WM", code + "A", code[:-1] + "0", "\0" * 16)] == [""] * 5


def test_only_the_digest_is_kept():
    _, code = invited()

    invitation = Invitation.objects.get()
    assert invitation.code_digest == codes.digest(code)
    assert codes.plain(code) not in str(Invitation.objects.values().get()) + str(list(AuditEvent.objects.values()))


def test_code_makes_an_account_that_acts_for_the_institution():
    institution, code = invited()
    user = activating.activate(activating.find(code), email="guo@example.cn", **PERSON)

    assert (user.name, user.phone, user.email, user.bureau, user.roles) == (
        "郭小燕", "13900000001", "guo@example.cn", None, frozenset({CLERK}),
    )  # fmt: skip
    assert user.check_password(accounts.PASSWORD)
    assert not user.must_change_password
    assert Representative.objects.get().institution == institution
    assert user.role_assignments.get().granted_by == world.county_officer()
    invitation = Invitation.objects.get()
    assert (invitation.used_by, invitation.used_at is not None) == (user, True)
    acts = AuditEvent.objects.filter(actor=user).order_by("number").values_list("action", flat=True)
    assert list(acts) == ["accounts.create_user", "selftest.activate", "accounts.grant_role"]


def test_what_is_wrong_with_the_account_is_told_by_field_and_uses_nothing_up():
    accounts.user("taken")
    _, code = invited()

    with pytest.raises(ValidationError) as error:
        activating.activate(activating.find(code), **PERSON | {"username": "taken", "password": "123456"})

    assert set(error.value.message_dict) == {"username", "password"}
    assert activating.find(code).used_at is None
    assert User.objects.filter(name="郭小燕").count() == 0


def test_wrong_used_revoked_and_expired_codes_are_answered_alike():
    _, used = invited()
    activating.activate(activating.find(used), **PERSON)
    institution, revoked = invited()
    inviting.invite(institution, CLERK, by=world.county_officer())
    _, expired = invited()
    Invitation.objects.filter(code_digest=codes.digest(expired)).update(expires_at=timezone.now())

    answers = [refused(code) for code in (used, revoked, expired, codes.new_code(), "nonsense")]

    assert answers == [activating.WRONG] * 5
    events = AuditEvent.objects.filter(action="selftest.activation_refused").order_by("number")
    assert [event.facts["reason"] for event in events] == ["used", "revoked", "expired", "unknown"]


def test_five_wrong_tries_stop_those_who_know_the_first_group_and_nobody_else():
    _, code = invited()
    _, other = invited()
    for _ in range(5):
        assert refused(code[:5] + codes.new_code()[5:]) == activating.WRONG

    assert refused(code) == activating.WAIT
    assert activating.find(other).role == CLERK


def test_tries_may_go_on_after_ten_minutes(time_machine):
    _, code = invited()
    for _ in range(5):
        refused(code[:5] + codes.new_code()[5:])

    time_machine.move_to(timezone.now() + timedelta(minutes=11))

    assert activating.find(code).role == CLERK


def test_code_can_be_used_once():
    _, code = invited()
    first, second = activating.find(code), activating.find(code)
    activating.activate(first, **PERSON)

    with pytest.raises(SelfCheckError, match="邀请码不正确或者已经失效"):
        activating.activate(second, **PERSON | {"username": "second"})

    assert Representative.objects.count() == 1


def test_one_person_acts_for_several_legal_units():
    _, code = invited()
    user = activating.activate(activating.find(code), **PERSON)
    other, second = invited(HEAD)

    activating.join(activating.find(second), by=user)

    assert {(each.institution_id, each.role) for each in Representative.objects.filter(user=user)} == {
        (Invitation.objects.order_by("pk").first().institution_id, CLERK), (other.pk, HEAD),
    }  # fmt: skip
    assert User.objects.get(pk=user.pk).roles == {CLERK, HEAD}


def test_clerk_with_the_other_code_becomes_the_legal_representative_and_not_the_other_way_round():
    institution, code = invited()
    user = activating.activate(activating.find(code), **PERSON)
    for_head = inviting.invite(institution, HEAD, by=world.county_officer())
    again = inviting.invite(institution, CLERK, by=world.county_officer())

    with pytest.raises(SelfCheckError, match="已经是该机构的经办人"):
        activating.join(activating.find(again), by=user)
    activating.join(activating.find(for_head), by=user)
    with pytest.raises(SelfCheckError, match="已经是该机构的法定代表人"):
        activating.join(activating.find(again), by=user)

    assert Representative.objects.get().role == HEAD
    assert User.objects.get(pk=user.pk).roles == {HEAD}
    assert activating.find(again).used_at is None


def test_people_of_bureaus_and_administrators_take_no_code():
    _, code = invited()
    for user in (datong.officer(), accounts.auditor()):
        with pytest.raises(AccountRefused):
            activating.join(activating.find(code), by=user)

    assert Representative.objects.count() == 0
    assert activating.find(code).used_at is None


def test_an_institution_has_one_legal_representative():
    institution, code = invited(HEAD)
    activating.activate(activating.find(code), **PERSON)

    with pytest.raises(SelfCheckError, match="已有法定代表人账号"):
        inviting.invite(institution, HEAD, by=world.county_officer())


def test_new_code_of_the_bureau_ends_its_earlier_ones_and_leaves_the_other_role_and_those_of_the_head():
    institution, first = invited()
    for_head = inviting.invite(institution, HEAD, by=world.county_officer())
    by_head = inviting.invite(institution, CLERK, by=world.person(institution, HEAD))

    second = inviting.invite(institution, CLERK, by=world.county_officer())

    assert refused(first) == activating.WRONG
    assert [activating.find(code).role for code in (second, by_head, for_head)] == [CLERK, CLERK, HEAD]


def test_code_of_a_round_lives_thirty_days_longer_than_its_deadline():
    institution = world.institution()
    round = world.opened()
    found = list(inviting.prepare(round, [institution], by=datong.officer()))

    assert [each.invitation.role for each in found] == [CLERK, HEAD]
    last_day = timezone.localdate(found[0].invitation.expires_at)
    assert last_day == round.deadline + timedelta(days=30)


def test_who_may_invite_and_end():
    institution, _ = invited()
    head, clerk = world.person(institution, HEAD), world.person(institution)
    stranger_head = world.person(world.institution(), HEAD)
    for by in (world.county_officer("140214"), clerk, stranger_head, accounts.auditor()):
        with pytest.raises(PermissionDenied):
            inviting.invite(institution, CLERK, by=by)
        with pytest.raises(PermissionDenied):
            people.end_representation(Representative.objects.get(user=clerk), by=by)
    with pytest.raises(PermissionDenied):
        inviting.invite(institution, HEAD, by=head)
    with pytest.raises(PermissionDenied):
        people.end_representation(Representative.objects.get(user=head), by=head)
    assert inviting.invite(institution, CLERK, by=datong.officer())


def test_clerk_is_replaced_and_an_account_without_institution_is_closed():
    institution, code = invited()
    clerk = activating.activate(activating.find(code), **PERSON)
    head = world.person(institution, HEAD)

    again = people.replace_clerk(Representative.objects.get(user=clerk), by=head)

    clerk = User.objects.get(pk=clerk.pk)
    assert (clerk.is_active, clerk.has_usable_password(), clerk.roles) == (False, False, frozenset())
    successor = activating.activate(activating.find(again), **PERSON | {"username": "successor"})
    assert [each.representative.user for each in people.people_of(institution, head)] == [head, successor]


def test_account_stays_open_for_the_other_institution():
    first, second = world.institution(), world.institution()
    clerk = world.person(first)
    Representative.objects.create(user=clerk, institution=second, role=CLERK)

    people.end_representation(Representative.objects.get(user=clerk, institution=first), by=world.county_officer())

    assert User.objects.get(pk=clerk.pk).is_active
    assert [each.institution for each in clerk.representing.all()] == [second]


def test_codes_of_a_legal_representative_end_with_the_office():
    institution, _ = invited()
    head = world.person(institution, HEAD)
    code = inviting.invite(institution, CLERK, by=head)

    people.end_representation(Representative.objects.get(user=head), by=world.county_officer())

    assert refused(code) == activating.WRONG
