"""Long work of the pool: dry runs, imports, marked workbooks, large exports."""

from pathlib import Path

from accounts.rules import can
from institutions.exporting import export_pool, filtered
from institutions.importing.checking import check_import
from institutions.importing.committing import commit_import
from institutions.importing.marking import marked_workbook
from institutions.models import ImportRun, ImportState, Institution
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles


@handles("institutions.check_import")
def check(job: Job, progress: Progress) -> Outcome:
    run = _run(job)
    if run.state in (ImportState.CHECKING, ImportState.READY, ImportState.FAULTY):
        run = check_import(run, progress)
    if run.state == ImportState.REFUSED:
        raise JobRefused(run.refusal)
    errors = run.counts["errors"]
    message = f"发现 {errors:,} 处错误，改正后才能导入。" if errors else "没有错误，确认后即可导入。"
    return Outcome(message, result={"run": run.pk}, next_url=f"/institutions/import/{run.pk}/")


@handles("institutions.import")
def commit(job: Job, progress: Progress) -> Outcome:
    return commit_import(_run(job), progress)


@handles("institutions.mark_faults")
def mark(job: Job, progress: Progress) -> Outcome:
    run = _run(job)
    progress("正在标注有问题的单元格")
    return Outcome("已标注", file_name=f"{Path(run.file_name).stem}-问题标注.xlsx", content=marked_workbook(run))


@handles("institutions.export")
def export(job: Job, progress: Progress) -> Outcome:
    found = filtered(job.parameters["query"], job.owner)
    progress(f"正在导出 {found.count():,} 家机构")
    return Outcome("已导出", file_name=job.parameters["file_name"], content=export_pool(found, job.owner))


def _run(job: Job) -> ImportRun:
    """The owner's rights are asked again: they may have been withdrawn since."""
    run = ImportRun.objects.select_related("owner__bureau__region").get(pk=job.parameters["run"])
    if not (run.owner.is_active and can(run.owner, "import", Institution)):
        raise JobRefused("您现在没有导入名录库的权限。")
    return run
