"""The last hour before the deadline: 60,000 institutions, 300,000 certificates' headers, a million answers in
PostgreSQL, and 200 clerks saving every 5 seconds against the site as it is served.

Goals: p95 of a save at most 10 × a trivial view in the same run (floor 3 ms), no 5xx, no acknowledged answer lost;
the progress page of everything under 15 queries and at most 20 × trivial.

Run: python tests/bench/bench_self_checks.py
"""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tooling import services  # noqa: E402

INSTITUTIONS, BLOCKS, ITEMS = 60_000, 5, 18
CLERKS, EVERY, SECONDS = 200, 5.0, 60
WARM_UP = 10.0
"""Seconds before anything is measured: processes of the server load the site with their first requests."""
TRIVIAL_EVERY = 0.05
FLOOR = 3.0
MOST_QUERIES, MOST_FOR_SAVE, MOST_FOR_PROGRESS = 15, 10, 20
CSRF = "x" * 32

ROWS = """
INSERT INTO institutions_institution (name, uscc, legal_type, county_id, address, legal_representative,
  legal_representative_phone, contact, contact_phone, state, credit_class, credit_class_source, initials,
  created_at, updated_at)
SELECT '第' || n || '检测有限公司', '91' || lpad(n::text, 16, '0'), 'enterprise',
  (SELECT array_agg(code ORDER BY code) FROM accounts_region WHERE level = 'county')[1 + n %% counties],
  '', '', '', '', '', 'operating', '', '', 'jc', now(), now()
FROM generate_series(1, %(institutions)s) n,
  (SELECT count(*)::int AS counties FROM accounts_region WHERE level = 'county') c;

INSERT INTO institutions_certificate (institution_id, number, authorised_name, level, issuer, state,
  is_national_centre, top_manager, top_manager_phone, technical_lead, signatories)
SELECT id, '24' || lpad((id * 10 + k)::text, 10, '0'), name, 'province', '', 'valid', false, '', '', '', '[]'
FROM institutions_institution, generate_series(1, %(blocks)s) k;

INSERT INTO institutions_certificate_domains (certificate_id, domain_id)
SELECT id, (SELECT array_agg(code ORDER BY code) FROM institutions_domain)[1 + id %% 9] FROM institutions_certificate;

INSERT INTO selftest_selfcheck (round_id, institution_id, county_id, state, began_at, handed_in_at)
SELECT %(round)s, id, county_id, CASE WHEN id %% 2 = 0 THEN 'submitted' ELSE 'filling' END, now(),
  CASE WHEN id %% 2 = 0 THEN now() END
FROM institutions_institution;

INSERT INTO selftest_headerblock (self_check_id, kind, certificate_id, position, values, revision)
SELECT s.id, 'certificate', c.id, 1, '{"number": "24"}', 0
FROM selftest_selfcheck s JOIN institutions_certificate c ON c.institution_id = s.institution_id;

INSERT INTO selftest_answer (self_check_id, item, choice, description, cause, measure, reason, revision)
SELECT id, item, CASE WHEN (id + item) %% 23 = 0 THEN 'yes' ELSE 'no' END,
  CASE WHEN (id + item) %% 23 = 0 THEN '记录不全' ELSE '' END, '', '', '', 0
FROM selftest_selfcheck, generate_series(1, %(items)s) item;

ANALYZE;
"""


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lianchou-bench-")))
        folder.chmod(0o755)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(folder),
            "DATABASE_URL": stack.enter_context(services.postgres(folder)),
            "REDIS_URL": (redis := stack.enter_context(services.redis(folder))),
            "CELERY_BROKER_URL": redis,
        }
        import django

        django.setup()
        clerks = fill()
        port = services.free_port()
        server = serve(port)
        stack.callback(end, server)
        trivial, saves, answers = storm(port, clerks)
        lost = count_lost(answers)
        return report(trivial, saves, lost, *progress())


def fill() -> list[dict[str, object]]:
    """The rows, and the sessions of the clerks: [{"path", "session", "item"}]."""
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import Role
    from institutions.models import Representative
    from selftest.models import FormTemplate, SelfCheck
    from tests.access.self_checks import a_round
    from tests.campaigns import datong
    from tests.factories import accounts
    from tests.sessions import session_of

    started = time.perf_counter()
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    officer = accounts.lead_officer("province", at="scjg:140000")
    campaign = datong.campaign()
    campaign.lead_bureau = officer.bureau
    campaign.save()
    round = a_round(campaign, FormTemplate.objects.get(code="shanxi-2025"), "全国", officer)
    type(round).objects.filter(pk=round.pk).update(state="open", opened_at=round.created_at, scope="14")
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"institutions": INSTITUTIONS, "blocks": BLOCKS, "items": ITEMS, "round": round.pk})
        cursor.execute("SELECT count(*) FROM selftest_answer")
        answers = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM selftest_headerblock")
        blocks = cursor.fetchone()[0]
    clerks = []
    asked = SelfCheck.objects.filter(state="filling").select_related("institution").order_by("pk")[:CLERKS]
    for number, self_check in enumerate(asked):
        clerk = accounts.user(f"clerk-{number}", Role.INSTITUTION_CLERK)
        Representative.objects.create(institution=self_check.institution, user=clerk, role=Role.INSTITUTION_CLERK)
        clerks.append({"self_check": self_check.pk, "session": session_of(clerk), "user": clerk.pk})
    print(f"{blocks:,} header blocks and {answers:,} answers in {time.perf_counter() - started:.0f} s")
    return clerks


def serve(port: int) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "4", "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT)
    services.wait_for_port(server, port)
    return server


def end(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=30)


def storm(port: int, clerks: list[dict[str, object]]) -> tuple[list[float], list[float], dict[int, str]]:
    """Milliseconds of the trivial view and of the saves, and the last text that each clerk was told is saved."""
    trivial: list[float] = []
    saves: list[float] = []
    told: dict[int, str] = {}
    failures: list[str] = []
    stop = time.monotonic() + SECONDS
    threads = [
        threading.Thread(target=save_on, args=(port, clerk, number * EVERY / CLERKS, stop, saves, told, failures))
        for number, clerk in enumerate(clerks)
    ]
    threads.append(threading.Thread(target=look_on, args=(port, stop, trivial)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        print(f"{len(failures)} saves failed, the first: {failures[0]}")
        sys.exit(1)
    return trivial, saves, told


def save_on(port, clerk, wait, stop, saves, told, failures) -> None:
    from django.conf import settings

    time.sleep(wait)
    path, revision = f"/my/selfchecks/{clerk['self_check']}/items/3/save/", 0
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={clerk['session']}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    while time.monotonic() < stop:
        text = secrets.token_hex(100)
        body = urlencode({"choice": "yes", "description": text, "base": revision, "user": clerk["user"]})
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)  # kept ones end between two saves
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        elapsed = time.perf_counter() - started
        if answer.status != 200:
            failures.append(f"{answer.status} {content[:300]!r}")
            return
        if stop - time.monotonic() < SECONDS - WARM_UP:
            saves.append(elapsed * 1000)
        revision, told[clerk["self_check"]] = json.loads(content)["revision"], text
        time.sleep(max(0.0, EVERY - elapsed))


def look_on(port: int, stop: float, trivial: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.monotonic() < stop:
        started = time.perf_counter()
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        if stop - time.monotonic() < SECONDS - WARM_UP:
            trivial.append((time.perf_counter() - started) * 1000)
        time.sleep(TRIVIAL_EVERY)


def count_lost(told: dict[int, str]) -> int:
    from selftest.models import Answer

    stored = dict(Answer.objects.filter(item=3, self_check__in=told).values_list("self_check", "description"))
    return sum(stored[self_check] != text for self_check, text in told.items())


def progress() -> tuple[int, list[float]]:
    """Queries, and milliseconds of several requests, of the progress page over all institutions, with the figures
    counted as the worker does every minute."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment
    from django.urls import reverse

    from accounts.models import User
    from selftest.models import Round
    from selftest.progress import refresh_tallies

    started = time.perf_counter()
    refresh_tallies()
    print(f"figures of all institutions counted in {time.perf_counter() - started:.1f} s")
    setup_test_environment()
    client = Client()
    client.force_login(User.objects.get(username="province"))
    path = reverse("selftest:progress", args=[Round.objects.get().pk])
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
        queries = len(captured)
    times = []
    for _ in range(20):
        started = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - started) * 1000)
    return queries, times


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def report(trivial: list[float], saves: list[float], lost: int, queries: int, pages: list[float]) -> int:
    base = max(FLOOR, p95(trivial))
    rows = {
        "save / trivial": (p95(saves) / base, MOST_FOR_SAVE),
        "progress / trivial": (p95(pages) / base, MOST_FOR_PROGRESS),
        "queries of the progress page": (queries, MOST_QUERIES),
        "acknowledged answers lost": (lost, 0),
    }
    print(f"{len(saves):,} saves, none refused; p95 {p95(saves):.1f} ms; trivial p95 {p95(trivial):.1f} ms")
    print(f"progress page p95 {p95(pages):.1f} ms")
    print(f"{'what':<32}{'measured':>10}{'at most':>9}")
    for name, (measured, most) in rows.items():
        print(f"{name:<32}{measured:>10.1f}{most:>9}")
    return int(any(measured > most for measured, most in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
