"""What an institution's people write: answers and header blocks, saved piece by piece while they work.

Each save names the revision it was made from, so that of two clerks at the same item the later one is told what
changed; repeating a save whose answer was lost on the way changes nothing. Drafts are not audited: what counts is
what is submitted, and that is kept whole.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.rules import require
from selftest import transitions
from selftest.content import Choice, FormContent
from selftest.errors import ChangedMeanwhile, Locked, SelfCheckError
from selftest.header import checked_values, fields_of, pool_values, tidy
from selftest.models import Answer, Comment, HeaderBlock, SelfCheck
from selftest.states import RoundState, SelfCheckState

HEADER = 0
"""The header's number among the items, where items are named."""
LONGEST_TEXT = 2000
TEXTS = {"description": "问题描述", "cause": "原因分析", "measure": "整改措施", "reason": "不适用理由"}
ANSWER_FIELDS = ("choice", *TEXTS, "due_on")

Draft = TypeVar("Draft", Answer, HeaderBlock)


@transaction.atomic
def begin(self_check: SelfCheck, *, by: User) -> SelfCheck:
    """Open the form: header from the pool, earlier answers carried over, every other item without a choice."""
    require(by, "fill", self_check)
    self_check = transitions.locked(self_check)
    if self_check.round.state != RoundState.OPEN:
        raise SelfCheckError("本轮自查已经结束，不能再填报。")
    content = self_check.round.form.parsed
    transitions.move(self_check, "begin", by=by, began_at=timezone.now())
    HeaderBlock.objects.bulk_create(_blocks(self_check, content))
    earlier = carried_answers(self_check)
    Answer.objects.bulk_create(_answer(self_check, item, earlier.get(item)) for item in content.numbers)
    return self_check


def _blocks(self_check: SelfCheck, content: FormContent) -> list[HeaderBlock]:
    institution = self_check.institution
    basic = HeaderBlock(
        self_check=self_check, kind=HeaderBlock.Kind.BASIC, values=pool_values(content.basic, institution)
    )
    certificates = institution.certificates.filter(state__in=["valid", "suspended"]).order_by("number")
    return [basic] + [
        HeaderBlock(
            self_check=self_check,
            kind=HeaderBlock.Kind.CERTIFICATE,
            certificate=certificate,
            position=position,
            values=pool_values(content.certificate, certificate),
        )
        for position, certificate in enumerate(certificates, 1)
    ]


def carried_answers(self_check: SelfCheck) -> dict[int, Answer]:
    """The accepted answers of the earlier round that this round does not ask again, by item."""
    round = self_check.round
    if round.carries_from_id is None:
        return {}
    earlier = Answer.objects.filter(
        self_check__round=round.carries_from_id,
        self_check__institution=self_check.institution_id,
        self_check__state=SelfCheckState.ACCEPTED,
        item__in=round.carried_items,
    )
    return {answer.item: answer for answer in earlier.exclude(choice="")}


def _answer(self_check: SelfCheck, item: int, earlier: Answer | None) -> Answer:
    answer = Answer(self_check=self_check, item=item, carried_from=earlier)
    if earlier is not None:
        for field in ANSWER_FIELDS:
            setattr(answer, field, getattr(earlier, field))
    return answer


@transaction.atomic
def save_answer(self_check: SelfCheck, item: int, values: Mapping[str, Any], *, base: int, by: User) -> Answer:
    """Save what changed of one item: `values` holds any of choice, description, cause, measure, reason (text) and
    due_on (date or None). `base` is the revision it was written over.

    Locked, when the item is not open; ChangedMeanwhile, when somebody else has saved it since.
    """
    self_check = transitions.locked(self_check)
    require(by, "fill", self_check)
    content = self_check.round.form.parsed
    checked = _checked_answer(content, item, values)
    answer = Answer.objects.select_related("changed_by").filter(self_check=self_check, item=item).first()
    if answer is None or not is_writable(self_check, item, carried=answer.carried_from_id is not None):
        raise Locked("这一项现在不能修改。")
    if all(getattr(answer, field) == value for field, value in checked.items()):
        return answer
    if answer.revision != base:
        raise ChangedMeanwhile(answer)
    return _write(answer, checked, by)


def _write(draft: Draft, values: Mapping[str, Any], by: User) -> Draft:
    for field, value in values.items():
        setattr(draft, field, value)
    draft.revision += 1
    draft.changed_by = by
    draft.changed_at = timezone.now()
    draft.save(update_fields=[*values, "revision", "changed_by", "changed_at"])
    return draft


def _checked_answer(content: FormContent, number: int, values: Mapping[str, Any]) -> dict[str, Any]:
    item = content.item(number)
    if item is None:
        raise SelfCheckError(f"自查表没有第 {number} 项。")
    checked = dict(values)
    if unknown := checked.keys() - set(ANSWER_FIELDS):
        raise SelfCheckError(f"不认识的内容：{'、'.join(sorted(unknown))}。")
    if checked.get("choice", "") not in ("", *item.options):
        raise SelfCheckError(f"第 {number} 项只能选择{'、'.join(Choice(each).label for each in item.options)}。")
    for field in TEXTS.keys() & checked.keys():
        checked[field] = _text(number, field, checked[field])
    if not isinstance(checked.get("due_on"), date | None):
        raise SelfCheckError(f"第 {number} 项的整改完成日期应为日期，如 2025-09-15。")
    return checked


def _text(number: int, field: str, value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise SelfCheckError(f"第 {number} 项的{TEXTS[field]}应为文字。")
    if len(value) > LONGEST_TEXT:
        raise SelfCheckError(f"第 {number} 项的{TEXTS[field]}不能超过 {LONGEST_TEXT} 字，现有 {len(value)} 字。")
    return tidy(value)


def is_writable(self_check: SelfCheck, item: int, *, carried: bool = False) -> bool:
    """Whether this item (0: the header) can be changed now. After a return only what was named, even if carried."""
    if not self_check.is_open:
        return False
    return not carried if self_check.reopened is None else item in self_check.reopened


@transaction.atomic
def save_header(block: HeaderBlock, values: Mapping[str, Any], *, base: int, by: User) -> HeaderBlock:
    """Save what changed of one header block. Locked or ChangedMeanwhile like `save_answer`."""
    self_check = transitions.locked(block.self_check)
    require(by, "fill", self_check)
    checked = checked_values(fields_of(self_check.round.form.parsed, block.kind), values)
    block = HeaderBlock.objects.select_related("changed_by", "certificate").get(pk=block.pk)
    if not is_writable(self_check, HEADER):
        raise Locked("基本信息现在不能修改。")
    merged = block.values | checked
    if merged == block.values:
        return block
    if block.revision != base:
        raise ChangedMeanwhile(block)
    return _write(block, {"values": merged}, by)


def add_certificate_block(self_check: SelfCheck, *, by: User) -> HeaderBlock:
    """An empty block for a certificate that the pool does not know yet."""
    with transaction.atomic():
        self_check = _locked_for_header(self_check, by)
        last = self_check.blocks.order_by("-position").values_list("position", flat=True).first() or 0
        return HeaderBlock.objects.create(
            self_check=self_check, kind=HeaderBlock.Kind.CERTIFICATE, position=last + 1, changed_by=by,
            changed_at=timezone.now(),
        )  # fmt: skip


def remove_certificate_block(block: HeaderBlock, *, by: User) -> None:
    """Take off a block that was added by hand; those of the pool stay."""
    with transaction.atomic():
        _locked_for_header(block.self_check, by)
        if block.kind != HeaderBlock.Kind.CERTIFICATE or block.certificate_id is not None:
            raise SelfCheckError("名录库中的证书不能删除；证书已经失效的，请联系监管部门更新名录库。")
        block.delete()


def _locked_for_header(self_check: SelfCheck, by: User) -> SelfCheck:
    self_check = transitions.locked(self_check)
    require(by, "fill", self_check)
    if not is_writable(self_check, HEADER):
        raise Locked("基本信息现在不能修改。")
    return self_check


def add_comment(self_check: SelfCheck, text: str, *, item: int = 0, by: User) -> Comment:
    """Words to one's colleagues about an item (0: the whole form); the bureau never sees them."""
    require(by, "comment", self_check)
    if not text.strip():
        raise SelfCheckError("请写留言内容。")
    if item and self_check.round.form.parsed.item(item) is None:
        raise SelfCheckError(f"自查表没有第 {item} 项。")
    comment = Comment(self_check=self_check, item=item, text=text.strip(), by=by)
    comment.full_clean()
    comment.save()
    return comment
