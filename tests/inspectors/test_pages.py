from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role
from inspectors.models import ConflictOfInterest, Expert, Inspector, Leave
from inspectors.services import edit_inspector
from institutions.pinyin import initials
from tests.factories.accounts import bureau, region, user
from tests.factories.inspectors import CERTIFICATED, conflict, expert, inspector, leave
from tests.factories.institutions import domain, institution

pytestmark = pytest.mark.usefixtures("places", "today")
LIST = reverse("inspectors:list")


@pytest.fixture
def today():
    with time_machine.travel("2025-09-15T10:00:00+08:00", tick=True):
        yield


def get(client, who, address: str):
    client.force_login(who)
    return client.get(address)


def text(client, who, address: str) -> str:
    return get(client, who, address).content.decode()


def named(name: str, at: str = "scjg:140200", *domains, **fields):
    return inspector(at, *domains, name=name, initials=initials(name), **fields)


@pytest.fixture
def people() -> None:
    named("王清风")
    named("李明月", "ga:140200", province_certificate_until=date(2025, 10, 1))
    named("赵高山", "scjg:140213", domain("food"), department_certificate_until=date(2025, 9, 1))
    leave(named("孙流水", state="inactive"))
    named("别处人", "scjg:140900")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"王清风", "李明月", "赵高山", "孙流水"}),
        ("q=wqf", {"王清风"}),
        ("q=明月", {"李明月"}),
        ("bureau=ga:140200", {"李明月"}),
        ("department=ga", {"李明月"}),
        ("region=140213", {"赵高山"}),
        ("domain=vehicle", {"王清风", "李明月", "孙流水"}),
        ("domain=food", {"王清风", "李明月", "赵高山", "孙流水"}),
        ("certificate=valid", {"王清风", "李明月", "孙流水"}),
        ("certificate=gap", {"赵高山"}),
        ("certificate=ending", {"李明月"}),
        ("certificate=valid&on=2025-10-02", {"王清风", "孙流水"}),
        ("state=inactive", {"孙流水"}),
        ("leave=away", {"孙流水"}),
        ("leave=away&on=2025-09-20", set()),
        ("bureau=scjg:140213", {"赵高山"}),
    ],
)
def test_list_filters(client, officer, people, query, found):
    page = text(client, officer, f"{LIST}?{query}")
    assert {name for name in ("王清风", "李明月", "赵高山", "孙流水", "别处人") if name in page} == found


def test_export_holds_what_is_filtered(client, officer, people):
    answer = get(client, officer, reverse("inspectors:export") + "?q=wqf")
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert len(answer.content) > 1000


def many(count: int) -> None:
    chosen, home, place = domain("food"), bureau(), region()
    people = Inspector.objects.bulk_create(
        Inspector(number=f"M{number}", name=f"众{number}", bureau=home, **CERTIFICATED) for number in range(count)
    )
    Inspector.domains.through.objects.bulk_create(
        Inspector.domains.through(inspector=person, domain=chosen) for person in people
    )
    Leave.objects.bulk_create(Leave(inspector=each, starts_on="2025-09-15", ends_on="2025-09-16") for each in people)
    experts = Expert.objects.bulk_create(
        Expert(number=f"M{number}", name=f"专{number}", employer="大学", region=place) for number in range(count)
    )
    Expert.domains.through.objects.bulk_create(
        Expert.domains.through(expert=person, domain=chosen) for person in experts
    )
    lab, fields = institution(), {"kind": "family", "declared_on": "2025-09-01"}
    ConflictOfInterest.objects.bulk_create(
        ConflictOfInterest(inspector=each, institution=lab, **fields) for each in people
    )


@pytest.mark.parametrize("count", [3, 2000])
@pytest.mark.parametrize(
    ("route", "queries"),
    [("list", 11), ("experts", 9), ("conflicts", 7), ("leaves", 6)],
)
def test_lists_ask_the_same_few_queries_for_any_number(
    client, officer, count, route, queries, django_assert_num_queries
):
    many(count)
    get(client, officer, LIST)  # the session's first page notes the time of sign-in
    with django_assert_num_queries(queries):
        client.get(reverse(f"inspectors:{route}"))


@pytest.mark.parametrize("count", [1, 30])
def test_detail_asks_the_same_few_queries_for_any_number(client, officer, count, django_assert_num_queries):
    person = inspector()
    for _ in range(count):
        conflict(person, institution())
    get(client, officer, LIST)
    with django_assert_num_queries(8):
        client.get(reverse("inspectors:detail", args=[person.pk]))


def test_foreign_people_answer_like_missing_ones(client, officer, police):
    foreign, market = inspector("scjg:140900"), inspector()
    away, found = leave(foreign), conflict(foreign, institution())
    for who, address in (
        (officer, reverse("inspectors:detail", args=[foreign.pk])),
        (officer, reverse("inspectors:edit", args=[foreign.pk])),
        (officer, reverse("inspectors:history", args=[foreign.pk])),
        (police, reverse("inspectors:detail", args=[market.pk])),
        (police, reverse("inspectors:conflict_decide", args=[found.pk])),
        (officer, reverse("inspectors:detail", args=[10**6])),
    ):
        assert get(client, who, address).status_code == 404
    assert client.post(reverse("inspectors:leave_cancel", args=[away.pk])).status_code == 404


def test_phone_and_leave_are_shown_only_to_keepers_and_the_person(client, officer, approver):
    account = user("sun", Role.INSPECTOR, at="scjg:140200")
    person = inspector(phone="0352-0000007", user=account)
    leave(person)
    address = reverse("inspectors:detail", args=[person.pk])
    shown = {who.username: "0352-0000007" in text(client, who, address) for who in (officer, approver, account)}
    assert shown == {"datong-officer": True, "datong-approver": False, "sun": True}
    assert "年休假" not in text(client, approver, address)


def test_history_hides_personal_values_from_who_may_not_edit(client, officer, approver):
    person = inspector(name="旧名")
    edit_inspector(person, {"name": "新名", "position": "科长"}, by=officer)
    address = reverse("inspectors:history", args=[person.pk])
    assert "姓名：旧名 → 新名" in text(client, officer, address)
    page = text(client, approver, address)
    assert "职务：科长" in page
    assert "旧名" not in page


def test_create_inspector_through_the_form(client, officer):
    client.force_login(officer)
    values = {"number": "P9", "name": "周正", "bureau": "scjg:140200", "state": "active", "domains": ["food"]}
    answer = client.post(reverse("inspectors:create"), values)
    made = Inspector.objects.get(number="P9")
    assert (answer.status_code, answer["Location"], made.initials) == (302, f"/inspectors/{made.pk}/", "zz")
    again = client.post(reverse("inspectors:create"), values)
    assert (again.status_code, Inspector.objects.count()) == (200, 1)


def test_declare_and_decide_through_the_pages(client, officer, approver):
    person, lab = inspector(), institution("大同某某检测有限公司")
    client.force_login(officer)
    address = reverse("inspectors:declare", args=[person.pk])
    unknown = client.post(address, {"kind": "family", "institution": "没有这家"})
    assert "没有找到这家机构，请核对名称或代码。" in unknown.content.decode()
    assert client.post(address, {"kind": "family", "institution": "某某检测"}).status_code == 302
    found = ConflictOfInterest.objects.get()
    assert (found.institution, found.decision) == (lab, "pending")
    client.force_login(approver)
    decide = reverse("inspectors:conflict_decide", args=[found.pk])
    assert decide in text(client, approver, reverse("inspectors:conflicts"))
    assert client.post(decide, {"decision": "accepted"}).status_code == 302
    found.refresh_from_db()
    assert (found.decision, found.decided_by) == ("accepted", approver)


def test_ban_leave_and_link_through_the_pages(client, officer):
    client.force_login(officer)
    who, person = expert(), inspector()
    account = user("sun", Role.INSPECTOR, at="scjg:140200")
    client.post(
        reverse("inspectors:expert_ban", args=[who.pk]), {"reason": "泄密", "on": "2025-09-01", "is_permanent": "on"}
    )
    client.post(reverse("inspectors:leave_add", args=[person.pk]), {"starts_on": "2025-10-01", "ends_on": "2025-10-08"})
    client.post(reverse("inspectors:link", args=[person.pk]), {"user": account.pk})
    who.refresh_from_db()
    person.refresh_from_db()
    assert (who.ban_is_permanent, person.leaves.count(), person.user) == (True, 1, account)
    assert "终生禁用" in text(client, officer, reverse("inspectors:expert", args=[who.pk]))
    client.post(reverse("inspectors:leave_cancel", args=[person.leaves.get().pk]))
    assert person.leaves.count() == 0
