"""Files are collected in a draft, handed in as a whole, signed for or sent back with a reason, and handed in again."""

import secrets

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from accounts.uploads import UploadRefused
from reports.duties.errors import DutyError
from reports.duties.states import SUBMISSION_STEPS, SubmissionState
from reports.models import DutyKind, ReportingDuty, Submission, SubmissionFile
from selftest import examining

MOST_FILES = 30
NAME_BYTES = 16


def takes_files(duty: ReportingDuty) -> bool:
    """Nothing was handed in, or it came back; what is due at any time can always be added to."""
    latest = duty.submissions.exclude(state=SubmissionState.DRAFT).order_by("-number").first()
    is_open = latest is None or latest.state == SubmissionState.RETURNED
    return is_open or duty.due_on is None or duty.kind == DutyKind.URGENT


def attach(duty: ReportingDuty, name: str, content: bytes, *, by: User) -> SubmissionFile:
    """Keep a file for the next handing in. The same file again changes nothing.

    Not to be called inside a transaction: the file is stored first, and taken away when its row cannot be.
    """
    require(by, "hand_in", duty)
    try:
        found = examining.examine(name, content, subject=duty, action="reports.infected", by=by)
    except UploadRefused as refused:
        raise DutyError(str(refused)) from refused
    file = SubmissionFile(
        name=found.name, media_type=found.media_type, size=len(found.content), digest=found.digest, uploaded_by=by
    )
    file.file.save(secrets.token_hex(NAME_BYTES), ContentFile(found.content), save=False)
    kept = None
    try:
        kept = _keep(duty, file, by)
    finally:
        if kept is not file:
            file.file.storage.delete(str(file.file.name))
    return kept


@transaction.atomic
def _keep(duty: ReportingDuty, file: SubmissionFile, by: User) -> SubmissionFile:
    """The row, or that of the same file if it is there already."""
    draft = draft_of(duty, by=by)
    if known := draft.files.filter(digest=file.digest).first():
        return known
    if draft.files.count() >= MOST_FILES:
        raise DutyError(f"一次最多报送 {MOST_FILES} 个文件，请合并成一个 PDF，或先移除不需要的。")
    file.submission = draft
    file.save()
    return file


@transaction.atomic
def draft_of(duty: ReportingDuty, *, by: User) -> Submission:
    """The one being prepared, begun when it is first asked for."""
    require(by, "hand_in", duty)
    duty = ReportingDuty.objects.select_for_update(of=("self",), no_key=True).get(pk=duty.pk)
    if draft := duty.submissions.filter(state=SubmissionState.DRAFT).first():
        return draft
    if not takes_files(duty):
        raise DutyError("材料已经报送。需要更正的，请接收单位退回后重新报送。")
    return Submission.objects.create(duty=duty, number=duty.submissions.count() + 1)


@transaction.atomic
def remove(file: SubmissionFile, *, by: User) -> None:
    require(by, "hand_in", file.submission.duty)
    submission = locked(file.submission)
    if submission.state != SubmissionState.DRAFT:
        raise DutyError("材料已经报送，不能移除文件。")
    submission.files.filter(pk=file.pk).delete()
    name = str(file.file.name)
    transaction.on_commit(lambda: file.file.storage.delete(name))


def locked(submission: Submission) -> Submission:
    rows = Submission.objects.select_for_update(of=("self",), no_key=True).select_related(
        "duty__campaign", "duty__sender", "duty__receiver"
    )
    return rows.get(pk=submission.pk)


@transaction.atomic
def hand_in(duty: ReportingDuty, *, words: str, by: User) -> Submission:
    """With files, or with words alone where there is nothing to attach (零报告)."""
    require(by, "hand_in", duty)
    submission = locked(draft_of(duty, by=by))
    words = words.strip()
    if not words and not submission.files.exists():
        raise DutyError("请上传文件，或者写明情况（没有的也要写明，如“无典型案例”），再报送。")
    return _move(submission, "hand_in", by=by, words=words, handed_in_by=by, handed_in_at=timezone.now())


@transaction.atomic
def return_submission(submission: Submission, *, reason: str, by: User) -> Submission:
    require(by, "receive", submission.duty)
    if not reason.strip():
        raise DutyError("请写明退回的理由和要补正的内容。")
    return _move(locked(submission), "return", by=by, reason=reason.strip(), decided_by=by, decided_at=timezone.now())


@transaction.atomic
def receive_submission(submission: Submission, *, by: User) -> Submission:
    """签收: nothing is wanted any more."""
    require(by, "receive", submission.duty)
    return _move(locked(submission), "receive", by=by, decided_by=by, decided_at=timezone.now())


def _move(submission: Submission, step: str, *, by: User, **fields: object) -> Submission:
    legal = SUBMISSION_STEPS[step]
    if submission.state not in legal.sources:
        raise DutyError(f"这次报送当前为“{submission.get_state_display()}”，不能{legal.label}。")
    action = {"hand_in": "hand_in", "return": "return_submission", "receive": "receive_submission"}[step]
    with audit.recorded(f"reports.{action}", submission, by=by):
        submission.state = legal.target
        for name, value in fields.items():
            setattr(submission, name, value)
        submission.save(update_fields=["state", *fields])
    return submission
