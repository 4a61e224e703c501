from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import AuditEvent, Bureau, Role
from inspectors import services
from inspectors.errors import AlreadyDecided
from inspectors.models import ConflictOfInterest, Inspector, Leave
from tests.factories.accounts import bureau, region, user
from tests.factories.inspectors import expert, inspector
from tests.factories.institutions import domain, institution

pytestmark = pytest.mark.usefixtures("places")
VALUES = {"number": "P1", "name": "长孙清风", "state": "active", "can_lead": False}


def actions_about(subject) -> list[str]:
    return list(AuditEvent.objects.about(subject).order_by("number").values_list("action", flat=True))


def test_create_and_edit_inspector_are_recorded_with_their_domains(officer):
    person = services.create_inspector(VALUES | {"bureau": bureau()}, domains=[domain("food")], by=officer)
    services.edit_inspector(person, {"name": "王清风"}, domains=[], by=officer)
    services.edit_inspector(person, {"name": "王清风"}, by=officer)
    assert (person.initials, list(person.domains.all())) == ("wqf", [])
    assert actions_about(person) == ["inspectors.create", "inspectors.edit"]
    change = AuditEvent.objects.about(person).get(action="inspectors.edit").changes.get()
    assert (change.fields, change.personal) == (
        {"domains": [["food"], []], "initials": ["csqf", "wqf"]}, {"name": ["长孙清风", "王清风"]},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "where", "allowed"),
    [
        ("officer", "ga:140200", True),
        ("officer", "scjg:140900", False),
        ("police", "ga:140200", True),
        ("police", "scjg:140200", False),
        ("county", "scjg:140213", True),
        ("county", "scjg:140200", False),
    ],
)
def test_create_inspector_only_where_one_keeps_the_pool(request, who, where, allowed):
    by = request.getfixturevalue(who)
    values = VALUES | {"bureau": Bureau.objects.get(pk=where)}
    if allowed:
        assert services.create_inspector(values, by=by).bureau_id == where
    else:
        with pytest.raises(ValidationError) as refused:
            services.create_inspector(values, by=by)
        assert refused.value.message_dict == {"bureau": ["只能登记本部门、本辖区单位的检查人员。"]}
        assert Inspector.objects.count() == 0


def test_approvers_and_foreign_bureaus_do_not_edit(approver, police):
    person = inspector()
    for by in (approver, police):
        with pytest.raises(PermissionDenied):
            services.edit_inspector(person, {"name": "王清风"}, by=by)


def test_link_account_wants_an_inspector_of_the_same_bureau(officer):
    person = inspector()
    with pytest.raises(ValidationError) as foreign:
        services.link_account(person, user("a", Role.INSPECTOR, at="ga:140200"), by=officer)
    with pytest.raises(ValidationError) as unfit:
        services.link_account(person, user("b", Role.SUPERVISOR, at="scjg:140200"), by=officer)
    assert foreign.value.message_dict == {"user": ["账号须属于检查人员的所在单位。"]}
    assert unfit.value.message_dict == {"user": ["该账号没有“执法检查人员”角色，请先由安全管理员授予。"]}
    account = user("c", Role.INSPECTOR, at="scjg:140200")
    services.link_account(person, account, by=officer)
    assert Inspector.objects.get().user == account


def test_a_permanent_ban_cannot_be_lifted_or_changed(officer):
    person = expert()
    services.ban_expert(person, reason="泄密", on=date(2025, 9, 1), is_permanent=False, by=officer)
    services.lift_ban(person, by=officer)
    services.ban_expert(person, reason="再次泄密", on=date(2025, 9, 2), is_permanent=True, by=officer)
    with pytest.raises(ValidationError) as kept:
        services.lift_ban(person, by=officer)
    with pytest.raises(ValidationError):
        services.ban_expert(person, reason="改", on=date(2025, 9, 3), is_permanent=False, by=officer)
    assert kept.value.messages == ["终生禁用不能解除。"]
    person.refresh_from_db()
    assert (person.banned_reason, person.ban_is_permanent) == ("再次泄密", True)
    assert actions_about(person) == ["inspectors.ban_expert", "inspectors.lift_ban", "inspectors.ban_expert"]


def test_expert_of_a_listed_institution_is_recognised_by_the_employers_name(officer):
    lab = institution("大同某某检测有限公司")
    values = {"number": "E1", "name": "李明", "employer": lab.name, "region": region(), "state": "active"}
    person = services.create_expert(values, domains=[domain()], by=officer)
    assert person.employer_institution == lab
    services.edit_expert(person, {"employer": "山西某某大学"}, by=officer)
    person.refresh_from_db()
    assert person.employer_institution is None


def test_conflict_holds_from_declaration_and_is_decided_once_by_the_own_bureau(officer, approver, police):
    person, lab = inspector(), institution()
    found = services.declare_conflict(person, kind="family", institution=lab, by=officer)
    assert list(ConflictOfInterest.objects.in_force()) == [found]
    for stranger in (officer, police):
        with pytest.raises(PermissionDenied):
            services.decide_conflict(found, accept=False, by=stranger)
    decided = services.decide_conflict(found, accept=False, by=approver)
    assert (decided.decision, decided.decided_by, list(ConflictOfInterest.objects.in_force())) == (
        "rejected",
        approver,
        [],
    )
    with pytest.raises(AlreadyDecided):
        services.decide_conflict(found, accept=True, by=approver)
    assert actions_about(person) == ["inspectors.declare_conflict", "inspectors.decide_conflict"]


def test_nobody_decides_their_own_conflict():
    head = user("head", Role.COUNTY_OFFICER, Role.INSPECTOR, at="scjg:140213")
    person = inspector("scjg:140213", user=head)
    found = services.declare_conflict(person, kind="other", county=region("140213"), by=head)
    with pytest.raises(PermissionDenied):
        services.decide_conflict(found, accept=True, by=head)


def test_conflict_names_one_institution_or_one_county_once(officer):
    person, lab = inspector(), institution()
    with pytest.raises(ValidationError):
        services.declare_conflict(person, kind="family", by=officer)
    with pytest.raises(ValidationError):
        services.declare_conflict(person, kind="family", institution=lab, county=region("140213"), by=officer)
    services.declare_conflict(person, kind="family", institution=lab, by=officer)
    with pytest.raises(ValidationError) as twice:
        services.declare_conflict(person, kind="investment", institution=lab, by=officer)
    assert twice.value.messages == ["该人员对同一对象已有有效的回避申报。"]
    assert ConflictOfInterest.objects.count() == 1


def test_leave_is_added_once_and_cancelled(officer):
    person = inspector()
    found = services.add_leave(person, starts_on=date(2025, 9, 15), ends_on=date(2025, 9, 19), by=officer)
    for first, last in ((date(2025, 9, 19), date(2025, 9, 20)), (date(2025, 9, 30), date(2025, 9, 29))):
        with pytest.raises(ValidationError):
            services.add_leave(person, starts_on=first, ends_on=last, by=officer)
    services.cancel_leave(found, by=officer)
    assert Leave.objects.count() == 0
    assert actions_about(person) == ["inspectors.add_leave", "inspectors.cancel_leave"]
