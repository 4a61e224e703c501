"""Fifty rounds of sixteen people in four processes who confirm the same draw at the same moment, on a live server."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import verification
from accounts.models import AuditEvent, Role, User
from campaigns.models import Act, Approval, Campaign, Draw
from campaigns.states import CampaignState
from jobs.models import Job
from tests.campaigns import datong
from tests.campaigns.pressing import PROCESSES, THREADS
from tests.factories import accounts
from tests.sessions import session_of

PROJECT = Path(__file__).resolve().parents[2]
ROUNDS, PRESSES = 50, PROCESSES * THREADS
PASSWORD = "correct-horse-7"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long, pytest.mark.once_with_postgres]


@pytest.fixture
def server(worker_environment) -> Iterator[int]:
    """The site as it is served for real, on the test's database; its port. No message leaves it: no job is wanted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = worker_environment | {"CELERY_BROKER_URL": "memory://", "DATABASE_POOL": "1"}
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "4",
        "--threads", "4", "--keep-alive", "300", "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    log = settings.DATA_DIR / "storm.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=output, stderr=output)
    try:
        wait_until_it_answers(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    assert b"Traceback" not in log.read_bytes()


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
        except OSError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.2)
        else:
            return


def proposals(count: int) -> list[Approval]:
    """So many frozen draws whose drawing waits for its second person."""
    now, officer, bureau = timezone.now(), datong.officer(), accounts.bureau(datong.CITY)
    campaigns = Campaign.objects.bulk_create(
        Campaign(
            number=f"STORM-{number}", title=f"第 {number} 轮", year=2025, lead_bureau=bureau, created_by=officer,
            state=CampaignState.FROZEN, frozen_at=now,
        )
        for number in range(count)
    )  # fmt: skip
    draws = Draw.objects.bulk_create(
        Draw(
            campaign=campaign, number=1, code=f"{campaign.number}-1", manifest={}, commitment="0" * 64,
            frozen_by=officer, frozen_at=now,
        )
        for campaign in campaigns
    )  # fmt: skip
    return Approval.objects.bulk_create(
        Approval(campaign=draw.campaign, draw=draw, act=Act.DRAW, proposed_by=officer, proposed_at=now)
        for draw in draws
    )


def approvers() -> list[User]:
    found = [accounts.user(f"approver-{number}", Role.LEAD_APPROVER, at=datong.CITY) for number in range(4)]
    for user in found:
        user.set_password(PASSWORD)
        user.save()
    return found


def test_of_sixteen_who_press_at_once_one_wins_in_every_round(server):
    waiting = proposals(ROUNDS)
    people = approvers()
    told = {
        "paths": [reverse("campaigns:confirm", args=[each.pk]) for each in waiting],
        "sessions": [session_of(people[number % len(people)]) for number in range(PRESSES)],
        "cookie": settings.SESSION_COOKIE_NAME,
        "password": PASSWORD,
    }

    pressed = subprocess.run(
        [sys.executable, "-m", "tests.campaigns.pressing", "127.0.0.1", str(server)],
        cwd=PROJECT, input=json.dumps(told), capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip

    assert pressed.returncode == 0, pressed.stderr
    for approval, answers in zip(waiting, json.loads(pressed.stdout), strict=True):
        won, lost = reverse("campaigns:draw", args=[approval.campaign_id]), approval.get_absolute_url()
        assert Counter(map(tuple, answers)) == {(302, won): 1, (302, lost): PRESSES - 1}
    assert Approval.objects.filter(state="confirmed").count() == ROUNDS
    assert Job.objects.filter(kind="campaigns.draw").count() == ROUNDS
    assert AuditEvent.objects.filter(action="campaigns.confirm_act").count() == ROUNDS
    assert verification.verify_trail() == []
    told_to_the_slower(told["sessions"][0], waiting[0])


def told_to_the_slower(session: str, approval: Approval) -> None:
    """Who presses once more reads who was faster."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    answer = client.post(reverse("campaigns:confirm", args=[approval.pk]), {"password": PASSWORD}, follow=True)
    faster = Approval.objects.get(pk=approval.pk).decided_by
    assert f"该事项已同意，由{faster.name}处理，不需要再处理。" in answer.content.decode()
