"""The profile of 等保: what is easily guessed, used before, too old, or was given once and never used."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services
from accounts.models import FormerPassword
from accounts.passwords import longest_walk
from accounts.services.signing_in import VOID
from tests.factories import accounts
from tests.factories.accounts import PASSWORD

SIGN_IN, OWN, HOME = "/accounts/sign-in/", "/accounts/password/", "/workbench/"


@pytest.fixture
def officer(db):
    return accounts.lead_officer(password=PASSWORD)


def is_taken(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "password",
    [
        "Aa123456789", "Admin@123456", "P@ssw0rd2025", "LianChou-2025", "Shanxi@2025!", "Datong-2025-01", "Woaini5201314",
        "1qaz@WSX3edc", "qwertyuiop12", "Qwertyuiop!1", "abcdefgh1234", "aaaaaaaaaaaa", "Scjg@140200", "zhongguo-2026", "联抽2026联抽2026",
        "市场监督管理局12345", "98765432100a", "Wodemima@123", "Mnbvcxz!lkjhgf",
    ],
)  # fmt: skip
def test_password_that_people_here_choose_is_refused(password, settings):
    settings.PRODUCTION = True  # elsewhere the demo has its own password

    assert not is_taken(password)


@pytest.mark.parametrize(
    "password",
    [
        "Qingfeng-Mingyue-7", "Ab3#efgh", "yi er san si wu liu qi", "春眠不觉晓处处闻啼鸟夜来", "Kt9-datong-Rm4x",
        "horse-battery-staple", "asdfgh-Lvyou-82-Xunlu", "wozai-taiyuan-chifan", "7fK2-mQ9x-Tz4R",
    ],
)  # fmt: skip
def test_password_that_is_hard_to_guess_is_taken(password):
    assert is_taken(password)


def test_walks_are_measured_forwards_backwards_and_in_place():
    assert [longest_walk(each) for each in ("qwerty", "poiuyt7", "1111111", "qwert", "xx123456yy654321", "")] == [
        6, 6, 7, 0, 12, 0,
    ]  # fmt: skip


def test_last_passwords_are_refused_and_older_ones_forgotten(officer, settings):
    settings.PASSWORD_HISTORY = 2
    for old, new in ((PASSWORD, "Lvyou-Heshan-1"), ("Lvyou-Heshan-1", "Lvyou-Heshan-2")):
        services.change_password(officer, old, new)

    for former in (PASSWORD, "Lvyou-Heshan-1"):
        with pytest.raises(ValidationError) as refused:
            services.change_password(officer, "Lvyou-Heshan-2", former)
        assert refused.value.message_dict == {"new": ["不能使用最近 2 次用过的密码。"]}

    services.change_password(officer, "Lvyou-Heshan-2", "Lvyou-Heshan-3")
    services.change_password(officer, "Lvyou-Heshan-3", PASSWORD)
    assert FormerPassword.objects.filter(user=officer).count() == 2
    assert "Heshan" not in str(FormerPassword.objects.values())


def test_old_password_leads_to_the_page_where_it_is_changed(client, officer, settings):
    settings.PASSWORD_MAX_DAYS = 90
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        client.post(SIGN_IN, {"username": officer.username, "password": PASSWORD})
        assert client.get(HOME).url == OWN
        assert "密码已到期" in client.get(OWN).content.decode()
        token = APIClient().post("/api/token/", {"username": officer.username, "password": PASSWORD})
        assert (token.status_code, token.json()["detail"]) == (401, "请先在网页上登录并修改密码。")

        client.post(OWN, {"old": PASSWORD, "new": "Lvyou-Heshan-1", "again": "Lvyou-Heshan-1"})
        assert client.get(HOME).status_code == 200


def test_passwords_do_not_age_where_it_is_off(client, officer):
    with time_machine.travel(timezone.now() + timedelta(days=1000)):
        client.post(SIGN_IN, {"username": officer.username, "password": PASSWORD})
        assert client.get(HOME).status_code == 200


def test_one_time_password_that_nobody_used_is_void_after_some_days(client, officer, settings):
    settings.INITIAL_PASSWORD_DAYS = 7
    password = services.reset_password(officer, by=accounts.system_administrator())
    for days, words in ((8, [VOID]), (6, None)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            answer = client.post(SIGN_IN, {"username": officer.username, "password": password})
            assert (answer.context["form"].non_field_errors() if answer.context else None) == words

    assert client.get(HOME).url == OWN
