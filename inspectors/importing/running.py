"""The dry run and the import itself. Both make their plan from the file; its digest tells whether the pool moved."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.recording import Recording
from inspectors.importing.comparing import Entry, Plan, compare
from inspectors.importing.reading import Reading, read_people
from inspectors.importing.tables import PeopleTable, people_table
from inspectors.importing.writing import write_plan
from inspectors.models import PeopleImport, Pool
from inspectors.wording import PeopleWording
from institutions.importing.committing import POOL_CHANGED
from institutions.models import ImportState
from jobs.running import JobRefused, Outcome, Progress
from workbooks.guard import WorkbookRefused

KEPT = 500
NOBODY = "表头下面没有读到任何人员。请把数据填在表头下面的行里（示例行不会导入）。"


def check_import(run: PeopleImport, progress: Progress) -> PeopleImport:
    """Run again after a crash, it begins anew and gives the same result."""
    people = people_table(run.pool, run.owner)
    try:
        reading = _read(run, people, progress)
    except WorkbookRefused as refusal:
        return _refuse(run, refusal.message)
    if not reading.drafts and not reading.faults.errors:
        return _refuse(run, NOBODY)
    progress("正在与名录库比对")
    plan = compare(list(reading.drafts.values()), people, run.owner)
    for row, key, problem in plan.problems:
        reading.tell(row, key, problem)
    return _finish(run, people, reading, plan)


def _read(run: PeopleImport, people: PeopleTable, progress: Progress) -> Reading:
    return read_people(Path(run.file.path), people, lambda rows: progress(f"正在读取和检查，已读 {rows:,} 行"))


@transaction.atomic
def _refuse(run: PeopleImport, reason: str) -> PeopleImport:
    if imported := _imported_meanwhile(run):
        return imported
    run.state, run.refusal, run.counts = ImportState.REFUSED, reason, {}
    run.save(update_fields=["state", "refusal", "counts"])
    return run


@transaction.atomic
def _finish(run: PeopleImport, people: PeopleTable, reading: Reading, plan: Plan) -> PeopleImport:
    if imported := _imported_meanwhile(run):
        return imported
    faults = reading.faults
    run.faults = [
        {"level": fault.level, "place": fault.place, "message": fault.message} for fault in faults.kept[:KEPT]
    ]
    run.differences = _differences(people, plan.entries)
    run.counts = {kind: plan.count(kind) for kind in ("added", "changed", "same")} | {
        "rows": reading.rows, "errors": faults.errors, "warnings": faults.warnings,
    }  # fmt: skip
    run.state = ImportState.FAULTY if faults.errors else ImportState.READY
    run.plan_digest = plan.digest
    run.save(update_fields=["faults", "differences", "counts", "state", "plan_digest"])
    return run


def _imported_meanwhile(run: PeopleImport) -> PeopleImport | None:
    """A worker that comes late, after the dry run of another was confirmed and imported, changes nothing. Locks."""
    found = PeopleImport.objects.select_for_update(no_key=True).get(pk=run.pk)
    return found if found.state == ImportState.IMPORTED else None


def _differences(people: PeopleTable, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    wording, shown = PeopleWording(), [entry for entry in entries if entry.kind != "same"]
    return [
        {
            "kind": entry.kind,
            "label": f"{entry.draft.values['name'] or entry.person or ''}（{entry.draft.number}）",
            "row": entry.draft.row,
            "fields": wording.changes(people.model, entry.changes),
        }
        for entry in shown[:KEPT]
    ]


def commit_import(run: PeopleImport, progress: Progress) -> Outcome:
    """Exactly once however often it is asked: the run's state changes in the same transaction as the pool."""
    people = people_table(run.pool, run.owner)
    try:
        reading = _read(run, people, progress)
    except (WorkbookRefused, FileNotFoundError) as refusal:
        raise JobRefused("上传的文件已不能读取，请重新上传。") from refusal
    try:
        with transaction.atomic():
            if _claim(run):
                _write(run, people, reading)
            return progress.settle(_outcome(run))
    except IntegrityError as error:
        raise JobRefused(POOL_CHANGED) from error


def _claim(run: PeopleImport) -> bool:
    """The row is locked by its own update, so a second import waits and then finds nothing to do."""
    ready = PeopleImport.objects.filter(pk=run.pk, state=ImportState.READY)
    return bool(ready.update(state=ImportState.IMPORTED, imported_at=timezone.now()))


def _write(run: PeopleImport, people: PeopleTable, reading: Reading) -> None:
    plan = compare(list(reading.drafts.values()), people, run.owner, lock=True)
    if plan.problems or reading.faults.errors or plan.digest != run.plan_digest:
        raise JobRefused(POOL_CHANGED)
    with Recording("inspectors.import", run, by=run.owner) as recording:
        recording.add(write_plan(plan, people))
        recording.facts = {
            "file": run.file_name, "file_digest": run.file_digest, "plan_digest": run.plan_digest,
            "pool": run.pool, "counts": run.counts,
        }  # fmt: skip


def _outcome(run: PeopleImport) -> Outcome:
    counts = run.counts
    message = f"已导入{Pool(run.pool).label}：新增 {counts['added']:,} 人，变更 {counts['changed']:,} 人。"
    return Outcome(message, result={"run": run.pk}, next_url=f"/inspectors/import/runs/{run.pk}/")
