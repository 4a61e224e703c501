"""Saves what a workbook changed: all of it or nothing."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from selftest import transitions
from selftest.errors import ChangedMeanwhile, SelfCheckError
from selftest.filling import save_answer, save_header
from selftest.models import Answer, HeaderBlock, SelfCheck
from selftest.workbook.layout import answer_text, field_text
from selftest.workbook.reading import Edit, Reading
from workbooks.columns import Fault

SHOWN = 60
"""Characters of a text that stands online."""


class NotApplied(SelfCheckError):
    """Nothing was saved; `faults` say which rows could not be, and why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"工作簿中有 {len(faults)} 处不能保存，什么都没有改动。")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Applied:
    items: list[int]
    blocks: int


@transaction.atomic
def apply(self_check: SelfCheck, reading: Reading, *, by: User) -> Applied:
    """Raises NotApplied with every fault of the reading and every row that somebody else has saved since."""
    require(by, "fill", self_check)
    transitions.locked(self_check)
    faults = list(reading.faults)
    items: list[int] = []
    blocks = 0
    for edit in reading.edits:
        try:
            changed = _save(self_check, edit, by)
        except ChangedMeanwhile as error:
            faults += _conflicts(self_check, edit, error)
        except SelfCheckError as error:
            faults.append(edit.fault("", "refused", str(error)))
        else:
            if isinstance(edit.subject, HeaderBlock):
                blocks += changed
            elif changed:
                items.append(edit.subject)
    if faults:
        raise NotApplied(faults)
    if items or blocks:
        audit.record("selftest.upload_workbook", self_check, by=by, facts={"items": items, "blocks": blocks})
    return Applied(items, blocks)


def _save(self_check: SelfCheck, edit: Edit, by: User) -> bool:
    """Whether anything is different now."""
    if isinstance(edit.subject, HeaderBlock):
        block = edit.subject
        return save_header(block, edit.values, base=edit.base, by=by).revision != block.revision
    before = self_check.answers.filter(item=edit.subject).values_list("revision", flat=True).first()
    return save_answer(self_check, edit.subject, edit.values, base=edit.base, by=by).revision != before


def _conflicts(self_check: SelfCheck, edit: Edit, error: ChangedMeanwhile) -> list[Fault]:
    """Cell by cell what stands online where the workbook says something else."""
    current = error.current
    who = current.changed_by.name if current.changed_by else "其他人"
    when = f" {timezone.localtime(current.changed_at):%m-%d %H:%M} " if current.changed_at else ""
    return [
        edit.fault(
            key, "changed_meanwhile",
            f"下载之后，{who}{when}在网上改过这一行，此处现为“{_short(_online(self_check, current, key)) or '（空）'}”。"
            "请在网上核对后修改，或重新下载工作簿再填。",
        )
        for key in edit.values
    ]  # fmt: skip


def _online(self_check: SelfCheck, current: Answer | HeaderBlock, key: str) -> str:
    if isinstance(current, Answer):
        return answer_text(current, key)
    content = self_check.round.form.parsed
    fields = content.basic if current.kind == HeaderBlock.Kind.BASIC else content.certificate
    return next((field_text(field, current.values) for field in fields if field.key == key), "")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
