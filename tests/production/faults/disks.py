"""Disks that are full: nothing half done stays, people are told, and all goes on once there is room."""

import http.client
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection

from campaigns.models import Draw
from config.demo.seeding import workbook_of
from institutions.models import ImportRun
from jobs.models import Job, JobQuerySet, JobState
from tests.institutions.workbook_files import row
from tests.production.faults import world
from tests.production.faults.catalogue import USUAL, Struck, demand, fault
from tests.production.faults.stage import CSRF, LIMIT, REFERRER, Answer, Stage, family
from tests.production.rig import PROXY_HEADERS, Service, until

FULL = 507
WITH_FULL = USUAL | {FULL}


def processes(*services: Service) -> list[int]:
    return [pid for service in services for pid in family(service.pid)]


def stored_files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


@fault("disk full at upload", "a workbook is uploaded while the disk of the site's files is full",
       answers=WITH_FULL)  # fmt: skip
def full_at_upload(stage: Stage) -> Struck:
    disk, before, runs = stage.rig.disks["files"], stored_files(), ImportRun.objects.count()
    disk.fill(processes(*stage.rig.webs))
    try:
        refused = upload(stage)
    finally:
        disk.free()
    demand(refused.status in (FULL, 503), f"507 with words: {refused}")
    demand(stored_files() == before, f"no half file stays: {stored_files() - before}")
    demand(ImportRun.objects.count() == runs, "no import without its file")
    again: list[Answer] = []
    seconds = until(lambda: again.append(upload(stage)) or again[-1].status == 302, seconds=LIMIT,  # type: ignore[func-returns-value]
                    what="the upload succeeds once there is room")  # fmt: skip
    demand(ImportRun.objects.count() == runs + 1, "one import")
    return Struck(seconds=seconds)


def upload(stage: Stage) -> Answer:
    """The pool's workbook by the lead officer."""
    boundary, content = secrets.token_hex(12), workbook_of([row()])
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n'
        "Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\r\n\r\n"
    ).encode() + content + f"\r\n--{boundary}--\r\n".encode()  # fmt: skip
    cookies = {**stage.cookies["datong-officer"], "csrftoken": CSRF}
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}", "X-CSRFToken": CSRF,
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }  # fmt: skip
    asked = http.client.HTTPConnection(urlsplit(stage.rig.web_urls[0]).netloc, timeout=LIMIT)
    asked.request("POST", "/institutions/import/", body, PROXY_HEADERS | REFERRER | headers)
    answer = asked.getresponse()
    answer.read()
    return Answer(answer.status, answer.headers.get("Location", ""), 0)


@fault("disk full at a document", "a PDF is printed while the disk is full; asked for again when there is room",
       answers=WITH_FULL)  # fmt: skip
def full_at_document(stage: Stage) -> Struck:
    draw, before = world.contributed_draw(), stored_files()
    disk = stage.rig.disks["files"]
    disk.fill(processes(*stage.rig.workers))
    try:
        stage.post("datong-officer", f"/reports/campaigns/{draw.campaign_id}/notice/", {})
        until(lambda: over(draw).count() == 1, seconds=LIMIT, what="the job tells how it ended")
    finally:
        disk.free()
    failed = over(draw).get()
    demand(failed.state == JobState.FAILED and "空间" in failed.error, f"told in words: {failed.state} {failed.error}")
    demand(stored_files() == before, f"no half file stays: {stored_files() - before}")
    stage.post("datong-officer", f"/reports/campaigns/{draw.campaign_id}/notice/", {})
    seconds = until(lambda: over(draw).filter(state=JobState.DONE).exists(), seconds=LIMIT, what="the PDF is printed")
    content = over(draw).get(state=JobState.DONE).file.read()
    demand(content.startswith(b"%PDF"), "the file is a PDF")
    return Struck(seconds=seconds)


def over(draw: Draw) -> JobQuerySet:
    jobs = Job.objects.filter(kind="reports.campaign_notice", parameters__campaign=draw.campaign_id)
    return jobs.exclude(state__in=[JobState.QUEUED, JobState.RUNNING])


@fault("disk full at commit", "the database's log has no room: it stops at a commit, and starts once there is room",
       alone=True, answers=WITH_FULL)  # fmt: skip
def full_at_commit(stage: Stage) -> Struck:
    ready, disk = world.ready_draw(), stage.rig.disks["log"]
    disk.fill(processes(stage.rig.db))
    try:
        use_up_the_log(stage)
        answer = stage.press(ready)
    finally:
        disk.free()
    connection.close()
    demand(answer.status in (FULL, 503), f"507 or 503 with words: {answer}")
    stage.confirm(ready)
    return Struck((ready,))


def use_up_the_log(stage: Stage) -> None:
    """Until the server cannot write its log any more, and goes down."""

    def is_down() -> bool:
        try:
            with stage.superuser() as writing:
                writing.execute("SELECT pg_logical_emit_message(true, 'ballast', repeat('x', 1000000))")
                writing.execute("SELECT pg_switch_wal()")
        except psycopg.Error:
            return True
        return False

    until(is_down, seconds=LIMIT, what="the log is full")
