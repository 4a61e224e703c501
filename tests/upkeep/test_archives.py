"""The trail and finished campaigns as files of their own; what the daily round ends."""

import gzip
import hashlib
import json
import os
import time
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone
from knox.models import AuthToken

from accounts import audit
from accounts.models import AuditEvent, AuditHead, Session
from accounts.verification import verify_trail
from campaigns import draw as engine
from campaigns.models import Task
from campaigns.states import TaskState
from config.upkeep.errors import UpkeepRefused
from config.upkeep.trail_archive import archive_trail, verify_archive
from tests.campaigns import datong
from tests.factories import accounts
from tests.sessions import session_of


def old_acts(number: int) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=300), tick=False):
        user = accounts.lead_officer()
        for _ in range(number):
            with audit.recorded("accounts.edit_user", user, by=None):
                user.phone = f"0352-{user.pk}{AuditHead.objects.get(pk=1).number:06}"
                user.save()


def altered(path, change) -> None:
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.with_name("altered.gz").write_bytes(gzip.compress(b"".join(change(lines))))


def test_older_part_of_the_trail_verifies_by_itself(db, tmp_path, capsys):
    with pytest.raises(CommandError, match="没有早于 200 天的审计记录"):
        call_command("archive_trail", to=tmp_path)
    old_acts(4)
    audit.record("accounts.sign_out", AuditHead.objects.get(pk=1), by=None)
    recent = AuditEvent.objects.latest("number").number
    path, digest = archive_trail(tmp_path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    last = AuditEvent.objects.get(number=recent - 1)
    assert verify_archive(path) == (1, last.number, last.digest)
    assert AuditEvent.objects.latest("number").facts["sha256"] == digest
    assert verify_trail() == []
    later, _ = archive_trail(tmp_path, first=3)
    assert verify_archive(later) == (3, last.number, last.digest)
    call_command("archive_trail", verify=path)
    assert f"第 1—{last.number} 条完整" in capsys.readouterr().out
    wrong = {
        "内容与摘要不符": lambda lines: [lines[0].replace(b"accounts.", b"acc0unts."), *lines[1:]],
        "个人信息变更与摘要不符": lambda lines: [*lines[:-2], lines[-2].replace(b"0352-", b"0353-"), lines[-1]],
        "与前一条不衔接": lambda lines: [lines[0], *lines[2:]],
        "被截断": lambda lines: lines[:-1],
        "结尾与内容不符": lambda lines: [*lines[:-2], lines[-1]],
    }
    for words, change in wrong.items():
        altered(path, change)
        with pytest.raises(UpkeepRefused, match=words):
            verify_archive(tmp_path / "altered.gz")


def test_a_finished_campaign_is_bundled_for_who_answers_for_it(db, media_root, tmp_path):
    datong.pool()
    datong.officers()
    draw = datong.dispatched()
    campaign, by = draw.campaign, datong.approver()
    arguments = {"to": tmp_path / "archive", "by": by.username}
    with pytest.raises(CommandError, match="项任务没有办结，不能归档"):
        call_command("archive_campaign", campaign.number, **arguments)
    with pytest.raises(CommandError, match="不是这项活动牵头单位的负责人"):
        call_command("archive_campaign", campaign.number, **arguments | {"by": datong.officer().username})
    Task.objects.filter(campaign=campaign).update(state=TaskState.CLOSED)
    call_command("archive_campaign", campaign.number, **arguments)
    (path,) = (tmp_path / "archive").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as bundle:
        told = json.loads(bundle.read("manifest.json"))
        found = {name: hashlib.sha256(bundle.read(name)).hexdigest() for name in bundle.namelist()}
        transcript = json.loads(bundle.read(f"draws/{draw.code}/transcript.json"))
        assert len(bundle.read("trail.jsonl").splitlines()) > 10
    del found["manifest.json"]
    assert {each["name"]: each["sha256"] for each in told["files"]} == found
    assert {"campaign.json", "public-log.json", f"draws/{draw.code}/manifest.json"} < set(found)
    assert [name for name in found if name.startswith("sheets/")] != []
    assert engine.verify(transcript) is None
    event = AuditEvent.objects.latest("number")
    assert (event.action, event.facts["file"]) == ("upkeep.archive_campaign", path.name)
    assert event.facts["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_daily_round_ends_what_has_expired(db, media_root, capsys):
    user = get_user_model().objects.create(username="somebody")
    session_of(user)
    session_of(user)
    expired = Session.objects.first()
    Session.objects.filter(pk=expired.pk).update(expire_date=timezone.now() - timedelta(minutes=1))
    AuthToken.objects.create(user, expiry=timedelta(seconds=-5))
    AuthToken.objects.create(user, expiry=timedelta(hours=1))
    parts = settings.DATA_DIR / "evidence-parts"
    parts.mkdir(exist_ok=True)
    for name, days in (("old", 31), ("new", 1)):
        (parts / name).write_bytes(b"x")
        at = time.time() - days * 24 * 3600
        os.utime(parts / name, (at, at))
    aside = media_root.with_name("media-aside")
    aside.mkdir()
    (aside / "left").write_bytes(b"x")
    call_command("keep_house")
    assert capsys.readouterr().out.splitlines() == [
        "过期的登录会话：1",
        "过期的 API 令牌：1",
        "没有传完的现场材料：1",
        "备份中断后留下的文件：1",
    ]
    assert Session.objects.count() == AuthToken.objects.count() == 1
    assert [name for name in ("old", "new") if (parts / name).exists()] == ["new"]
    assert not aside.exists()
