"""Every signed self-check of a round, or of one county of it, in one file: a PDF to print or a ZIP to keep."""

import zipfile
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import QuerySet

from accounts.models import Region, User
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles
from reports.merging import batches, merge
from reports.requests import LONGEST_TITLE, UNFIT_FOR_FILE_NAMES
from reports.self_check_form import SelfCheckSheet, check_address, signature_of, version_sheet
from selftest.models import Round, SelfCheck
from selftest.submitting import last_signed

KIND = "reports.self_checks"
PER_STEP = 20
MOST_IN_ONE_PDF = 300
MOST_IN_ONE_ZIP = 3000
GONE = "您已无权查看这一轮自查，或者所选范围内没有签署报送的自查表。"


def asked_for(round: Round, county: str, form: str) -> dict[str, Any]:
    return {"round": round.pk, "county": county, "form": form}


def printable(user: User, round: int, county: str = "") -> QuerySet[SelfCheck]:
    """What was signed at least once and this person sees, by county and name."""
    found = SelfCheck.objects.visible_to(user).filter(round=round, handed_in_at__isnull=False)
    return (found.filter(county=county) if county else found).order_by("county_id", "institution__name", "pk")


@handles(KIND, label="合并自查表")
def make_self_checks(job: Job, progress: Progress) -> Outcome:
    round = Round.objects.visible_to(job.owner).filter(pk=job.parameters["round"]).first()
    county, form = job.parameters["county"], job.parameters["form"]
    keys = list(printable(job.owner, round.pk, county).values_list("pk", flat=True)) if round else []
    if round is None or not keys or not job.owner.is_active:
        raise JobRefused(GONE)
    most = MOST_IN_ONE_PDF if form == "pdf" else MOST_IN_ONE_ZIP
    if len(keys) > most:
        raise JobRefused(
            f"共 {len(keys)} 份，一个文件最多放 {most} 份。请分县区生成{'，或改为 ZIP' if form == 'pdf' else ''}。"
        )
    write = _write_pdf if form == "pdf" else _write_zip
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever stores it
    write(file, keys, job.owner, progress)
    name = _file_name(round, county, form)
    return Outcome(f"已生成 {len(keys)} 份自查表", {"self_checks": len(keys)}, name, file=file)


def _file_name(round: Round, county: str, form: str) -> str:
    place = f"（{Region.objects.get(pk=county).name}）" if county else ""
    return f"{round.title.translate(UNFIT_FOR_FILE_NAMES)[:LONGEST_TITLE]}自查表{place}.{form}"


def _write_pdf(file: IO[bytes], keys: Sequence[int], by: User, progress: Progress) -> None:
    from reports.self_check_pdf import render_self_checks  # noqa: PLC0415  # half a second and 50 MB, in workers only

    merge(file, _steps(keys, by), render_self_checks, of=len(keys), doing="正在排版自查表", progress=progress)


def _write_zip(file: IO[bytes], keys: Sequence[int], by: User, progress: Progress) -> None:
    from reports.self_check_pdf import render_self_check  # noqa: PLC0415  # half a second and 50 MB, in workers only

    with zipfile.ZipFile(file, "w") as package:
        for start, sheets in _steps(keys, by):
            progress("正在排版自查表", start, len(keys))
            for place, sheet in enumerate(sheets, start + 1):
                name = sheet.institution.translate(UNFIT_FOR_FILE_NAMES)[:LONGEST_TITLE]
                package.writestr(f"{place:04d} {name}.pdf", render_self_check(sheet))


def _steps(keys: Sequence[int], by: User) -> Iterator[tuple[int, list[SelfCheckSheet]]]:
    """(how many came before, the next ones); only a few are held at a time."""
    for start, batch in batches(keys, PER_STEP):
        found = SelfCheck.objects.filter(pk__in=batch).select_related("round__form", "institution")
        in_order = {self_check.pk: self_check for self_check in found}
        yield start, [_sheet(in_order[key], by) for key in batch]


def _sheet(self_check: SelfCheck, by: User) -> SelfCheckSheet:
    submission = last_signed(self_check)
    signature = signature_of(submission) if submission else None
    if submission is None or signature is None:
        raise JobRefused(GONE)
    submission.self_check = self_check
    return version_sheet(submission, made_by=by, address=check_address(signature))
