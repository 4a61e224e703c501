"""The import itself: what the dry run staged, compared once more with the locked pool, then all of it or nothing."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.recording import Recording
from institutions.bulk import refresh_statistics
from institutions.importing.comparing import Comparison, PlanDigest
from institutions.importing.drafts import chunks, staged
from institutions.importing.writing import Writing
from institutions.models import Certificate, ImportRun, ImportState, Institution
from jobs.running import JobRefused, Outcome, Progress

POOL_CHANGED = "试运行之后名录库又有变动，与试运行的结果不一致，没有导入任何内容。请重新上传文件，再试运行一次。"


def commit_import(run: ImportRun, progress: Progress) -> Outcome:
    """Exactly once however often it is asked: the run's state changes in the same transaction as the pool."""
    path = Path(settings.MEDIA_ROOT) / run.staged
    if run.state == ImportState.READY and not path.is_file():
        raise JobRefused("暂存的数据已过期，请重新上传文件。")
    try:
        with transaction.atomic():
            if not _claim(run):
                return _outcome(run)
            _write(run, path)
            outcome = progress.settle(_outcome(run))
            transaction.on_commit(lambda: path.unlink(missing_ok=True))
            return outcome
    except IntegrityError as error:
        raise JobRefused(POOL_CHANGED) from error


def _claim(run: ImportRun) -> bool:
    """The row is locked by its own update, so a second import waits and then finds nothing to do."""
    ready = ImportRun.objects.filter(pk=run.pk, state=ImportState.READY)
    return bool(ready.update(state=ImportState.IMPORTED, imported_at=timezone.now()))


def _write(run: ImportRun, path: Path) -> None:
    digest, writing = PlanDigest(), Writing(timezone.now())
    scope, today = run.owner.scope or "", timezone.localdate()
    with Recording("institutions.import", run, by=run.owner) as recording:
        for drafts in chunks(staged(path)):
            comparison = Comparison(drafts, scope, today=today, lock=True)
            plans = comparison.plans()
            if any(problem.level == "error" for _, _, problem in comparison.problems):
                raise JobRefused(POOL_CHANGED)
            digest.add(plans)
            recording.add(writing.write(plans))
        if str(digest) != run.plan_digest:
            raise JobRefused(POOL_CHANGED)
        recording.facts = _facts(run)
    refresh_statistics(Institution, Certificate, Certificate.domains.through, rows=sum(run.counts.values()))


def _facts(run: ImportRun) -> dict[str, Any]:
    return {"file": run.file_name, "file_digest": run.file_digest, "plan_digest": run.plan_digest, "counts": run.counts}


def _outcome(run: ImportRun) -> Outcome:
    counts = run.counts
    message = (
        f"已导入：新增机构 {counts['institutions_added']:,} 家、证书 {counts['certificates_added']:,} 张，"
        f"变更机构 {counts['institutions_changed']:,} 家、证书 {counts['certificates_changed']:,} 张。"
    )
    return Outcome(message, result={"run": run.pk}, next_url=f"/institutions/import/{run.pk}/")
