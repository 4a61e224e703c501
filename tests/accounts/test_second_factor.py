"""The one-time code beside the password: who needs it, when it is good, what happens when the telephone is lost."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts import one_time
from accounts.models import AuditEvent, RecoveryCode, Role, SecondFactor, Session
from accounts.services import second_factor
from tests.factories import accounts
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db
SIGN_IN, CODE, OWN = "/accounts/sign-in/", "/accounts/sign-in/code/", "/accounts/second-factor/"
HOME = "/workbench/"
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture(autouse=True)
def standing_clock():
    """In the middle of a step, so that none ends during a test."""
    now = timezone.now()
    with time_machine.travel(now.replace(second=now.second // 30 * 30 + 15), tick=False):
        yield


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_ROLES = frozenset({Role.LEAD_APPROVER})


@pytest.fixture
def approver():
    return accounts.user("approver", Role.LEAD_APPROVER, at="scjg:140200", password=PASSWORD)


def give_factor(user):
    """The secret in the telephone and the recovery codes on paper."""
    secret = one_time.new_secret()
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        codes = second_factor.set_up(user, secret, shown(secret))
    return secret, codes


def shown(secret, late=0):
    """What the telephone shows, `late` steps behind our clock."""
    return one_time.code_at(secret, one_time.current_step() - late)


def give_password(client, user, **more):
    return client.post(SIGN_IN, {"username": user.username, "password": PASSWORD, **more})


def give_code(client, code, **more):
    return client.post(CODE, {"code": code, **more})


def words(answer):
    return "".join(answer.context["form"].non_field_errors())


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(second, code):
    assert one_time.code_at(RFC_SECRET, second // 30) == code


def test_password_alone_does_not_sign_in(client, approver):
    secret, _ = give_factor(approver)

    assert give_password(client, approver, next="/files/").url == f"{CODE}?next=%2Ffiles%2F"
    assert client.get(HOME).url == f"{SIGN_IN}?next={HOME}"
    assert give_code(client, shown(secret), next="/files/").url == "/files/"

    assert client.get(HOME).status_code == 200
    assert AuditEvent.objects.get(action="accounts.sign_in").facts == {"second_factor": "code"}
    assert secret not in str(SecondFactor.objects.values())


def test_code_is_good_one_step_early_or_late_and_only_once(approver):
    secret, _ = give_factor(approver)
    outcomes = {}
    for late in (2, 1, 0, 0, 1, -1, -2):
        client = Client()
        give_password(client, approver)
        outcomes.setdefault(late, []).append(give_code(client, shown(secret, late)).status_code == 302)

    assert outcomes == {2: [False], 1: [True, False], 0: [True, False], -1: [True], -2: [False]}


def test_wrong_codes_lock_the_account_like_wrong_passwords(client, approver):
    secret, _ = give_factor(approver)
    give_password(client, approver)
    for _ in range(5):
        assert words(give_code(client, "000000")) == second_factor.WRONG_CODE

    assert words(give_code(client, shown(secret))).startswith("连续登录失败次数过多")
    assert words(give_password(Client(), approver)).startswith("连续登录失败次数过多")


def test_code_is_asked_for_five_minutes_and_for_nobody_else(client, approver):
    secret, _ = give_factor(approver)
    assert client.get(CODE).url == SIGN_IN
    give_password(client, approver)

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert give_code(client, shown(secret)).url == SIGN_IN
    approver.is_active = False
    approver.save()
    assert give_code(client, shown(secret)).url == SIGN_IN
    assert give_code(Client(), shown(secret)).url == SIGN_IN


def test_recovery_code_stands_in_once(approver):
    _, codes = give_factor(approver)
    desk, phone = Client(), Client()
    for client in (desk, phone):
        give_password(client, approver)

    assert give_code(desk, f" {codes[0].lower()} ").status_code == 302
    assert words(give_code(phone, codes[0])) == second_factor.WRONG_CODE

    assert AuditEvent.objects.get(action="accounts.use_recovery_code").facts == {"left": 7}
    assert codes[1].replace("-", "") not in str(RecoveryCode.objects.values())


def test_who_must_have_one_is_led_to_set_it_up_and_sees_the_recovery_codes_once(client, approver, required):
    assert give_password(client, approver).url == HOME
    assert client.get(HOME).url == OWN
    page = client.get(OWN)
    secret = page.context["secret"].replace(" ", "")
    assert page.context["picture"].startswith("data:image/svg+xml")
    assert client.get(OWN).context["secret"].replace(" ", "") == secret
    assert "动态口令不正确" in words(client.post(OWN, {"code": "000000"}))

    done = client.post(OWN, {"code": shown(secret)})

    codes = done.context["codes"]
    assert len(codes) == 8
    assert all(re.fullmatch(r"\w{4}-\w{4}-\w{4}", code) for code in codes)
    assert "no-store" in done.headers["Cache-Control"]
    assert client.get(HOME).status_code == 200
    assert codes[0] not in client.get(OWN).content.decode()
    assert AuditEvent.objects.latest("number").action == "accounts.set_up_second_factor"


def test_others_may_have_one_and_give_it_up(client, required):
    officer = accounts.lead_officer(password=PASSWORD)
    give_password(client, officer)
    assert client.get(HOME).status_code == 200
    secret = client.get(OWN).context["secret"].replace(" ", "")
    with time_machine.travel(timezone.now() - timedelta(minutes=10)):
        client.post(OWN, {"code": shown(secret)})

    assert words(client.post(f"{OWN}remove/", {"code": "000000"})) == second_factor.WRONG_CODE
    assert client.post(f"{OWN}remove/", {"code": shown(secret)}).status_code == 302

    assert not SecondFactor.objects.exists()


def test_who_must_have_one_cannot_give_it_up_but_renews_the_recovery_codes(client, approver, required):
    secret, former = give_factor(approver)
    give_password(client, approver)
    give_code(client, shown(secret, 1))

    assert words(client.post(f"{OWN}remove/", {"code": shown(secret)})).startswith("您的角色须使用两步验证")
    renewed = client.post(f"{OWN}codes/", {"code": shown(secret, -1)}).context["codes"]

    client.logout()
    give_password(client, approver)
    assert words(give_code(client, former[0])) == second_factor.WRONG_CODE
    assert give_code(client, renewed[0]).status_code == 302


def test_session_from_before_the_role_must_show_a_code(client, approver, settings):
    secret, _ = give_factor(approver)
    client.force_login(approver)
    settings.SECOND_FACTOR_ROLES = frozenset({Role.LEAD_APPROVER})

    assert client.get(HOME).url == OWN
    assert client.get(OWN).url == CODE
    assert give_code(client, shown(secret)).status_code == 302
    assert client.get(HOME).status_code == 200


def test_open_session_of_somebody_else_does_not_set_it_up(client, approver, required):
    give_password(client, approver)
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        assert client.get(OWN).url == SIGN_IN
    assert not Session.objects.filter(user=approver).exists()


def test_security_administrator_resets_it_for_who_lost_the_telephone(client, approver):
    give_factor(approver)
    signed_in = Client()
    signed_in.force_login(approver)
    AuthToken.objects.create(user=approver)
    secadmin = accounts.security_administrator()
    client.force_login(secadmin)

    client.post(f"/accounts/users/{approver.pk}/second-factor/reset/")

    event = AuditEvent.objects.latest("number")
    assert (event.action, event.actor) == ("accounts.reset_second_factor", secadmin)
    assert (SecondFactor.objects.count(), RecoveryCode.objects.count(), AuthToken.objects.count()) == (0, 0, 0)
    assert signed_in.get(HOME).status_code == 302
    assert client.post(f"/accounts/users/{secadmin.pk}/second-factor/reset/").status_code == 403


def test_command_resets_it_for_the_last_security_administrator(capsys):
    secadmin = accounts.security_administrator(password=PASSWORD)
    give_factor(secadmin)

    call_command("reset_second_factor", secadmin.username)

    event = AuditEvent.objects.latest("number")
    assert (event.action, event.actor, SecondFactor.objects.count()) == ("accounts.reset_second_factor", None, 0)
    for username in (secadmin.username, "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", username)


def test_token_for_the_api_needs_the_code_too(approver, required):
    def ask(**more):
        return APIClient().post("/api/token/", {"username": approver.username, "password": PASSWORD, **more})

    assert ask().json()["detail"] == "请先在网页上登录并设置两步验证。"
    secret, _ = give_factor(approver)
    assert (ask().status_code, ask(code="000000").status_code) == (401, 401)
    assert ask(code=shown(secret)).status_code == 201
    assert ask(code=shown(secret)).status_code == 401
