"""Readiness, heartbeats, metrics and the status page, on a database and a queue that really are there."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from config.upkeep import last
from config.watching import status
from config.watching.models import Heartbeat
from config.watching.parts import ESSENTIAL, FOR_PEOPLE, FURTHER, Level, ground, looked_at, work
from config.watching.parts.part import large, long
from config.watching.pulse import Pulse
from jobs.models import Job, JobState
from tests.config.test_outages import LOST, every_statement_raises
from tests.factories import accounts
from tests.sessions import session_of

QUEUES = list(settings.JOB_QUEUES)


def beat(name: str = "celery@a", kind: Heartbeat.Kind = Heartbeat.Kind.WORKER, *, ago: int = 0, **more) -> Heartbeat:
    seen_at = Now() - timedelta(seconds=ago)
    return Heartbeat.objects.create(name=name, kind=kind, host=name[-1], seen_at=seen_at, **{"queues": QUEUES} | more)


@pytest.fixture
def well(db) -> None:
    beat()
    beat("clock@a", Heartbeat.Kind.CLOCK, queues=[])


def levels() -> dict[str, Level]:
    return {key: part.level for key, part in looked_at(ESSENTIAL | FURTHER | FOR_PEOPLE).items()}


def test_machines_here_and_machines_with_the_token_are_let_in(well, client, settings):
    settings.METRICS_TOKEN = "t" * 40
    given = {"headers": {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}}
    for path in ("/readyz", "/metrics"):
        answers = [
            client.get(path),
            client.get(path, REMOTE_ADDR="10.0.0.9"),
            client.get(path, headers={"X-Forwarded-For": "203.0.113.9"}),
            client.get(path, REMOTE_ADDR="10.0.0.9", **given),
            client.get(path, REMOTE_ADDR="10.0.0.9", headers={"Authorization": "Bearer wrong"}),
        ]
        assert [answer.status_code for answer in answers] == [200, 404, 404, 200, 404]
    settings.METRICS_TOKEN = ""
    assert client.get("/readyz", REMOTE_ADDR="10.0.0.9", headers={"Authorization": "Bearer "}).status_code == 404
    assert client.get("/healthz", REMOTE_ADDR="10.0.0.9").content == b"ok\n"


def test_ready_when_all_is_well_and_degraded_without_workers(well, client):
    told = client.get("/readyz").json()
    assert (told["status"], {part["level"] for part in told["parts"].values()}) == ("ok", {"ok"})
    Heartbeat.objects.all().delete()
    degraded = client.get("/readyz")
    assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
    assert degraded.json()["parts"]["workers"]["level"] == "broken"
    assert client.get("/readyz?all").status_code == 503


def test_not_ready_without_the_database_or_behind_its_migrations(well, client):
    with every_statement_raises(OperationalError(LOST[connection.vendor])):
        away = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert (away.status_code, away.json()["status"]) == (503, "unavailable")
    assert away.json()["parts"]["database"]["level"] == "broken"
    ground._seen_applied.clear()
    MigrationRecorder.Migration.objects.filter(app="watching").delete()
    behind = client.get("/readyz")
    assert (behind.status_code, behind.json()["parts"]["migrations"]["level"]) == (503, "broken")


def test_who_is_missing_is_told_within_a_minute(well):
    assert (levels()["workers"], levels()["clock"]) == (Level.OK, Level.OK)
    Heartbeat.objects.update(seen_at=Now() - timedelta(seconds=61))
    assert (work.workers().means, work.clock().level) == (
        "60 秒内没有看到任何工作进程：抽取、生成文件、发邮件都在等。",
        Level.BROKEN,
    )
    beat("celery@b", queues=["draws", "mail", "celery"])
    assert work.workers().means == "没有工作进程处理：文件与导入。"
    beat("clock@b", Heartbeat.Kind.CLOCK)
    beat("clock@c", Heartbeat.Kind.CLOCK)
    assert work.clock().means == "有 2 个定时器同时运行。"


def test_jobs_that_nobody_takes_up_clocks_that_differ_and_a_late_backup_are_told(well, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    owner = accounts.lead_officer()
    Job.objects.create(
        kind="tests.none", title="等", owner=owner, queue="draws", waiting_since=Now() - timedelta(minutes=5)
    )
    Job.objects.create(
        kind="tests.none", title="坏", owner=owner, state=JobState.FAILED, failure="broken", finished_at=timezone.now()
    )
    beat("web@c", Heartbeat.Kind.WEB, ahead_milliseconds=-45_000)
    told = looked_at(FURTHER | FOR_PEOPLE)
    assert told["waiting"].facts[0] == ("冻结与抽取", "等待 1，进行中 0，最久已等 5 分钟")
    assert {key: told[key].level for key in ("waiting", "failed", "hosts", "backup", "disk")} == {
        "waiting": Level.ATTENTION,
        "failed": Level.ATTENTION,
        "hosts": Level.BROKEN,
        "backup": Level.ATTENTION,
        "disk": Level.OK,
    }
    assert ("c", "慢 45.0 秒") in told["hosts"].facts
    last.note_failure("磁盘已满")
    settings.DISK_FREE_MEGABYTES = 10**9
    assert (levels()["backup"], levels()["disk"]) == (Level.BROKEN, Level.BROKEN)


def test_metrics_count_requests_by_route_and_tell_of_jobs_and_processes(well, client):
    Job.objects.create(
        kind="tests.none",
        title="等",
        owner=accounts.lead_officer(),
        queue="mail",
        waiting_since=Now() - timedelta(minutes=9),
    )
    client.get("/no-such-page/")
    client.get("/healthz")
    lines = client.get("/metrics").content.decode().splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert float(values['lianchou_requests_total{method="GET",route="health",status="200"}']) >= 1
    assert float(values['lianchou_requests_total{method="GET",route="none",status="404"}']) >= 1
    assert 538 <= float(values['lianchou_oldest_job_seconds{queue="mail"}']) < 600
    assert values['lianchou_jobs{queue="mail",state="queued"}'] == "1.0"
    assert (values["lianchou_jobs_needing_attention"], values["lianchou_up"]) == ("1.0", "1.0")
    assert values['lianchou_processes{kind="worker"}'] == "1.0"
    assert {"lianchou_database_bytes", "lianchou_draws_awaiting", "lianchou_log_entries"} <= set(values)
    assert any(name.startswith("lianchou_disk_free_bytes") for name in values)
    with every_statement_raises(OperationalError(LOST[connection.vendor])):
        away = client.get("/metrics").content.decode()
    assert "lianchou_up 0.0" in away


def test_a_process_beats_and_goes_in_good_order(transactional_db, eventually):
    pulse = Pulse(Heartbeat.Kind.WORKER, "celery@here", ["mail", "draws"])
    pulse.start()
    row = eventually(lambda: Heartbeat.objects.filter(pk="celery@here").first())
    assert (row.kind, row.queues, abs(row.ahead_milliseconds) < 1500) == ("worker", ["draws", "mail"], True)
    pulse.stop()
    assert not Heartbeat.objects.filter(pk="celery@here").exists()
    hangs = Pulse(Heartbeat.Kind.CLOCK, is_well=lambda: False)
    hangs.start()
    hangs.stop()
    assert not Heartbeat.objects.filter(kind=Heartbeat.Kind.CLOCK).exists()


def test_the_status_page_says_what_is_wrong_and_what_to_do(well):
    client = Client()
    administrator = accounts.user("sysadmin", Role.SYSTEM_ADMINISTRATOR)
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(administrator)
    page = client.get("/status/").content.decode()
    assert [title for title in status.TITLES.values() if f"<h3>{title}</h3>" not in page] == []
    assert "未发现备份记录。" in page or "前做过备份。" in page
    Heartbeat.objects.all().delete()
    broken = client.get("/status/").content.decode()
    assert "2 项有故障" in broken
    assert "没有看到任何工作进程" in broken
    assert "docker compose ps" in broken


def test_spans_and_sizes_are_said_as_people_say_them():
    spans = [long(None), long(7), long(119), long(180), long(timedelta(hours=5)), long(timedelta(days=3))]
    assert spans == ["—", "7 秒", "119 秒", "3 分钟", "5 小时", "3 天"]
    assert [large(512), large(3 * 1024**2), large(1.5 * 1024**4)] == ["512 B", "3 MB", "1,536.0 GB"]
