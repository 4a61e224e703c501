"""Long work of the pool: dry runs, imports, marked workbooks, large exports."""

from pathlib import Path
from tempfile import TemporaryFile

from accounts.rules import can
from institutions.exporting import MOST, filtered, write_pool
from institutions.importing.checking import check_import
from institutions.importing.committing import commit_import
from institutions.importing.marking import marked_workbook
from institutions.models import ImportRun, ImportState, Institution
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles


@handles("institutions.check_import", label="检查对象名录试运行")
def check(job: Job, progress: Progress) -> Outcome:
    run = _run(job)
    if run.state in (ImportState.CHECKING, ImportState.READY, ImportState.FAULTY):
        run = check_import(run, progress)
    if run.state == ImportState.REFUSED:
        raise JobRefused(run.refusal)
    errors = run.counts["errors"]
    message = f"发现 {errors:,} 处错误，改正后才能导入。" if errors else "没有错误，确认后即可导入。"
    return Outcome(message, result={"run": run.pk}, next_url=f"/institutions/import/{run.pk}/")


@handles("institutions.import", label="检查对象名录导入", can_be_retried=False)
def commit(job: Job, progress: Progress) -> Outcome:
    return commit_import(_run(job), progress)


@handles("institutions.mark_faults", label="标注问题单元格")
def mark(job: Job, progress: Progress) -> Outcome:
    run = _run(job)
    progress("正在标注有问题的单元格")
    return Outcome("已标注", file_name=f"{Path(run.file_name).stem}-问题标注.xlsx", content=marked_workbook(run))


@handles("institutions.export", label="导出检查对象名录")
def export(job: Job, progress: Progress) -> Outcome:
    found = filtered(job.parameters["query"], job.owner)
    count = found.count()
    if count > MOST:
        raise JobRefused(f"共 {count:,} 家，一张工作表最多放 {MOST:,} 家。请按县区等条件筛选后分别导出。")
    progress(f"正在导出 {count:,} 家机构")
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever stores it
    write_pool(file, found, job.owner)
    return Outcome("已导出", file_name=job.parameters["file_name"], file=file)


def _run(job: Job) -> ImportRun:
    """The owner's rights are asked again: they may have been withdrawn since."""
    run = ImportRun.objects.select_related("owner__bureau__region").get(pk=job.parameters["run"])
    if not (run.owner.is_active and can(run.owner, "import", Institution)):
        raise JobRefused("您现在没有导入名录库的权限。")
    return run
