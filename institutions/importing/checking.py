"""The dry run: reads the workbook, tells every fault and every difference, keeps what it read for the import."""

import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from institutions.importing.checks import Surroundings
from institutions.importing.comparing import Comparison, Plan, PlanDigest
from institutions.importing.drafts import chunks, stage
from institutions.importing.gathering import Faults, Gathering, gather
from institutions.importing.table import pool_table
from institutions.models import ImportDifference, ImportFault, ImportRun, ImportState, Institution
from institutions.wording import Wording
from workbooks.guard import WorkbookRefused

KEPT_DIFFERENCES = 1000
FAULT_FIELDS = ("level", "sheet", "row", "column", "title", "code", "message")
THINGS = {"institution": "机构", "certificate": "证书"}

Report = Callable[[str, int, int], None]


class Tally:
    """Counts what would be added, changed and left; keeps the first KEPT_DIFFERENCES of each kind to be shown."""

    def __init__(self, run: ImportRun, wording: Wording) -> None:
        self.run, self.wording = run, wording
        self.counts = {f"{thing}s_{kind}": 0 for thing in THINGS for kind in ("added", "changed", "same")}
        self.differences: list[ImportDifference] = []

    def add(self, plan: Plan) -> None:
        for thing, entry in plan.entries():
            kind = "added" if entry.pk is None else "changed" if entry.changes else "same"
            self.counts[f"{thing}s_{kind}"] += 1
            if kind == "same" or self.counts[f"{thing}s_{kind}"] > KEPT_DIFFERENCES:
                continue
            fields = self.wording.differences(thing, entry.changes)
            self.differences.append(
                ImportDifference(
                    run=self.run,
                    kind=kind,
                    thing=THINGS[thing],
                    label=str(entry.after[0])[:150],
                    row=entry.row,
                    fields=fields,
                )
            )


def check_import(run: ImportRun, report: Report) -> ImportRun:
    """Run again after a crash, it begins anew and gives the same result."""
    faults = Faults()
    try:
        gathering = _gather(run, faults, report)
    except WorkbookRefused as refusal:
        return _refuse(run, refusal.message)
    if not gathering.drafts and not faults.errors:
        return _refuse(run, "表头下面没有读到任何机构。请把数据填在表头下面的行里（示例行不会导入）。")
    tally, digest = _compare(run, gathering, report)
    staged = "" if faults.errors else _stage(gathering)
    return _finish(run, gathering, tally, str(digest), staged)


def _gather(run: ImportRun, faults: Faults, report: Report) -> Gathering:
    region = run.owner.region
    if region is None:
        raise WorkbookRefused("no_region", "您的账号没有所属单位，不能导入名录库。")
    spec = pool_table([])
    return gather(
        Path(run.file.path),
        spec,
        Surroundings.of(region),
        faults,
        lambda rows: report(f"正在读取和检查，已读 {rows:,} 行", 0, 0),
    )


def _compare(run: ImportRun, gathering: Gathering, report: Report) -> tuple[Tally, PlanDigest]:
    tally, digest = Tally(run, Wording()), PlanDigest()
    today, scope, done = timezone.localdate(), run.owner.scope or "", 0
    for drafts in chunks(gathering.drafts.values()):
        comparison = Comparison(drafts, scope, today=today)
        plans = comparison.plans()
        for row, key, problem in comparison.problems:
            gathering.tell(row, key, problem)
        for plan in plans:
            tally.add(plan)
        digest.add(plans)
        done += len(drafts)
        report("正在与名录库比对", done, len(gathering.drafts))
    return tally, digest


def _stage(gathering: Gathering) -> str:
    name = f"imports/staged/{secrets.token_hex(16)}.jsonl"
    stage(Path(settings.MEDIA_ROOT) / name, gathering.drafts.values())
    return name


@transaction.atomic
def _refuse(run: ImportRun, reason: str) -> ImportRun:
    if imported := _imported_meanwhile(run):
        return imported
    run.state, run.refusal, run.counts = ImportState.REFUSED, reason, {}
    run.save(update_fields=["state", "refusal", "counts"])
    return run


@transaction.atomic
def _finish(run: ImportRun, gathering: Gathering, tally: Tally, digest: str, staged: str) -> ImportRun:
    if imported := _imported_meanwhile(run):
        return imported
    faults = gathering.faults
    mentioned = tally.counts["institutions_changed"] + tally.counts["institutions_same"]
    in_pool = Institution.objects.in_scope(run.owner.scope or "").count()
    run.faults.all().delete()
    run.differences.all().delete()
    ImportFault.objects.bulk_create(
        [ImportFault(run=run, **{name: _cut(getattr(fault, name)) for name in FAULT_FIELDS}) for fault in faults.kept]
    )
    ImportDifference.objects.bulk_create(tally.differences)
    run.counts = tally.counts | {
        "rows": gathering.rows,
        "errors": faults.errors,
        "warnings": faults.warnings,
        "absent": max(in_pool - mentioned, 0),
    }
    run.state = ImportState.FAULTY if faults.errors else ImportState.READY
    run.staged, run.plan_digest = staged, digest
    run.save(update_fields=["counts", "state", "staged", "plan_digest"])
    return run


def _imported_meanwhile(run: ImportRun) -> ImportRun | None:
    """A worker that comes late, after the dry run of another was confirmed and imported, changes nothing. Locks."""
    found = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    return found if found.state == ImportState.IMPORTED else None


def _cut(value: object) -> object:
    return value[:500] if isinstance(value, str) else value
