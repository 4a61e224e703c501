"""The restore drill: a backup while people write, brought back on an empty machine by an administrator's command."""

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connections, transaction
from knox.models import AuthToken

from accounts import audit
from accounts.models import AuditChange, AuditEvent, AuditHead, Session
from campaigns import drawing, heads, publiclog
from campaigns.anchors import LogNotTrusted
from campaigns.models import CampaignKind, Draw, LogEvent
from config.upkeep import databases, verifying
from config.upkeep.last import last_backup
from config.upkeep.moving import content_digest
from config.watching.models import Heartbeat
from jobs.models import Job, JobState
from tests.access.world import build_world
from tests.sessions import session_of
from tests.upkeep.crawling import public_pages
from tests.upkeep.machines import digest_publications, empty_machine

WRITTEN_MEANWHILE = {Job, AuditEvent, AuditChange, AuditHead, Heartbeat}
ENDED = {Session, AuthToken}


@dataclass
class Writing:
    """What two people have written and had acknowledged: (when, the job's number)."""

    owner: object
    over: threading.Event = field(default_factory=threading.Event)
    done: list[tuple[float, int]] = field(default_factory=list)

    def go_on(self) -> None:
        try:
            while not self.over.is_set():
                self.write()
        finally:
            connections.close_all()

    def write(self) -> None:
        """A job with its file and its audit event; every fourth file is dropped again, as retention does."""
        with transaction.atomic():
            job = Job.objects.create(kind="load", title="名单", owner=self.owner, state=JobState.DONE)
            job.file.save(f"{job.pk}.txt", ContentFile(f"名单 {job.pk}".encode()))
            audit.record("jobs.cancel", job, by=self.owner)
        self.done.append((time.monotonic(), job.pk))
        if job.pk % 4 == 0:
            Job.objects.filter(pk=job.pk).update(file="")
            job.file.storage.delete(job.file.name)


@contextmanager
def people_write(owner):
    writing = Writing(owner)
    with ThreadPoolExecutor(2) as pool:
        people = [pool.submit(writing.go_on) for _ in range(2)]
        try:
            yield writing
        finally:
            writing.over.set()
    for each in people:
        each.result()


def digests() -> dict[str, tuple[int, str]]:
    left_out = WRITTEN_MEANWHILE | ENDED
    return {model._meta.label: content_digest(model) for model in databases.kept_models() if model not in left_out}


def wait_for(condition) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.long
def test_backup_under_load_comes_back_whole_on_an_empty_machine(transactional_db, media_root, tmp_path):
    world = build_world()
    digest_publications()
    owner = world.people["lead_officer"]
    session_of(owner)
    Job.objects.create(kind="load", title="进行中", owner=owner, state=JobState.RUNNING, token="another worker")
    pages, before = public_pages(), digests()
    with people_write(owner) as writing:
        wait_for(lambda: len(writing.done) >= 5)
        began = time.monotonic()
        call_command("backup", to=tmp_path / "backups", keep=1)
        ended = time.monotonic()
        wait_for(lambda: writing.done[-1][0] > ended)
    (file,) = (tmp_path / "backups").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (last_backup().path, last_backup().verified, last_backup().missing) == (str(file), True, 0)
    during = [pk for at, pk in writing.done if began < at < ended]
    assert during, "nobody wrote while the backup was made"

    with empty_machine(tmp_path / "new") as machine:
        (machine.data / "anchors").mkdir()
        shutil.copy(settings.LOG_ANCHOR_FILE, machine.data / "anchors" / "log-heads.txt")
        restored = machine.run("restore", file)
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert {line[:2] for line in restored.stdout.splitlines()[:-1]} == {"通过"}
        with machine.inside():
            assert {pk for at, pk in writing.done if at < began} <= set(Job.objects.values_list("pk", flat=True))
            assert public_pages() == pages
            assert digests() == before
            assert [model.objects.count() for model in (Session, AuthToken)] == [0, 0]
            running = Job.objects.get(state=JobState.RUNNING)
            assert running in Job.objects.claimable()
            assert AuditEvent.objects.latest("number").action == "upkeep.restore"
        assert "只能恢复到空的系统" in machine.run("restore", file).stderr
        older_backup_does_not_draw(machine)


def older_backup_does_not_draw(machine) -> None:
    """The log went on after the backup: whoever restores it is told, and nothing is drawn until somebody decides."""
    draw = Draw.objects.exclude(campaign__kind=CampaignKind.PRACTICE).first()
    with transaction.atomic():
        publiclog.append(draw, LogEvent.COMMITTED, source="witness:监督", commitment="0" * 64)
    shutil.copy(settings.LOG_ANCHOR_FILE, machine.data / "anchors" / "log-heads.txt")
    with machine.inside():
        assert verifying.anchored().holds is None
        with pytest.raises(LogNotTrusted, match="可能恢复了旧备份"):
            drawing.check_drawable(draw)
        heads.set_aside(reason="旧主机损毁，最近的备份即此")
        assert verifying.anchored().words.startswith("没有留存")
