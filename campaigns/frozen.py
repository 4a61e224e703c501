"""What a draw was frozen with, in words: populations, exclusions by reason, rules. It reads the draw's own rows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from campaigns.models import Draw, Rounding


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """One plan line as it was frozen. `excluded`: (reason, how many), the most frequent first."""

    code: str
    title: str
    considered: int
    excluded: tuple[tuple[str, int], ...]
    rule: str
    reserve: int
    seats: int

    @property
    def excluded_count(self) -> int:
        return sum(count for _, count in self.excluded)

    @property
    def population(self) -> int:
        return self.considered - self.excluded_count


def frozen_lines(draw: Draw) -> list[FrozenLine]:
    """In the order of the plan."""
    rows = draw.frozen_institutions.order_by().values_list("line_code", "excluded").annotate(number=Count("pk"))
    counted: dict[str, dict[str, int]] = {}
    for code, reason, number in rows:
        counted.setdefault(code, {})[reason] = number
    return [_line(line, counted.get(line["code"], {})) for line in draw.manifest["lines"]]


def _line(line: dict[str, Any], counted: dict[str, int]) -> FrozenLine:
    excluded = sorted(((reason, n) for reason, n in counted.items() if reason), key=lambda row: (-row[1], row[0]))
    return FrozenLine(
        code=line["code"],
        title=line["title"],
        considered=sum(counted.values()),
        excluded=tuple(excluded),
        rule=size_in_words(line["size"]),
        reserve=line["reserve"],
        seats=sum(slot["number"] for slot in line["team"]),
    )


def size_in_words(size: dict[str, Any]) -> str:
    """抽 2 家; 按 10% 抽取，向上取整; 按信用风险分类抽取（A 类 1%、D 类 100%），向上取整; 全部检查."""
    if "count" in size:
        return f"抽 {size['count']} 家"
    if "all" in size:
        return "全部检查"
    rounding = Rounding(size.get("rounding", Rounding.CEIL)).label
    ratio = size["ratio"]
    if isinstance(ratio, str):
        return f"按 {ratio} 抽取，{rounding}"
    classes = "、".join(f"{name} 类 {each}" for name, each in sorted(ratio.items()))
    return f"按信用风险分类抽取（{classes}），{rounding}"
