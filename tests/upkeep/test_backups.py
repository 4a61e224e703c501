"""What is refused, and what a backup leaves behind."""

import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from accounts import audit, guards
from accounts.models import AuditEvent
from config.upkeep import archive, backing_up, manifest, restoring
from config.upkeep.emptiness import building_place, what_is_there
from config.upkeep.errors import BackupUnderWay, UpkeepRefused
from config.upkeep.last import last_backup
from config.upkeep.locking import alone
from jobs.models import Job, JobState
from tests.factories import accounts
from tests.upkeep.machines import empty_machine

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = b"0123456789" * 2000


@pytest.fixture
def small(media_root, tmp_path) -> Path:
    """A backup of one user, one job with a file, and the acts that made them."""
    job = Job.objects.create(kind="load", title="名单", owner=accounts.lead_officer(), state=JobState.DONE)
    job.file.save("名单.txt", ContentFile(CONTENT))
    audit.record("jobs.cancel", job, by=job.owner)
    return backing_up.back_up(tmp_path / "backups")


def refusal(path: Path, **options: bool) -> str:
    """Why it is neither verified nor restored."""
    act = restoring.restore if options else restoring.verify
    with pytest.raises(UpkeepRefused) as refused:
        act(path, **options)
    return str(refused.value)


def rewritten(path: Path, change) -> Path:
    """The same archive, its members as `change(name, data)` gives them; left out where it gives None."""
    target = path.with_name("changed.tar")
    with tarfile.open(path) as source, tarfile.open(target, "w") as changed:
        for entry in source:
            data = change(entry.name, source.extractfile(entry).read())
            if data is not None:
                entry.size = len(data)
                changed.addfile(entry, io.BytesIO(data))
    return target


def with_manifest(path: Path, **values: object) -> Path:
    """Sealed anew, as another version would have written it."""
    known, _ = archive.read_manifest(path)

    def change(name: str, data: bytes) -> bytes:
        return manifest.write(replace(known, **values)) if name == archive.MANIFEST else data

    return rewritten(path, change)


def test_backups_that_are_not_whole_are_refused_with_words(small):
    data = small.read_bytes()
    torn = small.with_name("torn.tar")
    for length in (0, 300, 5_000, len(data) // 2, len(data) - 12_000):
        torn.write_bytes(data[:length])
        assert refusal(torn) == archive.TORN
    flipped = bytearray(data)
    flipped[data.index(CONTENT[:100]) + 50] ^= 1
    torn.write_bytes(flipped)
    assert "与登记的摘要不符" in refusal(torn)
    assert refusal(small.with_name("none.tar")).startswith("没有这个文件")
    without = rewritten(small, lambda name, data: None if name.startswith("media/") else data)
    assert "备份中缺少 1 个文件" in refusal(without)
    altered = rewritten(small, lambda name, data: data.replace(b'"rows"', b'"r0ws"').replace(b"made_at", b"made_At"))
    assert "备份的清单" in refusal(altered)


def test_backups_that_this_installation_cannot_read_are_refused_with_words(small):
    assert "不认识这种备份格式：lianchou-backup/9" in refusal(with_manifest(small, format="lianchou-backup/9"))
    newer = with_manifest(small, migrations=["accounts.0001_initial", "accounts.9999_from_the_future"])
    assert (
        "备份来自比本机新的版本（本机没有 accounts.9999_from_the_future 等 1 项数据库变更），请先升级再恢复。"
        in refusal(newer)
    )
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    foreign = with_manifest(small, vendor=other)
    assert f"备份来自 {other}" in refusal(foreign, other_key=False)
    with override_settings(SECRET_KEY="another key of another machine"):
        assert "另一个 SECRET_KEY" in refusal(small, other_key=False)
        assert "只能恢复到空的系统" in refusal(small, other_key=True)


def test_nothing_outside_its_folders_is_unpacked(small, tmp_path):
    with tarfile.open(small, "a") as tar:
        entry = tarfile.TarInfo("media/../../escaped")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    assert refusal(small) == "备份中有不应有的内容：media/../../escaped。"


def test_verifying_reads_everything_in_a_database_of_its_own(small, capsys):
    call_command("verify_backup", small)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("：")[0] for line in lines[:-1]] == [
        f"通过  {name}"
        for name in (
            "备份文件", "密钥", "数据库", "各表行数", "两条链的末条", "审计链", "公开日志", "抽取逐次重算",
            "文书和记录的摘要", "上传文件的摘要",
        )
    ]  # fmt: skip
    assert lines[-1].startswith("注意  数据库之外的日志头：没有留存")


def test_what_does_not_hold_leaves_nothing_behind(small, tmp_path):
    """An event of the trail was altered behind the guards' back, in the database that is backed up."""
    with guards.lifted(connection):
        AuditEvent.objects.filter(number=1).update(action="accounts.edit_user")
    tampered = backing_up.back_up(tmp_path / "tampered")
    with empty_machine(tmp_path / "new") as machine, machine.inside():
        with pytest.raises(restoring.NotWhole) as refused:
            restoring.restore(tampered)
        lines = [check.line for check in refused.value.checks if not check.holds]
        assert lines == ["不符  审计链：第 1 条内容与摘要不符"]
        assert (what_is_there(), connection.introspection.table_names()) == ("", [])
        assert not (machine.data / "media").exists()
        left_by_a_killed_restore(machine)
        assert [check.name for check in restoring.restore(small) if check.holds is False] == []
        assert default_storage.open(Job.objects.get().file.name).read() == CONTENT
        assert not building_place().exists()


def left_by_a_killed_restore(machine) -> None:
    """As if the last one had died just before its end: half a database, and the files in their place."""
    if connection.vendor == "sqlite":
        building_place().write_bytes(b"half a database")
    else:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE upkeep_restore_under_way (at timestamptz); CREATE TABLE half (a int)")
            cursor.execute("INSERT INTO half VALUES (1)")
    (machine.data / "media").mkdir()
    (machine.data / "media" / "left.txt").write_text("x")


def test_the_newest_whole_ones_are_kept(small):
    folder = small.parent
    older = [folder / f"lianchou-2020010{day}-000000-00000{day}.tar" for day in range(1, 5)]
    for path in older:
        path.write_bytes(small.read_bytes())
    torn = folder / "lianchou-20990101-000000-000000.tar"
    torn.write_bytes(small.read_bytes()[:5000])
    others = folder / "notes.tar"
    others.write_bytes(b"not ours")
    newest = backing_up.back_up(folder, keep=3)
    assert set(folder.iterdir()) == {newest, small, older[3], torn, others}


def test_one_backup_at_a_time_and_a_failure_is_told(small, tmp_path):
    made = last_backup()
    with alone(), pytest.raises(BackupUnderWay):
        backing_up.back_up(tmp_path / "backups")
    assert last_backup() == made
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(CommandError):
        call_command("backup", to=blocked)
    told = last_backup()
    assert (told.path, told.has_failed_since, told.failure != "") == (made.path, True, True)
    assert json.loads((settings.DATA_DIR / "last-backup.json").read_text())["verified"] is True


def test_what_is_deleted_while_a_backup_runs_is_still_in_it(media_root):
    names = [default_storage.save("jobs/a.txt", ContentFile(text)) for text in (b"first", b"second")]
    with default_storage.keeping_deleted():
        default_storage.delete(names[0])
        default_storage.delete(names[0])
        assert not default_storage.exists(names[0])
        assert default_storage.save(names[0], ContentFile(b"third")) != names[0]
        with default_storage.open_kept(names[0]) as first, default_storage.open_kept(names[1]) as second:
            assert (first.read(), second.read()) == (b"first", b"second")
    assert not default_storage.aside.exists()
    default_storage.delete(names[1])
    assert sorted(path.read_bytes() for path in media_root.rglob("*.txt")) == [b"third"]
    with pytest.raises(FileNotFoundError):
        default_storage.open_kept(names[1])
