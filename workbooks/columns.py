"""What a table in a workbook looks like: its columns, and the words for what is wrong in a cell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "text",  # str; one line, spaces tidied, full-width letters and digits made half-width
    "note",  # str; as text, line breaks kept
    "name",  # str; as text, brackets in Chinese names full-width: 山西某某（集团）有限公司
    "code",  # str; no spaces, upper case; number cells only while no digit can be lost
    "phone",  # str; several joined with 、
    "date",  # datetime.date
    "choice",  # the value that belongs to the chosen label
    "list",  # tuple of str, or of values when the column has choices
    "boolean",  # bool
    "integer",  # int
    "decimal",  # decimal.Decimal
]
Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a column's own check found. As a warning it leaves the value standing."""

    code: str
    message: str
    level: Level = "error"


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str  # as printed in the header, without ＊
    kind: Kind = "text"
    required: bool = False  # the column must be there and every row must fill it
    aliases: tuple[str, ...] = ()  # other headers people use
    choices: Mapping[str, Any] = field(default_factory=dict)  # label → value, in the order of the drop-down
    synonyms: Mapping[str, str] = field(default_factory=dict)  # other word → label
    lengths: tuple[int, ...] = ()  # code: the lengths that exist, so that lost zeros are noticed
    max_length: int | None = None  # text, note, name, code
    minimum: Any = None  # date, integer, decimal
    maximum: Any = None
    default: Any = None  # the value of an empty cell
    blank_words: frozenset[str] = frozenset(
        {"/", "-", "—", "——", "无", "N/A"}
    )  # mean empty, except in text, note, name
    check: Callable[[Any], Problem | None] | None = None  # asked once per filled value
    width: float = 16  # characters
    note: str = ""  # for the notes sheet of the template
    example: str = ""  # for the example row of the template


@dataclass(frozen=True, slots=True)
class TableSpec:
    title: str  # first line of the template and name of its sheet: 检查对象名录
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()  # general lines of the notes sheet


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to tell the person who uploaded. Without a row it is about the sheet as a whole."""

    sheet: str
    row: int | None
    column: str  # letter, "" when about the whole row
    title: str  # header of the column, "" when about the whole row
    code: str
    message: str
    level: Level = "error"

    @property
    def place(self) -> str:
        where = f"“{self.sheet}”"
        if self.row is not None:
            where += f"第 {self.row} 行"
        return where + (f" {self.column} 列（{self.title}）" if self.column else "")


@dataclass(slots=True)
class ParsedRow:
    number: int  # row in the sheet, from 1
    values: dict[str, Any]  # every key of the spec; None where empty, missing or faulty
    faults: list[Fault]

    @property
    def is_valid(self) -> bool:
        return all(fault.level != "error" for fault in self.faults)


def column_letter(index: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
