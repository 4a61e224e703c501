import hashlib

from django.core.files.base import File
from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.rules import require
from inspectors.models import Expert, Inspector, PeopleImport, Pool
from jobs.models import Job
from jobs.services import start_job

MODELS: dict[str, type[Inspector] | type[Expert]] = {Pool.INSPECTORS: Inspector, Pool.EXPERTS: Expert}


@transaction.atomic
def start_import(file: File[bytes], *, pool: str, file_name: str, by: User) -> PeopleImport:
    """Keep the upload where only the application reads it, and start its dry run."""
    require(by, "import", MODELS[pool])
    run = PeopleImport(pool=pool, owner=by, file_name=file_name[:150], file_digest=_digest(file))
    run.file.save("people.xlsx", file, save=False)
    run.save()
    audit.record("inspectors.upload", run, by=by, facts={"file_digest": run.file_digest, "size": file.size})
    run.check_job = start_job(
        "inspectors.check_import", f"试运行：{run.file_name}", by=by, parameters={"run": run.pk},
        key=f"inspectors.check_import:{run.pk}",
    )  # fmt: skip
    run.save(update_fields=["check_job"])
    return run


@transaction.atomic
def confirm_import(run: PeopleImport, *, by: User) -> Job:
    """Start the import; asked twice, it is the same job."""
    run = PeopleImport.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.commit_job is not None and not run.commit_job.came_to_nothing:
        return run.commit_job
    require(by, "commit", run)
    run.commit_job = start_job(
        "inspectors.import",
        f"导入：{run.file_name}",
        by=by,
        parameters={"run": run.pk},
        key=f"inspectors.import:{run.pk}",
    )
    run.save(update_fields=["commit_job"])
    return run.commit_job


def _digest(file: File[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
