"""Which items of a new round may keep the answers of an earlier one: only those that ask the same question."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from selftest.content import FormContent, Item


class Likeness(Enum):
    """How an item of a form stands to the item of the same number in an earlier form."""

    SAME = "内容相同"
    REWORDED = "题目相同，检查方法或要点有改动"
    DIFFERENT = "题目不同，不能沿用"
    NEW = "此前没有这一项"


@dataclass(frozen=True, slots=True)
class Pair:
    item: Item
    earlier: Item | None

    @property
    def likeness(self) -> Likeness:
        if self.earlier is None:
            return Likeness.NEW
        if _solid(self.item.title) != _solid(self.earlier.title) or not self._keeps_options:
            return Likeness.DIFFERENT
        return Likeness.SAME if _asked(self.item) == _asked(self.earlier) else Likeness.REWORDED

    @property
    def _keeps_options(self) -> bool:
        return self.earlier is not None and set(self.earlier.options) <= set(self.item.options)

    @property
    def can_be_carried(self) -> bool:
        return self.likeness in {Likeness.SAME, Likeness.REWORDED}


def pairs(content: FormContent, earlier: FormContent) -> list[Pair]:
    """Every item of `content` beside the item with its number in the earlier form."""
    return [Pair(item, earlier.item(item.number)) for item in content.items]


def not_carried(content: FormContent, earlier: FormContent, numbers: Iterable[int]) -> list[Pair]:
    """Those of `numbers` that ask something else than the earlier form did."""
    wanted = set(numbers)
    return [pair for pair in pairs(content, earlier) if pair.item.number in wanted and not pair.can_be_carried]


def _asked(item: Item) -> str:
    points = (point.label + point.text for point in item.points)
    return _solid("".join((item.method, *points)))


def _solid(text: str) -> str:
    return "".join(text.split())
