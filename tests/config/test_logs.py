"""Production's log: JSON, with the numbers of request and job, and without anybody's data; Sentry the same."""

import io
import json
import logging
from collections.abc import Iterator
from logging.config import DictConfigurator

import pytest
import sentry_sdk
import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, OperationalError, connection
from django.test import Client
from sentry_sdk.transport import Transport

from accounts.models import User
from config.watching import sentry, slow
from config.watching.logs import logging_of
from tests.factories import accounts
from tests.sessions import session_of

CANARY = "王一诺-canary-5731"
PHONE = "13800135731"


class Log(io.StringIO):
    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def told(self, event: str) -> list[dict]:
        return [line for line in self.lines if line["event"] == event]


@pytest.fixture
def log(settings) -> Iterator[Log]:
    """What production would write, from DEBUG on, whoever writes it."""
    written = Log()
    formatter = DictConfigurator(logging_of("json", "DEBUG")).configure_formatter(
        logging_of("json", "DEBUG")["formatters"]["told"]
    )
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    structlog.contextvars.clear_contextvars()
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def client(db) -> Client:
    client = Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.9")
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(accounts.lead_officer(name="赵明远", phone=PHONE))
    return client


@pytest.mark.django_db
def test_a_request_is_told_by_its_number_its_route_and_who_asked(client, log):
    number = "0123456789abcdef" * 2
    answer = client.get("/institutions/", headers={"X-Request-ID": number})
    person = User.objects.get(username="datong-officer")
    (line,) = log.told("request")
    assert answer["X-Request-ID"] == number
    assert line.pop("milliseconds") >= 0
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "request",
        "logger": "config.requests",
        "level": "info",
        "request": "GET institutions:list",
        "code": 200,
        "request_id": number,
        "user_id": person.pk,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "short", "G" * 32, "0" * 31 + "\u00e9", "0" * 33, f"{CANARY}"])
def test_a_number_that_somebody_made_up_is_not_taken_over(client, log, given):
    answer = client.get("/no-such-page/", headers={"X-Request-ID": given.encode("utf-8").decode("latin-1")})
    number = answer["X-Request-ID"]
    assert number != given
    assert (len(number), f"编号：<code>{number}</code>" in answer.content.decode()) == (32, True)


@pytest.mark.django_db
def test_a_journey_leaves_nobodys_data_in_the_log(client, log, rf):
    stranger = Client(raise_request_exception=False)
    stranger.post("/accounts/sign-in/", {"username": CANARY, "password": PHONE})
    stranger.get("/", headers={"Host": "canary-5731.evil.test"})
    client.get(
        "/institutions/", {"q": CANARY, "phone": PHONE}, headers={"Referer": f"/?{CANARY}", "User-Agent": CANARY}
    )
    client.get(f"/{CANARY}/{PHONE}/")
    client.post("/institutions/new/", {"name": CANARY, "contact_phone": PHONE})
    client.get("/api/institutions/", {"search": CANARY})
    for error in (ValueError(CANARY), IntegrityError(f"DETAIL: Key (phone)=({PHONE})"), SuspiciousOperation(CANARY)):
        with connection.execute_wrapper(lambda *args, error=error: raised(error)):
            client.get("/workbench/")
    logging.getLogger("celery.app.trace").error("Task %s raised %s", "a", CANARY)
    logging.getLogger("axes.backends").warning("Login failed by %s", {"username": CANARY})
    logging.getLogger("smtplib").warning("refused: zhao.my@example.test %s 14020219800101123X", PHONE)
    text = log.getvalue()
    assert {line["logger"] for line in log.lines} >= {"config.requests", "celery.app.trace", "smtplib"}
    assert [
        word
        for word in ("canary", "一诺", PHONE, "example.test", "1402021980", "203.0.113.9", "赵明远")
        if word in text
    ] == []
    assert all(json.loads(line) for line in text.splitlines())


def raised(error: Exception) -> None:
    raise error


@pytest.mark.django_db
def test_an_exception_is_told_by_type_and_place_and_a_machines_words_are_kept(client, log):
    with connection.execute_wrapper(lambda *args: raised(ValueError(CANARY))):
        number = client.get("/workbench/")["X-Request-ID"]
    with connection.execute_wrapper(lambda *args: raised(OperationalError("server closed the connection"))):
        client.get("/workbench/")
    ours, machines = log.told("request_failed")
    error = ours["exception"][0]
    assert (ours["request_id"], ours["level"], error["type"], error.get("words")) == (
        number, "error", "builtins.ValueError", None,
    )  # fmt: skip
    assert error["at"][-1].endswith(" raised")
    assert machines["exception"][0]["words"] == "server closed the connection"


@pytest.mark.django_db
def test_a_slow_statement_is_told_without_its_values(log, settings):
    settings.SLOW_QUERY_MILLISECONDS = 1
    before = slow.last_hour().count
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
            " SELECT count(*) FROM n WHERE CAST(i AS text) <> %s",
            [CANARY],
        )
    told = [line for line in log.told("slow_query") if "RECURSIVE" in line["statement"]]
    assert (len(told), told[0]["milliseconds"] >= 1, "<> %s" in told[0]["statement"]) == (1, True, True)
    assert slow.last_hour().count > before


class Kept(Transport):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict] = []

    def capture_envelope(self, envelope) -> None:
        self.events += [item.payload.json for item in envelope.items if item.type == "event"]


def test_sentry_hears_where_it_broke_and_nothing_of_anybody():
    kept = Kept()
    sentry.begin("https://public@sentry.example.test/1", "test", transport=kept)
    try:
        with structlog.contextvars.bound_contextvars(request_id="0" * 32, job_id=17, search=CANARY):
            try:
                secret = CANARY
                raised(ValueError(f"no such person: {secret}"))
            except ValueError:
                logging.getLogger("jobs").exception("job %s of %s failed", 17, CANARY)
            sentry_sdk.capture_exception(OperationalError("server closed the connection"))
    finally:
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)
    ours, machines = kept.events
    assert CANARY not in json.dumps([ours, machines], ensure_ascii=False)
    assert ours["tags"] == {"request_id": "0" * 32, "job_id": "17"}
    assert (ours["exception"]["values"][0]["type"], ours["exception"]["values"][0]["value"]) == ("ValueError", "")
    assert ours["exception"]["values"][0]["stacktrace"]["frames"][-1]["function"] == "raised"
    assert machines["exception"]["values"][0]["value"] == "server closed the connection"
