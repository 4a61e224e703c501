"""Where one is signed in: listed, ended one by one or all at once, and kept under digests of the keys."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from accounts.devices import device_in_words
from accounts.models import AuditEvent, Session
from accounts.sessions import SessionStore, digest_of
from accounts.tasks import forget_old_sign_ins
from tests.factories import accounts
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db
HOME = "/workbench/"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile MicroMessenger/8.0"


@pytest.fixture
def officer():
    return accounts.lead_officer(password=PASSWORD)


def signed_in(user, agent=CHROME, address="203.0.113.9"):
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    client.post("/accounts/sign-in/", {"username": user.username, "password": PASSWORD})
    return client


def key_of(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def works(client):
    return client.get(HOME).status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Windows · Chrome"),
        (CHROME + " Edg/140.0", "Windows · Edge"),
        (WECHAT, "iPhone · 微信"),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36 DingTalk/7.5",
            "安卓 · 钉钉",
        ),
        ("", "未知设备"),
    ],
)
def test_device_is_said_in_two_words(agent, words):
    assert device_in_words(agent) == words


def test_profile_lists_each_session_and_the_table_holds_no_key(officer):
    desk = signed_in(officer)
    signed_in(officer, WECHAT, "198.51.100.7")

    page = desk.get("/accounts/profile/").content.decode()

    assert all(
        words in page for words in ("Windows · Chrome", "203.0.113.*", "iPhone · 微信", "198.51.100.*", "当前登录")
    )
    assert "203.0.113.9" not in page
    row = Session.objects.get(session_key=digest_of(key_of(desk)))
    assert (row.user, row.way) == (officer, "password")
    assert key_of(desk) not in str(Session.objects.values())


def test_one_session_is_ended_and_only_ones_own(officer):
    desk, phone = signed_in(officer), signed_in(officer, WECHAT)
    stranger = signed_in(accounts.lead_officer("xinzhou-officer", at="scjg:140900", password=PASSWORD))
    digest = digest_of(key_of(phone))
    end = f"/accounts/sessions/{digest}/end/"

    assert stranger.post(end).status_code == 404
    assert desk.post(end).status_code == 302

    assert (works(desk), works(phone), works(stranger)) == (True, False, True)
    event = AuditEvent.objects.get(action="accounts.end_session")
    assert (event.actor, event.facts) == (officer, {"session": digest[:8]})


def test_ending_this_session_signs_out(officer):
    desk = signed_in(officer)

    assert desk.post(f"/accounts/sessions/{digest_of(key_of(desk))}/end/").url == "/accounts/sign-in/"
    assert not works(desk)


def test_all_other_sessions_are_ended(officer):
    desk, phone, other = signed_in(officer), signed_in(officer, WECHAT), signed_in(officer)

    desk.post("/accounts/sessions/end-others/")

    assert [works(each) for each in (desk, phone, other)] == [True, False, False]
    assert AuditEvent.objects.get(action="accounts.end_other_sessions").facts == {"sessions": 2}


def test_security_administrator_signs_somebody_out_everywhere(client, officer):
    desk, phone = signed_in(officer), signed_in(officer, WECHAT)
    AuthToken.objects.create(user=officer)
    client.force_login(accounts.security_administrator())

    client.post(f"/accounts/users/{officer.pk}/sign-out/")

    assert (works(desk), works(phone), AuthToken.objects.count()) == (False, False, 0)
    assert AuditEvent.objects.get(action="accounts.end_sessions").facts == {"sessions": 2}


def test_changed_password_leaves_this_session_alone_in_the_list(officer):
    desk, phone = signed_in(officer), signed_in(officer, WECHAT)

    desk.post("/accounts/password/", {"old": PASSWORD, "new": "Xinde-Mima-2026", "again": "Xinde-Mima-2026"})

    assert (works(desk), works(phone)) == (True, False)
    assert [each.session_key for each in Session.objects.filter(user=officer)] == [digest_of(key_of(desk))]


def test_request_under_way_does_not_bring_back_an_ended_session(officer):
    under_way = SessionStore(key_of(signed_in(officer)))
    under_way["read"] = True
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        under_way.save()
    assert not Session.objects.exists()


def test_expired_sessions_are_dropped(officer):
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        signed_in(officer)
    desk = signed_in(officer)

    forget_old_sign_ins()

    assert Session.objects.get().session_key == digest_of(key_of(desk))
