"""From a raw cell to a value: one function per kind of column.

Each `parse_…(cell, column)` takes what workbooks.reading gives (never None) and returns the value, or None for
a cell that means "empty". It raises CellFault when there is no value, CellWarning when there is one to be looked at.
"""

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from workbooks.columns import Column, Problem

EXACT_BELOW = 10**15  # Excel keeps 15 digits
FIRST_DATE, LAST_DATE = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
SERIAL_DATES = range(7306, 109_575)  # 1920 to 2199 as Excel day numbers

ODD = re.compile(r"[^\u4e00-\u9fff\u0021-\u007e（）、，。；：“”·—《》]")
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufff9-\ufffc\ud800-\udfff]"
)
SPACES = re.compile(r"[\s\u3000\xa0]+")
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
SPACE_IN_CHINESE = re.compile(rf"(?<=[{HAN}（）、，。；：]) +(?=[{HAN}（）、，。；：])")
ANY_HAN = re.compile(rf"[{HAN}]")
HALF_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
HALF_WIDTH |= {ord(wide): narrow for wide, narrow in zip("－．／＠＃％＆＋＿＝＊　", "-./@#%&+_=* ", strict=True)}
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
LIST_SEPARATOR = re.compile(r"[、,，;；/\n\r|]+")
YES = {"是", "有", "√", "✓", "✔", "☑", "对", "Y", "YES", "TRUE", "T", "1", "○", "V"}
NO = {"否", "无", "×", "✗", "✘", "☐", "X", "N", "NO", "FALSE", "F", "0", "没有", "不是"}
PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|[48]00-?\d{3}-?\d{4}|[2-9]\d{6,7}|1\d{2,4}")
DATE_TEXT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)

LOST_DIGITS = "该单元格是数字格式，Excel 可能已改动末位数字或改成了 9.11E+17 的样子。请先把这一列设为“文本”格式，再重新填写原号码。"


class CellFault(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message)


class CellWarning(Exception):
    def __init__(self, value: Any, code: str, message: str) -> None:
        super().__init__(message)
        self.value = value
        self.problem = Problem(code, message, "warning")


def parse_text(cell: Any, column: Column) -> str | None:
    text = cell if type(cell) is str else plain(cell)
    if ODD.search(text):
        text = one_line(text)
    return fitting(text, column)


def parse_name(cell: Any, column: Column) -> str | None:
    text = cell if type(cell) is str else plain(cell)
    if ODD.search(text) or "(" in text:
        text = one_line(text)
        if ANY_HAN.search(text):
            text = text.replace("(", "（").replace(")", "）").replace(" （", "（").replace("） ", "）")
    elif ")" in text and ANY_HAN.search(text):
        text = text.replace(")", "）")
    return fitting(text, column)


def parse_note(cell: Any, column: Column) -> str | None:
    lines = (one_line(line) for line in plain(cell).splitlines())
    return fitting("\n".join(line for line in lines if line), column)


def one_line(text: str) -> str:
    text = CONTROL.sub("", text).translate(HALF_WIDTH)
    text = SPACES.sub(" ", text).strip()
    return unicodedata.normalize("NFC", SPACE_IN_CHINESE.sub("", text))


def fitting(text: str, column: Column) -> str | None:
    if column.max_length is not None and len(text) > column.max_length:
        raise CellFault("too_long", f"有 {len(text)} 个字，超过 {column.max_length} 个字的上限，请缩短。")
    return text or None


def plain(cell: Any) -> str:
    """The cell as the person typed it. A number that Excel may have rounded is refused."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int):
        if abs(cell) >= EXACT_BELOW:
            raise CellFault("digits_lost", LOST_DIGITS)
        return str(cell)
    if isinstance(cell, float):
        if abs(cell) >= EXACT_BELOW:
            raise CellFault("digits_lost", LOST_DIGITS)
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def parse_code(cell: Any, column: Column) -> str | None:
    if isinstance(cell, str):
        code = unicodedata.normalize("NFKC", CONTROL.sub("", cell)).translate(DASHES)
        code = SPACES.sub("", code).lstrip("'‘’`").upper()
        if SCIENTIFIC.fullmatch(code):
            raise CellFault("digits_lost", LOST_DIGITS)
    elif isinstance(cell, float) and not cell.is_integer():
        raise CellFault("digits_lost", LOST_DIGITS)
    elif isinstance(cell, bool | dt.date):
        raise CellFault("not_a_code", "这里应当是号码，单元格却是日期或是/否。请改为“文本”格式后重新填写。")
    else:
        code = plain(cell)
        if column.lengths and len(code) not in column.lengths:
            lengths = "或 ".join(str(length) for length in column.lengths)
            raise CellFault(
                "digits_lost",
                f"该单元格是数字格式，只有 {len(code)} 位（应为 {lengths} 位），前面的 0 可能已丢失。请改为“文本”格式后重新填写。",
            )
    if code in column.blank_words:
        return None
    return fitting(code, column)


def parse_phone(cell: Any, column: Column) -> str | None:
    text = unicodedata.normalize("NFKC", CONTROL.sub("", plain(cell))).translate(DASHES)
    numbers = [tidy_phone(part) for part in re.split(r"[、,;/\n]+", text)]
    found = [number for number in numbers if number]
    joined = "、".join(found)
    if not joined or joined in column.blank_words:
        return None
    wrong = [number for number in found if not PHONE.fullmatch(number)]
    if wrong:
        raise CellWarning(joined, "odd_phone", f"“{wrong[0]}”不像完整的电话号码，请核对。")
    return joined


def tidy_phone(text: str) -> str:
    number = SPACES.sub("", text).replace("(", "").replace(")", "-").strip("-'")
    return re.sub(r"^(?:\+|00)86-?", "", number) if number not in ("", "-") else ""


def parse_date(cell: Any, column: Column) -> dt.date | None:
    found = as_date(cell, column)
    if found is None:
        return None
    if not FIRST_DATE <= found <= LAST_DATE:
        raise CellFault("date_out_of_range", f"日期 {found.isoformat()} 不合常理，请核对年份。")
    check_range(found, column, str)
    return found


def as_date(cell: Any, column: Column) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell) if isinstance(cell, str | int) and not isinstance(cell, bool) else ""
    text = unicodedata.normalize("NFKC", CONTROL.sub("", text)).translate(DASHES).strip(" '\n\t")
    if isinstance(cell, str) and (not text or text in column.blank_words):
        return None
    if re.fullmatch(r"\d{8}", text):
        return real_date(int(text[:4]), int(text[4:6]), int(text[6:]), cell)
    if text.isdecimal() and len(text) <= 6 and int(text) in SERIAL_DATES:
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
    match = DATE_TEXT.fullmatch(text)
    if not match:
        raise CellFault("not_a_date", f"“{shown(cell)}”不是日期，请写成 2025-09-01 的样子。")
    return real_date(int(match[1]), int(match[2]), int(match[3]), cell)


def real_date(year: int, month: int, day: int, cell: Any) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise CellFault("no_such_date", f"“{shown(cell)}”不是真实存在的日期，请核对。") from None


def shown(cell: Any) -> str:
    text = SPACES.sub(" ", str(cell)).strip()
    return text if len(text) <= 30 else text[:29] + "…"


def parse_integer(cell: Any, column: Column) -> int | None:
    number = as_decimal(cell, column)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise CellFault("not_an_integer", f"“{shown(cell)}”不是整数。")
    check_range(int(number), column, str)
    return int(number)


def parse_decimal(cell: Any, column: Column) -> Decimal | None:
    number = as_decimal(cell, column)
    if number is not None:
        check_range(number, column, str)
    return number


def as_decimal(cell: Any, column: Column) -> Decimal | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Decimal(repr(cell))
    text = unicodedata.normalize("NFKC", CONTROL.sub("", str(cell))).translate(DASHES)
    text = SPACES.sub("", text).replace(",", "")
    if not text or text in column.blank_words:
        return None
    if isinstance(cell, str) and len(text) <= 40 and re.fullmatch(r"[+-]?\d+(?:\.\d+)?", text):
        try:
            return Decimal(text)
        except InvalidOperation:
            pass
    raise CellFault("not_a_number", f"“{shown(cell)}”不是数字，请只填数字，不带单位。")


def check_range(value: Any, column: Column, show: Callable[[Any], str]) -> None:
    if column.minimum is not None and value < column.minimum:
        raise CellFault("too_small", f"{show(value)} 小于允许的最小值 {show(column.minimum)}。")
    if column.maximum is not None and value > column.maximum:
        raise CellFault("too_large", f"{show(value)} 大于允许的最大值 {show(column.maximum)}。")


def parse_boolean(cell: Any, column: Column) -> bool | None:
    if isinstance(cell, bool):
        return cell
    word = match_key(plain(cell))
    if word in YES:
        return True
    if word in NO:
        return False
    if not word or word in column.blank_words:
        return None
    raise CellFault("not_yes_or_no", f"“{shown(cell)}”看不出是“是”还是“否”，请填“是”或“否”。")


def match_key(text: str) -> str:
    """Equal for words that differ only in width, case and spaces."""
    return SPACES.sub("", CONTROL.sub("", unicodedata.normalize("NFKC", text))).upper()


def choice_words(column: Column) -> dict[str, Any]:
    words = {match_key(label): value for label, value in column.choices.items()}
    for word, label in column.synonyms.items():
        words.setdefault(match_key(word), column.choices[label])
    return words


def parse_choice(cell: Any, column: Column, words: Mapping[str, Any]) -> Any:
    key = match_key(plain(cell))
    if key in words:
        return words[key]
    if not key or key in column.blank_words:
        return None
    raise CellFault("not_a_choice", not_a_choice(shown(cell), column))


def not_a_choice(text: str, column: Column) -> str:
    labels = list(column.choices)
    listed = "、".join(labels[:12]) + ("等" if len(labels) > 12 else "")
    near = difflib.get_close_matches(text, labels, n=1, cutoff=0.6)
    return f"“{text}”不在可选值中。" + (f"是否应为“{near[0]}”？" if near else "") + f"可选：{listed}。"


def parse_list(cell: Any, column: Column, words: Mapping[str, Any]) -> tuple[Any, ...] | None:
    text = plain(cell)
    if match_key(text) in words:  # a label may itself hold a separator
        return (words[match_key(text)],)
    parts = [one_line(part) for part in LIST_SEPARATOR.split(text)]
    found = [part for part in parts if part and part not in column.blank_words]
    if words:
        unknown = [part for part in found if match_key(part) not in words]
        if unknown:
            raise CellFault("not_a_choice", not_a_choice(unknown[0], column))
        found = [words[match_key(part)] for part in found]
    return tuple(dict.fromkeys(found)) or None


def parser_for(column: Column) -> Callable[[Any, Column], Any]:
    if column.kind in ("choice", "list"):
        words = choice_words(column)
        parse = parse_choice if column.kind == "choice" else parse_list
        return lambda cell, column: parse(cell, column, words)
    return PARSERS[column.kind]


PARSERS: dict[str, Callable[[Any, Column], Any]] = {
    "text": parse_text,
    "note": parse_note,
    "name": parse_name,
    "code": parse_code,
    "phone": parse_phone,
    "date": parse_date,
    "boolean": parse_boolean,
    "integer": parse_integer,
    "decimal": parse_decimal,
}
