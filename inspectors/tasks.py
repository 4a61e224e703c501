"""Long work of the second pool: dry runs and imports."""

from accounts.rules import can
from inspectors.importing.running import check_import, commit_import
from inspectors.models import PeopleImport
from inspectors.services.imports import MODELS
from institutions.models import ImportState
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles


@handles("inspectors.check_import", label="检查人员名录试运行")
def check(job: Job, progress: Progress) -> Outcome:
    run = _run(job)
    if run.state in (ImportState.CHECKING, ImportState.READY, ImportState.FAULTY):
        run = check_import(run, progress)
    if run.state == ImportState.REFUSED:
        raise JobRefused(run.refusal)
    errors = run.counts["errors"]
    message = f"发现 {errors:,} 处错误，改正后才能导入。" if errors else "没有错误，确认后即可导入。"
    return Outcome(message, result={"run": run.pk}, next_url=f"/inspectors/import/runs/{run.pk}/")


@handles("inspectors.import", label="检查人员名录导入", can_be_retried=False)
def commit(job: Job, progress: Progress) -> Outcome:
    return commit_import(_run(job), progress)


def _run(job: Job) -> PeopleImport:
    """The owner's rights are asked again: they may have been withdrawn since."""
    run = PeopleImport.objects.select_related("owner__bureau__region").get(pk=job.parameters["run"])
    if not (run.owner.is_active and can(run.owner, "import", MODELS[run.pool])):
        raise JobRefused("您现在没有导入名录库的权限。")
    return run
