import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.services.signing_in import WRONG
from tests.factories import accounts
from tests.factories.accounts import PASSWORD

URL = "/accounts/sign-in/"


@pytest.fixture
def officer(db):
    return accounts.lead_officer(password=PASSWORD)


def try_to_sign_in(client, username, password, **more):
    return client.post(URL, {"username": username, "password": password, **more})


def errors_shown(answer):
    return answer.context["form"].non_field_errors()


def test_sign_in_leads_to_the_workbench_and_is_recorded(client, officer):
    answer = try_to_sign_in(client, officer.username, PASSWORD)

    assert (answer.status_code, answer.url) == (302, reverse("workbench"))
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.subject_id) == ("accounts.sign_in", officer, str(officer.pk))


def test_sign_in_takes_the_user_name_with_spaces_around(client, officer):
    assert try_to_sign_in(client, f" {officer.username} ", PASSWORD).status_code == 302


def test_sign_in_says_the_same_whatever_was_wrong(client, officer):
    accounts.lead_officer("closed-officer", password=PASSWORD, is_active=False)
    attempts = [(officer.username, "wrong"), ("nobody", PASSWORD), ("closed-officer", PASSWORD)]

    answers = [try_to_sign_in(client, *attempt) for attempt in attempts]

    assert [(answer.status_code, errors_shown(answer)) for answer in answers] == [(200, [WRONG])] * 3


def test_refused_sign_in_is_recorded_without_what_was_typed(client, officer):
    try_to_sign_in(client, "my-secret-password", "x")
    try_to_sign_in(client, officer.username, "x")

    unknown, known = AuditEvent.objects.order_by("number")

    assert (unknown.action, unknown.actor, unknown.facts) == ("accounts.sign_in_refused", None, {})
    assert "my-secret-password" not in unknown.subject_id
    assert known.subject_id == str(officer.pk)


@pytest.mark.parametrize("username", ["datong-officer", "nobody"])
def test_sixth_attempt_must_wait_whether_the_user_exists_or_not(client, officer, username):
    for _ in range(5):
        try_to_sign_in(client, username, "wrong")

    words = errors_shown(try_to_sign_in(client, username, PASSWORD))
    assert re.fullmatch(r"连续登录失败次数过多，请 10 分钟后再试（\d\d:\d\d 以后）。", "".join(words))


def test_waiting_ends_after_ten_minutes(client, officer):
    for _ in range(5):
        try_to_sign_in(client, officer.username, "wrong")

    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=True):
        assert try_to_sign_in(client, officer.username, PASSWORD).status_code == 302


def test_sign_in_begins_the_count_of_failures_anew(client, officer):
    for _ in range(4):
        try_to_sign_in(client, officer.username, "wrong")
    try_to_sign_in(client, officer.username, PASSWORD)
    client.logout()
    for _ in range(4):
        try_to_sign_in(client, officer.username, "wrong")

    assert try_to_sign_in(client, officer.username, PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/files/", "/files/"),
        ("https://example.org/", "/workbench/"),
        ("//example.org/", "/workbench/"),
        ("javascript:alert(1)", "/workbench/"),
        ("/\\example.org", "/workbench/"),
    ],
)
def test_next_leads_only_to_pages_of_ours(client, officer, wanted, reached):
    assert try_to_sign_in(client, officer.username, PASSWORD, next=wanted).url == reached


def test_sign_in_page_sends_the_signed_in_to_the_workbench(client, officer):
    client.force_login(officer)

    assert client.get(URL).url == "/workbench/"


@pytest.mark.parametrize(("demo", "listed"), [(True, True), (False, False)])
def test_demo_accounts_are_listed_only_in_the_demo(client, db, settings, demo, listed):
    settings.DEMO = demo

    assert ("datong-officer" in client.get(URL).content.decode()) is listed


def test_first_page_is_public_or_leads_to_the_workbench(client, officer):
    assert 'href="/workbench/"' in client.get("/").content.decode()
    client.force_login(officer)
    assert client.get("/").url == "/workbench/"


def test_pages_ask_to_sign_in_first(client, db):
    assert client.get("/workbench/").url == f"{URL}?next=/workbench/"


def test_sign_out_ends_the_session_and_is_recorded(client, officer):
    try_to_sign_in(client, officer.username, PASSWORD)

    client.post("/accounts/sign-out/")

    assert client.get("/workbench/").status_code == 302
    assert AuditEvent.objects.latest("number").action == "accounts.sign_out"


def test_sign_out_needs_a_post(client, officer):
    client.force_login(officer)

    assert client.get("/accounts/sign-out/").status_code == 405


def test_session_ends_after_doing_nothing(client, officer):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        try_to_sign_in(client, officer.username, PASSWORD)
    with time_machine.travel(now + timedelta(seconds=settings.SESSION_IDLE_SECONDS - 60), tick=False):
        assert client.get("/workbench/").status_code == 200
    with time_machine.travel(now + timedelta(seconds=2 * settings.SESSION_IDLE_SECONDS - 30), tick=False):
        assert client.get("/workbench/").status_code == 302


def test_session_ends_after_eight_hours_of_work(client, officer):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        try_to_sign_in(client, officer.username, PASSWORD)
    step = timedelta(seconds=settings.SESSION_IDLE_SECONDS - 1)
    statuses = {}
    moment = start
    while moment < start + timedelta(seconds=settings.SESSION_COOKIE_AGE + 3600):
        moment += step
        with time_machine.travel(moment, tick=False):
            statuses[moment - start] = client.get("/workbench/").status_code

    latest = max(worked for worked, status in statuses.items() if status == 200)
    assert latest <= timedelta(seconds=settings.SESSION_COOKIE_AGE)


def test_closed_account_is_out_at_once(client, officer):
    client.force_login(officer)
    officer.is_active = False
    officer.save()

    assert client.get("/workbench/").status_code == 302


def test_signed_in_pages_are_not_stored_by_browsers(client, officer):
    client.force_login(officer)

    assert "no-store" in client.get("/workbench/").headers["Cache-Control"]
