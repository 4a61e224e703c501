"""The trail: what is written, that it cannot be changed, and that any change would be found."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import audit, chain, guards
from accounts.models import AuditChange, AuditEvent, AuditHead, User
from accounts.verification import Fault, verify_trail
from tests.factories import accounts


@pytest.fixture
def admin(db):
    return accounts.system_administrator()


def trail_of_three(admin):
    """Created, renamed, moved: the second event changes personal data, the third other data."""
    person = User(username="lining", name="李宁")
    with audit.recorded("accounts.create_user", person, by=admin):
        person.save()
    with audit.recorded("accounts.edit_user", person, by=admin):
        person.phone = "0352-1234567"
        person.save()
    with audit.recorded("accounts.edit_user", person, by=admin, facts={"reason": "调动"}):
        person.bureau = accounts.bureau("ga:140200")
        person.save()
    return person


def test_record_links_each_event_to_the_one_before(admin):
    trail_of_three(admin)

    events = list(AuditEvent.objects.order_by("number"))

    assert [event.number for event in events] == [1, 2, 3]
    assert [event.previous for event in events] == [chain.GENESIS, events[0].digest, events[1].digest]
    assert AuditHead.objects.values_list("number", "digest").get() == (3, events[2].digest)


def test_recorded_stores_before_and_after_with_personal_values_apart(admin):
    person = trail_of_three(admin)

    _, second, third = AuditChange.objects.order_by("pk")

    assert (second.fields, second.personal) == ({}, {"phone": ["", "0352-1234567"]})
    assert (third.fields, third.personal) == ({"bureau": [None, "ga:140200"]}, None)
    assert (third.subject_type, third.subject_id, third.event.facts) == (
        "accounts.user",
        str(person.pk),
        {"reason": "调动"},
    )


def test_recorded_never_stores_password_hashes(admin):
    person = trail_of_three(admin)
    with audit.recorded("accounts.change_password", person, by=person):
        person.set_password("Another-Secret-9")
        person.save()

    change = AuditChange.objects.latest("pk")

    assert change.fields.pop("password_set_at")[1] is not None
    assert change.fields == {"password": [None, "（已更改）"]}


def test_chain_does_not_contain_personal_values(admin):
    trail_of_three(admin)

    chained = "".join(str(audit.chained_values(event)) for event in AuditEvent.objects.all())

    assert "李宁" not in chained
    assert "0352-1234567" not in chained
    assert set(AuditEvent.objects.values_list("subject_label", flat=True)) == {""}


def test_equal_personal_values_have_different_digests(admin):
    for username in ("first", "second"):
        person = User(username=username, name="李宁")
        with audit.recorded("accounts.create_user", person, by=admin):
            person.save()

    one, other = AuditChange.objects.values_list("personal_digest", flat=True)

    assert one != other


def test_whole_trail_verifies(admin):
    trail_of_three(admin)

    assert verify_trail() == []


def test_empty_trail_verifies(db):
    assert verify_trail() == []


def test_erasing_personal_values_keeps_the_chain_whole(admin):
    trail_of_three(admin)

    erased = AuditChange.objects.exclude(personal=None).update(personal=None)

    assert erased == 2
    assert verify_trail() == []


TAMPERED_EVENT_FIELDS = {
    "number": 9,
    "at": "2020-01-01T00:00:00Z",
    "actor": None,
    "action": "accounts.other",
    "subject_type": "accounts.bureau",
    "subject_id": "999",
    "subject_label": "别的对象",
    "facts": {"reason": "别的理由"},
    "changes_digest": "0" * 64,
    "previous": "1" * 64,
    "digest": "2" * 64,
}
TAMPERED_CHANGE_FIELDS = {
    "subject_type": "accounts.bureau",
    "subject_id": "999",
    "fields": {"bureau": [None, "ga:140900"]},
    "personal": {"phone": ["", "0352-7654321"]},
    "salt": "00",
    "personal_digest": "3" * 64,
}


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("field", TAMPERED_EVENT_FIELDS)
def test_verify_finds_every_changed_field_of_an_event(admin, field, number):
    trail_of_three(admin)
    with guards.lifted(connection):
        AuditEvent.objects.filter(number=number).update(**{field: TAMPERED_EVENT_FIELDS[field]})

    assert verify_trail() != []


@pytest.mark.parametrize("field", TAMPERED_CHANGE_FIELDS)
def test_verify_finds_every_changed_field_of_a_change(admin, field):
    trail_of_three(admin)
    with guards.lifted(connection):
        AuditChange.objects.filter(event__number=2).update(**{field: TAMPERED_CHANGE_FIELDS[field]})

    assert {fault.number for fault in verify_trail()} == {2}


def test_verify_finds_a_change_moved_to_another_event(admin):
    trail_of_three(admin)
    with guards.lifted(connection):
        AuditChange.objects.filter(event__number=2).update(event=AuditEvent.objects.get(number=3))

    assert {fault.number for fault in verify_trail()} == {2, 3}


def test_verify_finds_a_deleted_event(admin):
    trail_of_three(admin)
    with guards.lifted(connection):
        AuditChange.objects.filter(event__number=2).delete()
        AuditEvent.objects.filter(number=2).delete()

    assert verify_trail() == [Fault(3, "序号不连续：应为 2"), Fault(3, "与前一条记录的摘要不衔接")]


def test_verify_finds_a_cut_tail(admin):
    trail_of_three(admin)
    with guards.lifted(connection):
        AuditChange.objects.filter(event__number=3).delete()
        AuditEvent.objects.filter(number=3).delete()

    assert verify_trail() == [Fault(2, "链尾不符：登记为第 3 条")]


@pytest.mark.parametrize("field", ["number", "digest"])
def test_verify_finds_a_changed_head(admin, field):
    trail_of_three(admin)
    AuditHead.objects.update(**{field: {"number": 2, "digest": "4" * 64}[field]})

    assert len(verify_trail()) == 1


FORBIDDEN = {
    "update event": "UPDATE accounts_auditevent SET action = 'x'",
    "delete event": "DELETE FROM accounts_auditevent",
    "update change": "UPDATE accounts_auditchange SET subject_id = 'x'",
    "delete change": "DELETE FROM accounts_auditchange",
    "personal values put in again": "UPDATE accounts_auditchange SET personal = '{}'",
    "delete head": "DELETE FROM accounts_audithead",
}
FORBIDDEN_BY_VENDOR = {
    "sqlite": {
        "replace event": "INSERT OR REPLACE INTO accounts_auditevent SELECT * FROM accounts_auditevent WHERE number = 1",
        "replace head": "INSERT OR REPLACE INTO accounts_audithead SELECT * FROM accounts_audithead",
    },
    "postgresql": {
        "truncate events": "TRUNCATE accounts_auditevent CASCADE",
        "truncate changes": "TRUNCATE accounts_auditchange",
        "upsert event": "INSERT INTO accounts_auditevent SELECT * FROM accounts_auditevent WHERE number = 1 "
        "ON CONFLICT (id) DO UPDATE SET action = 'x'",
    },
}


def test_database_refuses_to_change_the_trail(admin):
    trail_of_three(admin)
    connection.check_constraints()  # or PostgreSQL refuses TRUNCATE for the checks still waiting, not by our guard
    refused = {}
    for name, statement in {**FORBIDDEN, **FORBIDDEN_BY_VENDOR[connection.vendor]}.items():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as error:
            refused[name] = "protected record" in str(error)

    assert refused == dict.fromkeys({**FORBIDDEN, **FORBIDDEN_BY_VENDOR[connection.vendor]}, True)
    assert verify_trail() == []


def test_act_is_undone_when_it_cannot_be_recorded(admin, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("the trail cannot be written")

    monkeypatch.setattr(audit, "locked_head", fail)
    person = User(username="lining", name="李宁")

    with pytest.raises(DatabaseError), audit.recorded("accounts.create_user", person, by=admin):
        person.save()

    assert not User.objects.filter(username="lining").exists()


def test_record_by_many_at_once_leaves_one_unbroken_chain(transactional_db):
    admin = accounts.system_administrator()
    barrier = threading.Barrier(4)

    def act():
        barrier.wait()
        for _ in range(5):
            audit.record("accounts.edit_user", admin, by=admin)
        connection.close()

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert AuditHead.objects.get().number == 20
    assert verify_trail() == []
