"""Sizes, numbers and line breaks of printed documents that CSS cannot work out by itself."""

import itertools
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from reports.documents import Block, Column, Heading, Rows, Table

# GB/T 9704-2012, 5.2.1 and 7.2.4: the width between the margins; the widest allowed character of a red head.
TYPE_AREA_MM = 156.0
WIDEST_FLAG_CHARACTER_MM = 15.0
TALLEST_FLAG_MM = 75.0
FLAG_LINE_HEIGHT = 1.25
SUFFIX_GAP = 0.4
SEALS_A_ROW = 3
NARROWEST_COLUMN = 2.9  # room for 序号 and its padding
TABLE_CHARACTERS = TYPE_AREA_MM / 4.233  # 12 pt
TITLE_CHARACTERS = 20  # 22 pt in the type area
GOOD_LINE_ENDS = ("年度", "关于", "开展", "组织", "印发", "机构", "工作", "活动", "抽查", "检查", "认定", "、", "，", "》", "”", "的", "和")  # fmt: skip
ENDS_OF_PLACES = ("省", "市", "县", "区", "州", "旗", "国家", "中华人民共和国")
ISSUER_WORDS = (
    "中华人民共和国", "国家", "市场", "监督", "管理", "公安", "生态", "环境", "自然", "资源", "住房", "城乡", "建设", "交通", "运输", "水利",
    "海关", "药品", "农业", "农村", "卫生", "健康", "行政", "审批", "服务", "综合", "执法", "经济", "技术", "开发", "改革", "示范", "总局",
    "总署", "委员会",
)  # fmt: skip
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


def in_fours(digest: str) -> str:
    """A digest in groups of four, as it is read aloud."""
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


@dataclass(frozen=True, slots=True)
class PrintedBlock:
    """number: what is printed before a heading; table: the layout of a table."""

    kind: str
    block: Block
    number: str = ""
    table: "PrintedTable | None" = None


def lay_out_blocks(body: Sequence[Block]) -> list[PrintedBlock]:
    """The blocks of a body in order: headings numbered, tables laid out in the 12 pt type of official documents."""
    counts = [0, 0, 0, 0]
    return [_lay_out_block(block, counts) for block in body]


def _lay_out_block(block: Block, counts: list[int]) -> PrintedBlock:
    if isinstance(block, Heading):
        counts[block.level - 1] += 1
        counts[block.level :] = [0] * (4 - block.level)
        return PrintedBlock(block.kind, block, number=heading_number(block.level, counts[block.level - 1]))
    if isinstance(block, Table):
        table = lay_out_table(block.columns, block.rows, line_characters=TABLE_CHARACTERS, caption=block.caption)
        return PrintedBlock(block.kind, block, table=table)
    return PrintedBlock(block.kind, block)


def width_in_characters(text: str) -> float:
    """Width in full-width characters, never too small: Latin capitals and digits are wider than half a character."""
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    return 0.72 if character.isupper() else 0.57


def title_lines(title: str) -> list[str]:
    """Break a title where its author did, else into even lines that end, if possible, with a whole word."""
    if "\n" in title or width_in_characters(title) <= TITLE_CHARACTERS:
        return title.split("\n")
    count = min(4, math.ceil(width_in_characters(title) / TITLE_CHARACTERS))
    best = _broken(title, count)
    return _broken(title, count + 1) if count < 4 and _torn_quotations(best) else best


def _broken(title: str, count: int) -> list[str]:
    """Into so many lines, in the least ugly way."""
    places = [place for place in range(2, len(title) - 1) if not _splits_a_number(title, place)]
    breakings = ([0, *cuts, len(title)] for cuts in itertools.combinations(places, count - 1))
    return _pieces(title, min(breakings, key=lambda cuts: _ugliness(_pieces(title, cuts))))


def _torn_quotations(lines: Sequence[str]) -> int:
    return sum(line.count("“") != line.count("”") for line in lines[:-1])


def _pieces(text: str, cuts: Sequence[int]) -> list[str]:
    return [text[start:end] for start, end in itertools.pairwise(cuts)]


def _splits_a_number(text: str, place: int) -> bool:
    return (text[place - 1].isascii() and text[place].isascii()) or text[place] in "年、，。》”）"


def _ugliness(lines: Sequence[str]) -> float:
    """Too long is worst, then a quotation or a word cut in two, then uneven lines."""
    widths = [width_in_characters(line) for line in lines]
    too_long = sum(max(0.0, width - TITLE_CHARACTERS) for width in widths)
    cut_words = sum(not line.endswith(GOOD_LINE_ENDS) for line in lines[:-1])
    return 100 * too_long + (max(widths) - min(widths)) + 6 * cut_words + 8 * _torn_quotations(lines)


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


def lay_out_flag(issuers: Sequence[str], *, suffix: str = "", tallest_mm: float = TALLEST_FLAG_MM) -> Flag:
    """suffix: “文件”, at the right of the names; none for a letter."""
    widest = max(width_in_characters(name) for name in issuers)
    gap = SUFFIX_GAP if suffix and len(issuers) > 1 else 0
    line = widest + gap + width_in_characters(suffix)
    height = len(issuers) * FLAG_LINE_HEIGHT
    size = min(WIDEST_FLAG_CHARACTER_MM, TYPE_AREA_MM / line, tallest_mm / height)
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


def seal_rows(names: Sequence[str], *, line_characters: int) -> list[list[list[str]]]:
    """Rows of at most three signatures, each broken into lines short enough for its share of the row.

    line_characters: how many characters a row has room for when it holds a single signature.
    """
    rows = [names[start : start + SEALS_A_ROW] for start in range(0, len(names), SEALS_A_ROW)]
    return [[_signature_lines(name, line_characters // len(row) - 1) for name in row] for row in rows]


def _signature_lines(name: str, longest: int) -> list[str]:
    if len(name) <= longest:
        return [name]
    two_lines = range(max(1, len(name) - longest), min(longest, len(name) - 1) + 1)
    cut = min(two_lines or range(1, longest + 1), key=lambda place: _ugly_cut(name, place))
    return [name[:cut], *_signature_lines(name[cut:], longest)]


def _ugly_cut(name: str, place: int) -> tuple[bool, bool, float]:
    """A torn word is worst, best is a cut behind the name of a place, then near the middle."""
    torn = any(name[: place + len(word) - 1].find(word, max(0, place - len(word) + 1)) >= 0 for word in ISSUER_WORDS)
    behind_place = name[:place].endswith(ENDS_OF_PLACES) and not name[place:].startswith("场")
    return torn, not behind_place, abs(place - len(name) / 2)


def column_percents(columns: Sequence[Column], rows: Rows, *, line_characters: float) -> list[int]:
    """Share of the table's width for each column.

    Unbroken columns get what their longest cell needs (plus a character of padding), the others what is left by weight;
    unbroken columns that would take more than two thirds together are treated like all others. What narrow columns gain to
    hold two characters and what rounding loses comes from the widest.
    """
    need = [_longest_cell(place, column, rows) + 1 if column.unbroken else 0.0 for place, column in enumerate(columns)]
    if sum(need) > line_characters * 2 / 3:
        need = [0.0] * len(columns)
    fixed = [math.ceil(100 * width / line_characters) for width in need]
    weights = [0.0 if width else column.weight for width, column in zip(need, columns, strict=True)]
    left, whole = 100 - sum(fixed), sum(weights) or 1.0
    least = math.ceil(100 * NARROWEST_COLUMN / line_characters)
    percents = [width or max(least, round(left * weight / whole)) for width, weight in zip(fixed, weights, strict=True)]
    percents[percents.index(max(percents))] -= sum(percents) - 100
    return percents


def _longest_cell(place: int, column: Column, rows: Rows) -> float:
    return max(width_in_characters(text) for text in (column.title, *(row[place] for row in rows)))


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """css: the classes of its cells; width: the class of its header cell."""

    title: str
    css: str
    width: str


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table ready for its template: header cells and rows of (css, text)."""

    columns: list[PrintedColumn]
    rows: list[list[tuple[str, str]]]
    caption: str = ""


def lay_out_table(columns: Sequence[Column], rows: Rows, *, line_characters: float, caption: str = "") -> PrintedTable:
    """line_characters: full-width characters of the table's type size that fit its width."""
    percents = column_percents(columns, rows, line_characters=line_characters)
    printed = [
        PrintedColumn(one.title, one.align + (" unbroken" if one.unbroken else ""), f"width-{percent}")
        for one, percent in zip(columns, percents, strict=True)
    ]
    cells = [[(column.css, cell) for column, cell in zip(printed, row, strict=True)] for row in rows]
    return PrintedTable(printed, cells, caption)
