import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from knox.models import AuthToken

from accounts import services
from accounts.models import AuditChange, AuditEvent, Role, RoleAssignment, User
from accounts.models.users import ADMINISTRATORS
from accounts.services import AccountRefused
from tests.factories import accounts
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def sysadmin():
    return accounts.system_administrator()


@pytest.fixture
def secadmin():
    return accounts.security_administrator()


@pytest.fixture
def officer():
    return accounts.lead_officer(password=PASSWORD)


def actions():
    return list(AuditEvent.objects.order_by("number").values_list("action", flat=True))


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_create_user_gives_a_password_for_one_sign_in(sysadmin):
    person, password = services.create_user("liuyang", "刘洋", by=sysadmin, bureau=accounts.bureau())

    assert person.check_password(password)
    assert (person.must_change_password, person.roles, actions()) == (True, frozenset(), ["accounts.create_user"])


def test_create_user_refuses_a_name_that_is_taken(sysadmin, officer):
    with pytest.raises(ValidationError) as error:
        services.create_user(officer.username, "另一人", by=sysadmin)

    assert error.value.message_dict == {"username": ["该用户名已被使用。"]}


@pytest.mark.parametrize("role", set(Role) - {Role.SYSTEM_ADMINISTRATOR})
def test_only_the_system_administrator_opens_accounts(role):
    other = accounts.user("someone", role, at="" if role in ADMINISTRATORS else "scjg:140200")

    with pytest.raises(PermissionDenied):
        services.create_user("new", "新人", by=other)


def test_edit_user_records_what_changed(sysadmin, officer):
    services.edit_user(officer, {"bureau": accounts.bureau("scjg:140900")}, by=sysadmin)

    change = AuditEvent.objects.get().changes.get()
    assert (change.fields, change.personal) == ({"bureau": ["scjg:140200", "scjg:140900"]}, None)


def test_edit_user_does_not_take_the_bureau_from_who_works_there(sysadmin, officer):
    with pytest.raises(ValidationError):
        services.edit_user(officer, {"bureau": None}, by=sysadmin)

    assert fresh(officer).bureau_id == "scjg:140200"


def test_close_user_ends_password_tokens_and_session(client, sysadmin, officer):
    AuthToken.objects.create(user=officer)
    client.force_login(officer)

    services.close_user(officer, by=sysadmin)

    assert not fresh(officer).check_password(PASSWORD)
    assert AuthToken.objects.count() == 0
    assert client.get("/accounts/profile/").status_code == 302


def test_reopened_account_does_not_bring_back_old_sessions(client, sysadmin, officer):
    client.force_login(officer)
    services.close_user(officer, by=sysadmin)
    reopened, password = services.reopen_user(officer, by=sysadmin)

    assert client.get("/accounts/profile/").status_code == 302
    assert reopened.check_password(password)
    assert actions() == ["accounts.close_user", "accounts.reopen_user"]


def test_nobody_closes_their_own_account(sysadmin):
    with pytest.raises(PermissionDenied):
        services.close_user(sysadmin, by=sysadmin)


def test_last_administrator_of_a_kind_stays(sysadmin, secadmin):
    with pytest.raises(AccountRefused) as refused:
        services.close_user(secadmin, by=sysadmin)

    assert str(refused.value) == "冯洁是唯一的安全管理员，不能停用或收回，请先另行授予。"


def test_reset_password_ends_sessions_and_must_be_changed(client, sysadmin, officer):
    client.force_login(officer)

    password = services.reset_password(officer, by=sysadmin)

    assert client.get("/accounts/profile/").status_code == 302
    client.post("/accounts/sign-in/", {"username": officer.username, "password": password})
    assert client.get("/accounts/profile/").url == "/accounts/password/"


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_system_administrator_cannot_take_an_administrators_password(sysadmin, role):
    """Otherwise the system administrator could act as security administrator or auditor."""
    other = accounts.user("other-administrator", role)

    if role == Role.SYSTEM_ADMINISTRATOR:
        assert services.reset_password(other, by=sysadmin)
    else:
        with pytest.raises(PermissionDenied):
            services.reset_password(other, by=sysadmin)


def test_change_password_wants_the_old_one(officer):
    with pytest.raises(ValidationError) as error:
        services.change_password(officer, "wrong", "Xinde-Mima-2026")

    assert error.value.message_dict == {"old": ["原密码不正确。"]}


@pytest.mark.parametrize("password", ["short", "12345678", "abcdefgh1", "password1234", "datong-officer-1", PASSWORD])
def test_change_password_refuses_weak_ones(officer, password):
    with pytest.raises(ValidationError) as error:
        services.change_password(officer, PASSWORD, password)

    assert list(error.value.message_dict) == ["new"]


@pytest.mark.parametrize("password", ["Ab3#efgh", "yi er san si wu liu qi", "春眠不觉晓处处闻啼鸟夜来"])
def test_change_password_takes_strong_ones(officer, password):
    services.change_password(officer, PASSWORD, password)

    assert fresh(officer).check_password(password)
    assert actions() == ["accounts.change_password"]


def test_changed_password_ends_the_other_sessions_but_not_this_one(officer):
    from django.test import Client

    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(officer)
    here.post("/accounts/password/", {"old": PASSWORD, "new": "Xinde-Mima-2026", "again": "Xinde-Mima-2026"})

    assert here.get("/accounts/profile/").status_code == 200
    assert elsewhere.get("/accounts/profile/").status_code == 302


def test_grant_role_by_the_security_administrator(secadmin, officer):
    services.grant_role(officer, Role.LEAD_APPROVER, by=secadmin)

    assert fresh(officer).roles == {Role.LEAD_OFFICER, Role.LEAD_APPROVER}
    assert AuditEvent.objects.get().facts == {"role": "lead_approver"}


@pytest.mark.parametrize("role", set(Role) - {Role.SECURITY_ADMINISTRATOR})
def test_nobody_else_grants_roles(officer, role):
    other = accounts.user("someone", role, at="" if role in ADMINISTRATORS else "scjg:140200")

    with pytest.raises(PermissionDenied):
        services.grant_role(officer, Role.LEAD_APPROVER, by=other)


def test_nobody_grants_a_role_to_themselves(secadmin):
    with pytest.raises(PermissionDenied):
        services.grant_role(secadmin, Role.AUDITOR, by=secadmin)


TWO_ADMINISTRATORS = "系统管理员、安全管理员、审计管理员须由不同人员担任，一人不能兼任两个管理员角色。"
NO_BUSINESS = "管理员不办理业务：管理员角色与业务角色不能由同一人担任。"


@pytest.mark.parametrize(
    ("held", "wanted", "reason"),
    [
        (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, TWO_ADMINISTRATORS),
        (Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR, TWO_ADMINISTRATORS),
        (Role.AUDITOR, Role.SECURITY_ADMINISTRATOR, TWO_ADMINISTRATORS),
        (Role.AUDITOR, Role.LEAD_OFFICER, NO_BUSINESS),
        (Role.LEAD_OFFICER, Role.AUDITOR, NO_BUSINESS),
        (Role.LEAD_OFFICER, Role.LEAD_OFFICER, "人已有“牵头单位经办人”角色。"),
        (Role.LEAD_OFFICER, Role.INSTITUTION_CLERK, "机关单位人员不能担任检验检测机构的角色。"),
        (Role.INSTITUTION_CLERK, Role.INSPECTOR, "检验检测机构人员不能担任机关单位的角色。"),
    ],
)
def test_roles_that_cannot_be_held_together(secadmin, held, wanted, reason):
    person = accounts.user("person", held, name="人")

    with pytest.raises(AccountRefused) as refused:
        services.grant_role(person, wanted, by=secadmin)

    assert str(refused.value) == reason
    assert fresh(person).roles == {held}


def test_bureau_roles_need_a_bureau(secadmin):
    person = accounts.user("person", name="人")

    with pytest.raises(AccountRefused) as refused:
        services.grant_role(person, Role.INSPECTOR, by=secadmin)

    assert str(refused.value) == "“执法检查人员”须有所在单位，请先由系统管理员填写该用户的所在单位。"


@pytest.mark.parametrize("first", ADMINISTRATORS)
@pytest.mark.parametrize("second", ADMINISTRATORS)
def test_database_refuses_two_administrator_roles(first, second):
    person = accounts.user("person", first)

    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.create(user=person, role=second)


def test_revoked_role_ends_at_once(client, secadmin):
    auditor = accounts.auditor()
    accounts.auditor("second-auditor")
    client.force_login(auditor)
    AuthToken.objects.create(user=auditor)
    assert client.get("/accounts/audit/").status_code == 200

    services.revoke_role(auditor, Role.AUDITOR, by=secadmin)

    assert client.get("/accounts/audit/").status_code == 302
    assert AuthToken.objects.count() == 0
    client.force_login(auditor)
    assert client.get("/accounts/audit/").status_code == 403


def test_last_auditor_cannot_be_revoked(secadmin):
    auditor = accounts.auditor()

    with pytest.raises(AccountRefused):
        services.revoke_role(auditor, Role.AUDITOR, by=secadmin)


def test_token_is_shown_once_and_recorded_without_its_text(officer):
    token, text = services.create_token(30, by=officer)

    assert text.startswith(token.token_key)
    facts = AuditEvent.objects.get().facts
    assert facts == {"token": token.token_key[:8], "days": 30}


def test_sixth_token_is_refused(officer):
    for _ in range(5):
        services.create_token(30, by=officer)

    with pytest.raises(AccountRefused):
        services.create_token(30, by=officer)


def test_install_administrators_only_once():
    people = {role: (f"{role}", role.label) for role in ADMINISTRATORS}
    services.install_administrators(people, PASSWORD)

    with pytest.raises(AccountRefused):
        services.install_administrators(people, PASSWORD)
    assert {user.username: user.roles for user in User.objects.all()} == {f"{role}": {role} for role in ADMINISTRATORS}


def test_visible_accounts_are_ones_own_but_for_administrators(sysadmin, secadmin, officer):
    auditor = accounts.auditor()
    everybody = {sysadmin, secadmin, auditor, officer}

    seen = {person.username: set(User.objects.visible_to(person)) for person in everybody}

    assert seen == {
        "sysadmin": everybody,
        "secadmin": everybody,
        "auditor": everybody,
        "datong-officer": {officer},
    }


def test_visible_events_are_the_auditors(sysadmin, secadmin, officer):
    services.create_user("new", "新人", by=sysadmin)
    auditor = accounts.auditor()

    seen = {
        person.username: AuditEvent.objects.visible_to(person).count()
        for person in (sysadmin, secadmin, officer, auditor)
    }

    assert seen == {"sysadmin": 0, "secadmin": 0, "datong-officer": 0, "auditor": 1}


def test_create_bureau_takes_its_code_from_department_and_region(sysadmin):
    values = {"name": "云冈区市场监督管理局", "short_name": "云冈区局"}

    bureau = services.create_bureau(accounts.department(), accounts.region("140214"), values, by=sysadmin)

    assert (bureau.code, actions()) == ("scjg:140214", ["accounts.create_bureau"])


def test_second_bureau_of_a_department_in_a_region_is_refused(sysadmin):
    accounts.bureau()

    with pytest.raises(ValidationError):
        services.create_bureau(
            accounts.department(), accounts.region(), {"name": "另一局", "short_name": "另局"}, by=sysadmin
        )


def test_change_email_is_recorded_as_personal_and_checked(officer):
    services.change_email(officer, "qiming@example.cn")
    with pytest.raises(ValidationError):
        services.change_email(officer, "no address")

    officer.refresh_from_db()
    change = AuditChange.objects.latest("pk")
    assert (officer.email, change.fields, change.personal) == (
        "qiming@example.cn", {}, {"email": ["", "qiming@example.cn"]},
    )  # fmt: skip
