"""Handing in: everything the institution wrote becomes one version that never changes, and waits for the signature."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.rules import require
from campaigns import draw as engine
from selftest import transitions
from selftest.completeness import DEMANDED, what_is_missing
from selftest.content import Choice
from selftest.errors import Incomplete, SelfCheckError
from selftest.models import Answer, Attachment, HeaderBlock, SelfCheck, Submission
from selftest.states import RoundState

JSON = dict[str, Any]


@transaction.atomic
def submit(self_check: SelfCheck, *, by: User) -> Submission:
    """Freeze a version. Incomplete when something is missing; its `gaps` say what and where."""
    require(by, "fill", self_check)
    self_check = transitions.locked(self_check)
    transitions.check_source("submit", self_check.state)
    if self_check.round.state != RoundState.OPEN:
        raise SelfCheckError("本轮自查已经结束，不能再报送。")
    if gaps := what_is_missing(self_check):
        raise Incomplete(gaps)
    number = (self_check.submissions.aggregate(last=Max("number"))["last"] or 0) + 1
    text = engine.canonical(compose(self_check, number))
    submission = Submission.objects.create(
        self_check=self_check, number=number, text=text.decode(), digest=hashlib.sha256(text).hexdigest(), submitted_by=by,
        submitted_at=timezone.now(),
    )  # fmt: skip
    transitions.move(self_check, "submit", by=by, facts={"version": number, "digest": submission.digest})
    return submission


@transaction.atomic
def withdraw(submission: Submission, *, by: User) -> SelfCheck:
    """Take back a version that nobody has signed; it stays in the list, marked as withdrawn."""
    require(by, "fill", submission.self_check)
    self_check = transitions.locked(submission.self_check)
    step = "withdraw" if self_check.reopened is None else "withdraw_again"
    transitions.check_source(step, self_check.state)
    self_check.submissions.filter(withdrawn_at=None, signature=None).update(withdrawn_at=timezone.now())
    return transitions.move(self_check, step, by=by, facts={"version": submission.number})


def waiting_version(self_check: SelfCheck) -> Submission | None:
    """The version that waits for its signature."""
    return self_check.submissions.filter(withdrawn_at=None, signature=None).order_by("-number").first()


def last_signed(self_check: SelfCheck) -> Submission | None:
    """The version that the bureau looks at."""
    signed = self_check.submissions.filter(signature__isnull=False).select_related("signature")
    return signed.order_by("-number").first()


def compose(self_check: SelfCheck, number: int) -> JSON:
    """A version as canonical JSON can hold it (draw-protocol.md section 2): no floats, dates as ISO text."""
    round, form = self_check.round, self_check.round.form
    blocks = list(self_check.blocks.select_related("certificate"))
    return {
        "answers": [_answer(row) for row in self_check.answers.select_related("carried_from__self_check__round")],
        "attachments": _attachments(self_check.attachments.filter(removed_at=None)),
        "basic": next((block.values for block in blocks if block.kind == HeaderBlock.Kind.BASIC), {}),
        "certificates": [
            {"number": block.certificate.number if block.certificate else "", "values": block.values}
            for block in blocks
            if block.kind == HeaderBlock.Kind.CERTIFICATE
        ],
        "form": {"code": form.code, "digest": form.digest, "title": form.parsed.title, "version": form.version},
        "institution": {"id": self_check.institution.identifier, "name": self_check.institution.name},
        "round": {"deadline": round.deadline.isoformat(), "id": round.pk, "title": round.title},
        "version": number,
    }


def _answer(answer: Answer) -> JSON:
    """Words of an earlier choice stay with the answer, in case somebody chooses it again; no version holds them."""
    carried = answer.carried_from
    texts = {
        "cause": answer.cause,
        "description": answer.description,
        "due_on": answer.due_on.isoformat() if answer.due_on else "",
        "measure": answer.measure,
        "reason": answer.reason,
    }
    said = {field for field, _ in DEMANDED.get(Choice(answer.choice), ())} if answer.choice else set()
    return {
        "carried_from": carried.self_check.round.title if carried else "",
        "choice": answer.choice,
        "item": answer.item,
        **{field: text if field in said else "" for field, text in texts.items()},
    }


def _attachments(rows: Iterable[Attachment]) -> list[JSON]:
    return [
        {"digest": row.digest, "item": row.item, "name": row.name, "point": row.point, "size": row.size} for row in rows
    ]
