"""Sizes, numbers and line breaks of printed documents that CSS cannot work out by itself."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.documents import Block, Heading

# GB/T 9704-2012, 5.2.1 and 7.2.4: the width between the margins; the widest allowed character of a red head.
TYPE_AREA_MM = 156.0
WIDEST_FLAG_CHARACTER_MM = 15.0
TALLEST_FLAG_MM = 75.0
FLAG_LINE_HEIGHT = 1.25
SUFFIX_GAP = 0.4
SEALS_A_ROW = 3
CHARACTERS_UNDER_A_SEAL = 9
CHINESE_DIGITS = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """1 to 99 as 一 … 九十九; beyond that, plain digits."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return _chinese_tens(tens) + (CHINESE_DIGITS[ones] if ones else "")


def _chinese_tens(tens: int) -> str:
    return "" if tens == 0 else "十" if tens == 1 else f"{CHINESE_DIGITS[tens]}十"


def heading_number(level: int, count: int) -> str:
    """The numbers of GB/T 9704-2012, 7.3.3: 一、 （一） 1. （1）."""
    if level <= 2:
        return f"{chinese_number(count)}、" if level == 1 else f"（{chinese_number(count)}）"
    return f"{count}." if level == 3 else f"（{count}）"


def number_headings(body: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    """Each block with the number printed before it; only headings have one."""
    counts = [0, 0, 0, 0]
    for block in body:
        if not isinstance(block, Heading):
            yield "", block
            continue
        counts[block.level - 1] += 1
        counts[block.level :] = [0] * (4 - block.level)
        yield heading_number(block.level, counts[block.level - 1]), block


def width_in_characters(text: str) -> float:
    """Width in full-width characters: Latin letters and digits count half."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


@dataclass(frozen=True, slots=True)
class FlagName:
    """One issuer of a red head; spacing_mm between its characters brings all names to the same width."""

    text: str
    spacing_mm: float


@dataclass(frozen=True, slots=True)
class Flag:
    """A red head, computed so that its longest line fills at most the type area."""

    names: tuple[FlagName, ...]
    suffix: str
    size_mm: float
    names_width_mm: float


def lay_out_flag(issuers: Sequence[str], suffix: str = "") -> Flag:
    """suffix: “文件”, at the right of the names; none for a letter."""
    widest = max(width_in_characters(name) for name in issuers)
    line = widest + (SUFFIX_GAP + width_in_characters(suffix) if suffix else 0)
    height = len(issuers) * FLAG_LINE_HEIGHT
    size = min(WIDEST_FLAG_CHARACTER_MM, TYPE_AREA_MM / line, TALLEST_FLAG_MM / height)
    size = math.floor(size * 100) / 100
    names = tuple(FlagName(name, _spacing(name, widest) * size) for name in issuers)
    return Flag(names, suffix, size, widest * size)


def _spacing(name: str, widest: float) -> float:
    gaps = len(name) - 1
    return (widest - width_in_characters(name)) / gaps if gaps else 0.0


def flag_stylesheet(selector: str, flag: Flag) -> str:
    """The computed sizes as CSS, so that templates carry no inline styles."""
    rules = [
        f"{selector}{{font-size:{flag.size_mm:.2f}mm}}",
        f"{selector} .names{{width:{flag.names_width_mm + 0.2:.2f}mm}}",
    ]
    rules += [
        f"{selector} .name-{place}{{letter-spacing:{name.spacing_mm:.3f}mm;margin-right:-{name.spacing_mm:.3f}mm}}"
        for place, name in enumerate(flag.names)
    ]
    return "\n".join(rules)


def seal_rows(names: Sequence[str]) -> list[list[list[str]]]:
    """Rows of at most three signatures, each broken into even lines short enough to stand under its seal."""
    lines = [_even_lines(name) for name in names]
    return [lines[start : start + SEALS_A_ROW] for start in range(0, len(lines), SEALS_A_ROW)]


def _even_lines(name: str) -> list[str]:
    count = math.ceil(len(name) / CHARACTERS_UNDER_A_SEAL)
    length = math.ceil(len(name) / count)
    return [name[start : start + length] for start in range(0, len(name), length)]
