"""The legal representative's signature under one version, and what follows from it."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.rules import require
from selftest import header, transitions
from selftest.content import Choice
from selftest.errors import SelfCheckError, WrongState
from selftest.models import Capacity, ChangeRequest, Problem, SelfCheck, Signature, Submission, Way

TOKEN_BYTES = 16
FOLLOWED = (Problem.State.OPEN, Problem.State.WITHDRAWN)
"""States in which a new version still changes a problem."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was already checked: a drawn signature (PNG) or a scanned page."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@transaction.atomic
def sign(
    submission: Submission,
    *,
    digest: str,
    signer_name: str,
    way: Way,
    image: Paper,
    delegation: Paper | None = None,
    by: User,
) -> Signature:
    """Sign what was read: `digest` is that of the version on the signer's screen. With a delegation the signer is a
    delegate; without one, on screen, only the legal representative's own account signs.

    Hands the self-check in, follows its problems, and puts differences from the pool before the bureau.
    """
    self_check = transitions.locked(submission.self_check)
    require(by, "fill", self_check)
    transitions.check_source("sign", self_check.state)
    _check(submission, digest, signer_name)
    if delegation is None and way == Way.ON_SCREEN:
        require(by, "sign", self_check)
    signature = _store(submission, self_check, signer_name.strip(), way, image, delegation, by)
    transitions.move(
        self_check, "sign", by=by, facts={"version": submission.number, "receipt": signature.receipt_number},
        handed_in_at=self_check.handed_in_at or signature.signed_at,
    )  # fmt: skip
    _follow_problems(self_check)
    _ask_for_changes(self_check, submission)
    return signature


def _check(submission: Submission, digest: str, signer_name: str) -> None:
    if submission.withdrawn_at is not None or Signature.objects.filter(submission=submission).exists():
        raise WrongState("这一版已经撤回或签署，请刷新页面。")
    if not secrets.compare_digest(submission.digest.encode(), digest.encode()):
        raise SelfCheckError("页面上的内容不是当前版本，请刷新页面、重新阅读后再签署。")
    if not signer_name.strip():
        raise SelfCheckError("请填写签署人姓名。")


def _store(
    submission: Submission, self_check: SelfCheck, name: str, way: Way, image: Paper, delegation: Paper | None, by: User
) -> Signature:
    now, round = timezone.now(), self_check.round
    signature = Signature(
        submission=submission,
        digest=submission.digest,
        capacity=Capacity.DELEGATE if delegation else Capacity.REPRESENTATIVE,
        way=way,
        signer_name=name,
        letter=round.form.parsed.letter if round.needs_letter else "",
        image_digest=image.digest,
        delegation_digest=delegation.digest if delegation else "",
        signed_by=by,
        signed_at=now,
        receipt_number=f"ZC{timezone.localdate().year}-{round.pk:04d}-{self_check.pk:06d}-{submission.number}",
        token=secrets.token_urlsafe(TOKEN_BYTES),
    )
    signature.image.save(image.name, ContentFile(image.content), save=False)
    if delegation:
        signature.delegation.save(delegation.name, ContentFile(delegation.content), save=False)
    signature.full_clean(exclude=["submission"])
    signature.save(force_insert=True)
    return signature


def _follow_problems(self_check: SelfCheck) -> None:
    """Each “是” is a problem to follow; one that the new version no longer tells of was a mistake, and says so."""
    known = {problem.item: problem for problem in self_check.problems.select_for_update(no_key=True)}
    for answer in self_check.answers.all():
        problem = known.get(answer.item)
        told = answer.choice == Choice.YES
        if told and (problem is None or problem.state in FOLLOWED):
            values: dict[str, Any] = {
                name: getattr(answer, name) for name in ("description", "cause", "measure", "due_on")
            }
            Problem.objects.update_or_create(
                self_check=self_check, item=answer.item, defaults=values | {"state": Problem.State.OPEN}
            )
        elif not told and problem is not None and problem.state == Problem.State.OPEN:
            problem.state = Problem.State.WITHDRAWN
            problem.save(update_fields=["state"])


def _ask_for_changes(self_check: SelfCheck, submission: Submission) -> None:
    open_ones = ChangeRequest.objects.filter(submission__self_check=self_check, state=ChangeRequest.State.OPEN)
    open_ones.update(state=ChangeRequest.State.SUPERSEDED)
    blocks = list(self_check.blocks.select_related("certificate"))
    ChangeRequest.objects.bulk_create(
        ChangeRequest(
            submission=submission, institution=self_check.institution, certificate=each.certificate,
            field=each.field.key, label=each.field.label, old=each.old, new=each.new,
        )
        for each in header.differences(self_check.round.form.parsed, blocks, self_check.institution)
    )  # fmt: skip
