"""打包: what belongs to a duty in one ZIP, made by a worker: the sheets and documents of the bureau that reports, the files
it uploaded, and a list with the digest of each."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import can
from accounts.templatetags.wording import cn_moment
from campaigns.models import Campaign
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles
from jobs.services import start_job
from reports.duties.overview import Column
from reports.models import DutyKind, ReportingDuty, Submission
from reports.models.documents import Document, DocumentKind
from reports.official.content import printable
from reports.official.queries import latest_issued
from reports.requests import UNFIT_FOR_FILE_NAMES, file_name
from reports.sheets import SHEETS, make_sheet

KIND = "reports.assemble"
GONE = "您已无权查看这项报送任务，或者任务已被撤销。"
SUMS = "摘要（SHA-256）.txt"
LIST = "目录.txt"
SHEETS_OF: dict[DutyKind, tuple[str, ...]] = {
    DutyKind.PLAN: ("annual-plan",),
    DutyKind.STATISTICS: ("inspection-summary", "national-statistics", "problem-ledger", "measure-ledger"),
    DutyKind.SUMMARY: ("inspection-summary", "national-statistics"),
    DutyKind.OTHER: ("platform-results", "problem-ledger", "measure-ledger"),
}
DOCUMENTS_OF: dict[DutyKind, tuple[DocumentKind, ...]] = {
    DutyKind.PLAN: (DocumentKind.NOTICE, DocumentKind.PLAN_ANNOUNCEMENT),
    DutyKind.SUMMARY: (DocumentKind.SUMMARY,),
    DutyKind.STATISTICS: (DocumentKind.SUMMARY,),
    DutyKind.CASES: (DocumentKind.BULLETIN,),
    DutyKind.URGENT: (DocumentKind.URGENT_REPORT,),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the package; `path` inside it."""

    path: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@transaction.atomic
def ask_for_package(duty: ReportingDuty, *, by: User) -> Job:
    """Asking again while it is under way gives the same job."""
    audit.record("reports.assemble", duty, by=by)
    title = f"报送材料：{duty.sender.short_name} {duty.title}"
    return start_job(KIND, title, by=by, parameters={"duty": duty.pk}, key=f"{KIND}:{duty.pk}:{by.pk}")


@handles(KIND, label="打包报送材料")
def make_package(job: Job, progress: Progress) -> Outcome:
    duty = ReportingDuty.objects.visible_to(job.owner).for_acts().filter(pk=job.parameters["duty"]).first()
    if duty is None or not job.owner.is_active:
        raise JobRefused(GONE)
    parts = list(parts_of(duty, job.owner, progress))
    if not parts:
        raise JobRefused("还没有可以打包的内容：没有上传文件，也没有您可以查看的报表和已签发的文书。")
    content = zipped(duty, job.owner, parts)
    name = file_name(
        duty.campaign, duty.title.translate(UNFIT_FOR_FILE_NAMES), suffix="zip", place=duty.sender.short_name
    )
    return Outcome(f"已打包 {len(parts)} 个文件", {"files": len(parts)}, name, content)


def parts_of(duty: ReportingDuty, user: User, progress: Progress) -> Iterator[Part]:
    """The bureau that reports gets its own sheets and documents as well; whoever receives, what was handed in."""
    campaign = (
        Campaign.objects.visible_to(user).select_related("lead_bureau__region").filter(pk=duty.campaign_id).first()
    )
    if campaign and can(user, "hand_in", duty):
        yield from _sheets(duty, campaign, user, progress)
        yield from _documents(duty, campaign, progress)
    yield from _files(duty, user, progress)


def _sheets(duty: ReportingDuty, campaign: Campaign, user: User, progress: Progress) -> Iterator[Part]:
    for key in SHEETS_OF.get(DutyKind(duty.kind), ()):
        kind = SHEETS[key]
        if kind.is_open_to(user, campaign):
            progress(f"正在生成{kind.label}")
            yield Part(f"报表/{kind.label}.xlsx", make_sheet(key, campaign, user))


def _documents(duty: ReportingDuty, campaign: Campaign, progress: Progress) -> Iterator[Part]:
    """As issued by the bureau that reports: to be read, and to be worked on."""
    from reports.official.docx import render_docx  # noqa: PLC0415  # slow to import, in workers only
    from reports.pdf import render_official_document  # noqa: PLC0415  # half a second and 50 MB, in workers only

    for document in _issued(duty, campaign):
        progress(f"正在排版《{document.title[:40]}》")
        paper = printable(document)
        stem = f"{document.number} {document.title}".translate(UNFIT_FOR_FILE_NAMES)
        yield Part(f"文书/{stem}.pdf", render_official_document(paper))
        yield Part(f"文书/{stem}.docx", render_docx(paper))


def _issued(duty: ReportingDuty, campaign: Campaign) -> Iterator[Document]:
    for kind in DOCUMENTS_OF.get(DutyKind(duty.kind), ()):
        if document := latest_issued(campaign, kind, duty.sender):
            yield document


def _files(duty: ReportingDuty, user: User, progress: Progress) -> Iterator[Part]:
    """Of what was handed in last; for the bureau that reports, of what it prepares now, if it does."""
    submission = package_submission(duty, user)
    files = list(submission.files.all()) if submission else []
    for place, file in enumerate(files, start=1):
        progress("正在读取上传的文件", place, len(files))
        with file.file.open("rb") as stream:
            yield Part(f"报送文件/{place:02d} {file.name}", stream.read())


def package_submission(duty: ReportingDuty, user: User) -> Submission | None:
    """Needs submissions and their files."""
    mine = user.bureau_id == duty.sender_id
    found = [each for each in duty.submissions.all() if each.is_out or mine]
    return max(found, key=lambda each: each.number, default=None)


def zipped(duty: ReportingDuty, user: User, parts: list[Part]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for part in parts:
            package.writestr(part.path, part.content)
        package.writestr(LIST, "\r\n".join(_list(duty, user, parts)).encode("utf-8-sig"))
        package.writestr(SUMS, "".join(f"{part.digest}  {part.path}\n" for part in parts))
    return stream.getvalue()


def _list(duty: ReportingDuty, user: User, parts: list[Part]) -> Iterator[str]:
    yield f"抽查活动：{duty.campaign.title}"
    yield f"报送内容：{duty.title}"
    yield f"报送单位：{duty.sender.name}"
    yield f"接收单位：{duty.receiver.name}"
    yield f"截止日期：{Column(duty.title, duty.due_on, duty.is_soft).day}"
    yield f"打包：{user.name}，{cn_moment(timezone.now())}"
    yield ""
    for number, part in enumerate(parts, start=1):
        yield f"{number}. {part.path}（{len(part.content):,} 字节）"
    yield ""
    yield f"各文件的摘要见“{SUMS}”，可用 sha256sum -c 核对。"
