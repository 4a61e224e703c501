"""The pages of accounts, asked for as a browser does."""

import io

import pytest
from django.db import connection
from openpyxl import load_workbook

from accounts import audit, guards, services
from accounts.models import AuditEvent, Bureau, Role, User
from tests.factories import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def sysadmin(client):
    user = accounts.system_administrator()
    client.force_login(user)
    return user


@pytest.fixture
def secadmin(client):
    user = accounts.security_administrator()
    client.force_login(user)
    return user


@pytest.fixture
def auditor(client):
    user = accounts.auditor()
    client.force_login(user)
    return user


def test_new_account_shows_its_first_password_once(client, sysadmin):
    answer = client.post("/accounts/users/new/", {"username": "liuyang", "name": "刘洋", "phone": "", "bureau": ""})

    password = answer.context["password"]
    assert password in answer.content.decode()
    assert User.objects.get(username="liuyang").check_password(password)
    assert "no-store" in answer.headers["Cache-Control"]


def test_new_account_keeps_what_was_typed_when_refused(client, sysadmin):
    answer = client.post("/accounts/users/new/", {"username": "sysadmin", "name": "刘洋"})

    assert answer.context["form"].errors == {"username": ["该用户名已被使用。"]}
    assert 'value="刘洋"' in answer.content.decode()


def test_user_list_filters_by_role_bureau_state_and_text(client, sysadmin):
    officer = accounts.lead_officer(name="张启明")
    accounts.lead_officer("closed-officer", name="李文博", is_active=False)

    found = {
        query: [row.record.username for row in client.get(f"/accounts/users/?{query}").context["table"].rows]
        for query in ("role=lead_officer", "bureau=scjg:140200&state=1", "state=0", "q=启明")
    }

    assert found == {
        "role=lead_officer": ["closed-officer", officer.username],
        "bureau=scjg:140200&state=1": [officer.username],
        "state=0": ["closed-officer"],
        "q=启明": [officer.username],
    }


@pytest.mark.parametrize("path", ["/accounts/users/", "/accounts/bureaus/", "/accounts/regions/"])
def test_lists_ask_the_database_as_often_for_many_rows_as_for_few(
    client, sysadmin, path, django_assert_max_num_queries
):
    client.get(path)  # the first request of a session also writes it
    counts = []
    for number in (1, 30):
        for _ in range(number):
            accounts.lead_officer(f"officer-{number}-{User.objects.count()}")
        with django_assert_max_num_queries(12) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_audit_list_asks_the_database_as_often_for_many_rows_as_for_few(client, auditor, django_assert_max_num_queries):
    client.get("/accounts/audit/")  # the first request of a session also writes it
    counts = []
    for number in (1, 30):
        for _ in range(number):
            audit.record("accounts.edit_user", auditor, by=auditor)
        with django_assert_max_num_queries(12) as queries:
            assert client.get("/accounts/audit/").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_list_answers_htmx_with_its_rows_only(client, sysadmin):
    content = client.get("/accounts/users/", headers={"HX-Request": "true"}).content.decode()

    assert "sysadmin" in content
    assert "<html" not in content


def test_grant_and_revoke_on_the_users_page(client, secadmin):
    officer = accounts.lead_officer()
    client.post(f"/accounts/users/{officer.pk}/roles/", {"role": "lead_approver"})
    assert User.objects.get(pk=officer.pk).roles == {Role.LEAD_OFFICER, Role.LEAD_APPROVER}

    client.post(f"/accounts/users/{officer.pk}/roles/lead_officer/revoke/")

    assert User.objects.get(pk=officer.pk).roles == {Role.LEAD_APPROVER}


def test_refused_role_is_explained_on_the_page(client, secadmin):
    auditor = accounts.auditor()

    answer = client.post(f"/accounts/users/{auditor.pk}/roles/", {"role": "system_administrator"})

    assert "一人不能兼任两个管理员角色" in answer.content.decode()


def test_roles_on_offer_are_those_that_can_be_granted(client, secadmin):
    auditor = accounts.auditor()

    assert client.get(f"/accounts/users/{auditor.pk}/").context["grantable"] == []


def test_close_asks_first_and_then_closes(client, sysadmin):
    officer = accounts.lead_officer(name="张启明")
    url = f"/accounts/users/{officer.pk}/close/"

    assert "张启明" in client.get(url).content.decode()
    client.post(url)

    assert not User.objects.get(pk=officer.pk).is_active


def test_new_bureau_and_its_page(client, sysadmin):
    accounts.department()
    accounts.region("140214")
    values = {"department": "scjg", "region": "140214", "name": "云冈区市场监督管理局", "short_name": "云冈区局"}

    answer = client.post("/accounts/bureaus/new/", values)

    assert answer.url == "/accounts/bureaus/scjg:140214/"
    assert "云冈区市场监督管理局" in client.get(answer.url).content.decode()


def test_new_zone_gets_a_code_of_its_own(client, sysadmin):
    accounts.region()
    values = {"code": "140299", "name": "大同经开区", "level": "county", "kind": "zone", "parent": "140200"}

    assert client.post("/accounts/regions/new/", values).url == "/accounts/regions/140299/"


def test_event_page_words_the_change_and_hides_personal_values(client, auditor):
    admin, officer = accounts.system_administrator(), accounts.lead_officer()
    accounts.bureau("scjg:140900")
    services.edit_user(officer, {"phone": "0352-7654321", "bureau": Bureau.objects.get(code="scjg:140900")}, by=admin)

    content = client.get(f"/accounts/audit/{AuditEvent.objects.get().number}/").content.decode()

    assert "大同市市场监督管理局（scjg:140200）" in content
    assert "忻州市市场监督管理局（scjg:140900）" in content
    assert "联系电话" in content
    assert "0352-7654321" not in content


def test_audit_filters(client, auditor):
    admin, officer = accounts.system_administrator(), accounts.lead_officer()
    services.edit_user(officer, {"phone": "0352-1"}, by=admin)
    audit.record("jobs.cancel", accounts.region(), by=officer)

    def numbers(query):
        return [row.record.number for row in client.get(f"/accounts/audit/?{query}").context["table"].rows]

    queries = ["person=韩东", "action=jobs.cancel", "subject=accounts.user", "until=2000-01-01", "since=2000-01-01"]
    assert [numbers(query) for query in queries] == [[1], [2], [1], [], [2, 1]]


def test_verify_says_how_much_is_whole(client, auditor):
    for _ in range(3):
        audit.record("accounts.edit_user", auditor, by=auditor)

    assert "第 1—3 条完整" in client.post("/accounts/audit/verify/").content.decode()


def test_verify_names_what_was_changed(client, auditor):
    for _ in range(3):
        audit.record("accounts.edit_user", auditor, by=auditor)
    with guards.lifted(connection):
        AuditEvent.objects.filter(number=2).update(action="accounts.other")

    content = client.post("/accounts/audit/verify/").content.decode()

    assert "发现 1 处异常" in content
    assert "内容与摘要不符" in content


def test_export_holds_what_is_filtered_and_is_recorded(client, auditor):
    audit.record("accounts.edit_user", auditor, by=auditor)
    audit.record("jobs.cancel", accounts.region(), by=auditor)

    answer = client.get("/accounts/audit/export/?action=jobs.cancel")

    rows = [row for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True) if row[0] == 2]
    assert [(row[2], row[5]) for row in rows] == [("杨慎", "行政区划")]
    assert AuditEvent.objects.latest("number").action == "accounts.export_trail"


def test_token_is_shown_once_and_works_until_revoked(client):
    client.force_login(accounts.lead_officer())
    text = client.post("/accounts/tokens/", {"days": 30}).context["text"]

    assert text not in client.get("/accounts/tokens/").content.decode()
    client.post(f"/accounts/tokens/{text[:15]}/revoke/")
    assert list(client.get("/accounts/tokens/").context["tokens"]) == []


def test_workbench_says_why_it_is_empty_for_each_role(client):
    for role in Role:
        client.force_login(accounts.user(role.value, role, at="scjg:140200"))

        context = client.get("/workbench/").context

        assert context["todos"] or context["why_nothing"]


def test_workbench_of_the_security_administrator_lists_accounts_without_role(client, secadmin):
    accounts.user("new", name="新来")

    assert [todo.text for todo in client.get("/workbench/").context["todos"]] == ["账号“新来”（new）尚未授予角色"]


def test_account_without_role_reaches_the_workbench_and_nothing_else(client):
    client.force_login(accounts.user("new"))

    assert client.get("/workbench/").context["why_nothing"] == ["您的账号尚未授予角色，请联系安全管理员。"]
    assert client.get("/accounts/users/").status_code == 403
