"""Tokens: given for a name and a password, enough for every request, gone once revoked."""

from datetime import timedelta

import pytest
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import AuditEvent, User
from tests.factories import accounts

pytestmark = pytest.mark.django_db
CREDENTIALS = {"username": "datong-officer", "password": accounts.PASSWORD}
NO_TOKEN = {"detail": "令牌无效或已过期，或账号已停用。"}


@pytest.fixture
def officer() -> User:
    return accounts.lead_officer(password=accounts.PASSWORD)


def ask_for_token(**changes: object):
    return APIClient().post("/api/token/", CREDENTIALS | changes)


def test_token_is_given_for_name_and_password_and_opens_the_api(officer):
    answer = ask_for_token(days=7)

    assert answer.status_code == 201
    assert AuthToken.objects.get().expiry - timezone.now() > timedelta(days=6, hours=23)
    client = APIClient()
    assert client.get("/api/domains/").status_code == 401
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    assert client.get("/api/domains/").json() == {"count": 0, "next": None, "previous": None, "results": []}
    assert AuditEvent.objects.first().action == "accounts.create_token"


def test_wrong_password_unknown_and_closed_account_answer_alike(officer):
    wrong = ask_for_token(password="nonsense-9-X")
    unknown = ask_for_token(username="nobody")
    User.objects.update(is_active=False)
    closed = ask_for_token()

    assert {answer.status_code for answer in (wrong, unknown, closed)} == {401}
    assert wrong.json() == unknown.json() == closed.json() == {"detail": "用户名或密码不正确，或账号已停用。"}


def test_account_is_locked_after_five_failures_in_a_row(officer):
    for _ in range(5):
        ask_for_token(password="nonsense-9-X")

    assert ask_for_token().json()["detail"].startswith("连续登录失败次数过多，请 10 分钟后再试")
    assert AuthToken.objects.count() == 0


def test_asking_too_often_is_throttled(officer):
    answers = [ask_for_token(username=f"somebody-{number}") for number in range(31)]

    assert [answer.status_code for answer in answers] == [401] * 30 + [429]
    assert answers[-1].json() == {"detail": "请求过于频繁，请稍后再试。"}


def test_first_password_gives_no_token_and_old_token_waits_for_the_change(officer, program):
    client = program(officer)
    User.objects.update(must_change_password=True)

    assert ask_for_token().json() == {"detail": "请先在网页上登录并修改密码。"}
    assert client.get("/api/domains/").status_code == 403


def test_sixth_token_is_refused(officer):
    for _ in range(5):
        assert ask_for_token().status_code == 201

    answer = ask_for_token()

    assert (answer.status_code, answer.json()) == (409, {"detail": "每人最多 5 个令牌，请先作废不用的令牌。"})


def test_revoked_token_opens_nothing(officer, program):
    client = program(officer)

    assert client.delete("/api/token/").status_code == 204
    assert (client.get("/api/domains/").status_code, client.get("/api/domains/").json()) == (401, NO_TOKEN)


def test_expired_token_and_token_of_a_closed_account_open_nothing(officer, program):
    client = program(officer)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/domains/").json() == NO_TOKEN
    other = program(officer)
    User.objects.update(is_active=False)
    assert other.get("/api/domains/").json() == NO_TOKEN


def test_session_is_accepted_but_only_writes_with_csrf(officer):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(officer)

    assert client.get("/api/domains/").status_code == 200
    answer = client.post("/api/institutions/", {})
    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "CSRF 校验失败：用网页会话调用时须带上 X-CSRFToken。"},
    )
    assert client.get("/api/domains/").headers["Cache-Control"] == "private, no-store"
