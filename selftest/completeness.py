"""What is still missing before a self-check can be handed in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from selftest.content import Choice, FormContent, Item
from selftest.header import fields_of
from selftest.models import Answer, HeaderBlock, SelfCheck


@dataclass(frozen=True, slots=True)
class Gap:
    """Something to fill: `item` 0 is the header; `field` is a field's name on the page."""

    item: int
    field: str
    words: str

    def __str__(self) -> str:
        return f"第 {self.item} 项{self.words}" if self.item else f"基本信息{self.words}"


DEMANDED = {
    Choice.YES: (
        ("description", "没有写问题描述"),
        ("cause", "没有写原因分析"),
        ("measure", "没有写整改措施"),
        ("due_on", "没有写整改完成日期"),
    ),
    Choice.NOT_APPLICABLE: (("reason", "没有写不适用的理由"),),
}
"""What each choice asks for: “是” tells of a problem and how it will be mended, “不适用” says why."""


def what_is_missing(self_check: SelfCheck) -> list[Gap]:
    """In the order of the form; empty when it can be handed in."""
    content = self_check.round.form.parsed
    answers = {answer.item: answer for answer in self_check.answers.all()}
    blocks = list(self_check.blocks.select_related("certificate"))
    return [*header_gaps(content, blocks), *_items(content, answers)]


def _items(content: FormContent, answers: dict[int, Answer]) -> Iterator[Gap]:
    for item in content.items:
        yield from gaps_of(item, answers.get(item.number))


def gaps_of(item: Item, answer: Answer | None) -> Iterator[Gap]:
    """An answer that was carried over was complete when it was given."""
    if answer is not None and answer.carried_from_id is not None:
        return
    if answer is None or answer.choice not in item.options:
        yield Gap(item.number, "choice", "没有选择")
        return
    for field, words in DEMANDED.get(Choice(answer.choice), ()):
        if not getattr(answer, field):
            yield Gap(item.number, field, words)


def header_gaps(content: FormContent, blocks: Iterable[HeaderBlock]) -> Iterator[Gap]:
    blocks = list(blocks)
    if not any(block.kind == HeaderBlock.Kind.BASIC for block in blocks):
        yield Gap(0, "basic", "没有填写")
    if not any(block.kind == HeaderBlock.Kind.CERTIFICATE for block in blocks):
        yield Gap(0, "certificate", "没有任何资质认定证书")
    for block in blocks:
        for field in fields_of(content, block.kind):
            if field.required and not block.values.get(field.key):
                of = "" if block.kind == HeaderBlock.Kind.BASIC else f"（{block}）"
                yield Gap(0, field.key, f"缺“{field.label}”{of}")
