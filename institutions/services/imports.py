import hashlib
from typing import Any

from django.core.files.base import File
from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.rules import require
from institutions.models import ImportRun, Institution
from jobs.models import Job
from jobs.services import start_job


@transaction.atomic
def start_import(file: File[Any], *, file_name: str, by: User) -> ImportRun:
    """Keep the upload where only the application reads it, and start its dry run."""
    require(by, "import", Institution)
    run = ImportRun(owner=by, file_name=file_name[:150], file_digest=_digest(file))
    run.file.save("pool.xlsx", file, save=False)
    run.save()
    audit.record("institutions.upload", run, by=by, facts={"file_digest": run.file_digest, "size": file.size})
    run.check_job = start_job(
        "institutions.check_import", f"试运行：{run.file_name}", by=by, parameters={"run": run.pk},
        key=f"institutions.check_import:{run.pk}",
    )  # fmt: skip
    run.save(update_fields=["check_job"])
    return run


@transaction.atomic
def confirm_import(run: ImportRun, *, by: User) -> Job:
    """Start the import; asked twice, it is the same job."""
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.commit_job is not None and not run.commit_job.came_to_nothing:
        return run.commit_job
    require(by, "commit", run)
    run.commit_job = start_job(
        "institutions.import",
        f"导入：{run.file_name}",
        by=by,
        parameters={"run": run.pk},
        key=f"institutions.import:{run.pk}",
    )
    run.save(update_fields=["commit_job"])
    return run.commit_job


def mark_faults(run: ImportRun, *, by: User) -> Job:
    """Make the workbook in which the faulty cells are coloured; it waits under 我的文件."""
    require(by, "import", Institution)
    title = f"问题标注：{run.file_name}"
    return start_job(
        "institutions.mark_faults", title, by=by, parameters={"run": run.pk}, key=f"institutions.mark:{run.pk}"
    )


@transaction.atomic
def record_export(query: str, count: int, *, by: User) -> None:
    """Telephone numbers leave the system: who took how many, and which."""
    require(by, "export", Institution)
    audit.record("institutions.export", by, by=by, facts={"filter": query, "count": count})


@transaction.atomic
def start_export(query: str, count: int, *, file_name: str, by: User) -> Job:
    record_export(query, count, by=by)
    parameters = {"query": query, "file_name": file_name}
    return start_job(
        "institutions.export",
        "导出检查对象名录库",
        by=by,
        parameters=parameters,
        key=f"institutions.export:{by.pk}:{query}"[:120],
    )


def _digest(file: File[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
