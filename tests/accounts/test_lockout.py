"""The sixth try waits: by account, by address behind a counted number of proxies, wherever a password is asked."""

import re
from datetime import timedelta
from typing import ClassVar

import pytest
import time_machine
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services
from accounts.addresses import address_of, digest_of, shortened
from accounts.models import AuditChange, AuditEvent, SignInAttempt
from accounts.services import AccountRefused
from accounts.services.lockout import drop_old_attempts, open_attempt
from tests.factories import accounts
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db
URL = "/accounts/sign-in/"
LOCKED = re.compile(r"连续登录失败次数过多，请 \d+ 分钟后再试（\d\d:\d\d 以后）。")


@pytest.fixture
def officer():
    return accounts.lead_officer(password=PASSWORD)


def words_for(client, username, password, **headers):
    """What the page says instead of signing in; empty when it signs in."""
    answer = client.post(URL, {"username": username, "password": password}, **headers)
    return "" if answer.status_code == 302 else "".join(answer.context["form"].non_field_errors())


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "", "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (1, "", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "10.0.0.2", "192.0.2.1"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_address_is_found_behind_the_counted_proxies_alone(settings, proxies, forwarded, found):
    settings.TRUSTED_PROXIES = proxies
    more = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert address_of(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", **more)) == found


def test_addresses_are_shortened_for_people_and_counted_by_network():
    assert [shortened(each) for each in ("203.0.113.9", "2001:db8:1:2::7", "")] == [
        "203.0.113.*",
        "2001:0db8:0001:*",
        "",
    ]
    assert digest_of("2001:db8:1:2::7") == digest_of("2001:db8:1:2:ffff::1") != digest_of("2001:db8:1:3::7")


def test_sixth_try_is_locked_although_each_names_another_address(client, officer, settings):
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        words_for(client, officer.username, "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 203.0.113.{number}")

    assert LOCKED.fullmatch(words_for(client, officer.username, PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.99"))
    actions = AuditEvent.objects.order_by("number").values_list("action", flat=True)
    assert list(actions) == ["accounts.sign_in_refused"] * 5 + ["accounts.lock_user"]


def test_one_address_is_locked_after_many_failures_at_different_accounts(client, officer, settings):
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 8
    for number in range(8):
        words_for(client, f"guess-{number}", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")

    assert LOCKED.fullmatch(words_for(client, officer.username, PASSWORD))
    assert words_for(client, officer.username, PASSWORD, REMOTE_ADDR="192.0.2.8") == ""


def test_password_page_token_and_confirmation_count_together(client, officer):
    words_for(client, officer.username, "wrong")
    words_for(client, officer.username, "wrong")
    for _ in range(2):
        APIClient().post("/api/token/", {"username": officer.username, "password": "wrong"})
    with pytest.raises(AccountRefused):
        services.confirm_password(officer, "wrong")

    with pytest.raises(AccountRefused) as refused:
        services.confirm_password(officer, PASSWORD)
    assert LOCKED.fullmatch(str(refused.value))
    assert LOCKED.fullmatch(words_for(client, officer.username, PASSWORD))


def test_attempts_at_the_same_moment_count_before_any_of_them_is_judged(officer):
    for _ in range(5):
        open_attempt(officer)

    with pytest.raises(AccountRefused):
        open_attempt(officer)
    assert SignInAttempt.objects.count() == 5


def test_waiting_is_not_prolonged_by_trying_and_does_not_outlast_a_wrong_clock(client, officer):
    start = timezone.now()
    with time_machine.travel(start + timedelta(days=2), tick=False):
        for _ in range(5):
            words_for(client, officer.username, "wrong")
    with time_machine.travel(start, tick=False):
        for _ in range(4):
            words_for(client, officer.username, "wrong")
        assert words_for(client, officer.username, "wrong").startswith("用户名或密码不正确")
    for minutes, locked in ((5, True), (9, True), (11, False)):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert bool(LOCKED.fullmatch(words_for(client, officer.username, PASSWORD))) is locked


def test_security_administrator_unlocks(client, officer):
    secadmin = accounts.security_administrator()
    for _ in range(5):
        words_for(client, officer.username, "wrong")
    client.force_login(secadmin)
    page = f"/accounts/users/{officer.pk}/"
    assert "已锁定" in client.get(page).content.decode()

    client.post(f"{page}unlock/")

    assert "未锁定" in client.get(page).content.decode()
    event = AuditEvent.objects.get(action="accounts.unlock_user")
    assert (event.actor, event.subject_id) == (secadmin, str(officer.pk))
    client.logout()
    assert words_for(client, officer.username, PASSWORD) == ""


def test_address_stands_in_the_trail_among_personal_values_and_nowhere_else(client, officer):
    words_for(client, officer.username, "wrong", REMOTE_ADDR="203.0.113.9")

    assert AuditChange.objects.get().personal == {"address": [None, "203.0.113.9"]}
    assert "203.0.113" not in str(SignInAttempt.objects.values().get())
    assert AuditEvent.objects.get().facts == {}


def test_old_attempts_are_dropped(officer):
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        open_attempt(officer)
    kept = open_attempt(officer)

    assert drop_old_attempts() == 1
    assert SignInAttempt.objects.get() == kept


class CountingHasher(PBKDF2PasswordHasher):
    """Django's own, which notes what was hashed: nearly all the time that an attempt takes."""

    iterations = 1
    hashed: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        self.hashed.append(password)
        return super().encode(password, salt, iterations)


def test_unknown_and_closed_names_are_hashed_as_often_as_known_ones(client, officer, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    officer.set_password(PASSWORD)
    officer.save()
    accounts.lead_officer("closed-officer", password=PASSWORD, is_active=False)

    for username in (officer.username, "nobody", "closed-officer"):
        CountingHasher.hashed.clear()
        words_for(client, username, "wrong")
        assert CountingHasher.hashed == ["wrong"]
