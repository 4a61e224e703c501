"""Taking out of free text what may not be public: telephone numbers, identity numbers, addresses for messages, licence
plates, credit classes, and the names of people whom the text may touch.

Figures are found however they are written: with full-width or Chinese digits, with blanks or dashes between them.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field

BETWEEN = r"[ \t\u3000\u00a0\u200b.\-_]{0,2}"
CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
PUNCTUATION = str.maketrans("＠＋（）：．－—–·Ｘｘ", "@+():.-" + "---" + "Xx")
FULL_WIDTH_LETTERS = str.maketrans({chr(0xFEE0 + code): chr(code) for code in (*range(65, 91), *range(97, 123))})
SHORTEST_NAME = 2


def _run(number: int) -> str:
    """So many digits, whatever stands between."""
    return rf"\d(?:{BETWEEN}\d){{{number - 1}}}"


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\d)(?:{pattern})(?!\d)")


PHONE, PAPERS, ACCOUNT = "电话号码", "证件号码", "即时通信账号"
CALLED = r"(?:电话|手机|座机|固话|传真|热线|拨打|致电|联系方式)(?:号码?)?(?:[为是:]|[ \t])*"
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("电子邮箱", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    (PAPERS, _whole(rf"{_run(17)}{BETWEEN}[0-9Xx]")),
    (PAPERS, _whole(r"\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")),
    (PAPERS, re.compile(r"护照(?:号码?)?[:为是 ]*(?P<it>[A-Za-z]{1,2}\d{7,8})")),
    (PHONE, _whole(rf"(?:\+?(?:00)?86{BETWEEN}|0)?1{BETWEEN}[3-9]{BETWEEN}{_run(9)}")),
    (
        PHONE,
        _whole(
            rf"(?<!\d[-.])(?:\+?(?:00)?86{BETWEEN})?\(?0{BETWEEN}\d{BETWEEN}\d{BETWEEN}\d?\)?"
            rf"{BETWEEN}[2-9]{BETWEEN}{_run(6)}(?:{BETWEEN}\d)?"
        ),
    ),
    (PHONE, _whole(rf"[48]00{BETWEEN}{_run(7)}")),
    (PHONE, re.compile(rf"{CALLED}(?P<it>{_run(7)}(?:{BETWEEN}\d)?)(?!\d)")),
    (ACCOUNT, re.compile(r"(?:微信|QQ|qq|[Ww]e[Cc]hat)(?:账?号|群)?[:为是 ]*(?P<it>[A-Za-z0-9_-]{5,})")),
    (
        "车牌号码",
        re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][-. ]?[A-Z0-9]{5,6}(?![A-Z0-9])"),
    ),
    (
        "信用风险分类",
        re.compile(r"信用(?:风险)?(?:分类|等级|级别|状况)?(?:结果)?(?:评定)?[:为是属于]*[“\"']?[A-Da-d][类级]?(?![A-Za-z])"),
    ),
)  # fmt: skip
IN_PLACE = {
    "电子邮箱": "（邮箱略）", PAPERS: "（证件号码略）", PHONE: "（电话略）", ACCOUNT: "（账号略）", "车牌号码": "（车牌略）",
    "信用风险分类": "（内部信息略）",
}  # fmt: skip
NAME, NOBODY = "姓名", "某某"
COMPLAINANT = "投诉举报人"


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out, as those who approve may know it: a hint alone, so that the thing itself lives on nowhere."""

    kind: str
    hint: str
    where: str


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    kind: str


@dataclass(slots=True)
class Redactor:
    """names: of people. sealed: those whose very name nobody here may learn. keep: what stays, as it is public anyway."""

    names: Collection[str] = ()
    sealed: Collection[str] = ()
    keep: Collection[str] = ()
    removed: list[Removed] = field(default_factory=list)

    def clean(self, text: str, where: str = "") -> str:
        """The text without them; what was taken out is noted."""
        parts, at = [], 0
        for span in _apart(self._found(text)):
            found = text[span.start : span.end]
            self.removed.append(Removed(span.kind, _hint(span.kind, found), where))
            in_brackets = text[span.start - 1 : span.start] == "（" and text[span.end : span.end + 1] == "）"
            parts += [text[at : span.start], _instead(span.kind).strip("（）" if in_brackets else "")]
            at = span.end
        return "".join(parts) + text[at:]

    def listed(self) -> list[dict[str, str]]:
        return [asdict(each) for each in dict.fromkeys(self.removed)]

    def _found(self, text: str) -> list[Span]:
        kept = [span for word in self.keep if word for span in _places(text, word, "")]
        found = [*_figures(text), *self._named(text)]
        return [span for span in found if not any(each.start <= span.start and span.end <= each.end for each in kept)]

    def _named(self, text: str) -> Iterator[Span]:
        for kind, names in ((COMPLAINANT, self.sealed), (NAME, self.names)):
            for name in names:
                if len(name) >= SHORTEST_NAME:
                    yield from _places(text, name, kind)


def redact(text: str, names: Collection[str] = ()) -> str:
    return Redactor(names).clean(text)


def _places(text: str, word: str, kind: str) -> Iterator[Span]:
    for match in re.finditer(re.escape(word), text):
        yield Span(*match.span(), kind)


def _figures(text: str) -> Iterator[Span]:
    plain = _read(text)
    for reading in dict.fromkeys((plain, plain.translate(CHINESE_DIGITS))):
        for kind, pattern in PATTERNS:
            for match in pattern.finditer(reading):
                yield Span(*match.span("it" if "it" in pattern.groupindex else 0), kind)


def _read(text: str) -> str:
    """Digits of every script and full-width signs as ASCII has them; each character stays where it is."""
    plain = text.translate(PUNCTUATION).translate(FULL_WIDTH_LETTERS)
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in plain)


def _apart(found: Iterable[Span]) -> list[Span]:
    """In order, those that overlap made one."""
    apart: list[Span] = []
    for span in sorted(found, key=lambda each: (each.start, -each.end)):
        if apart and span.start < apart[-1].end:
            last = apart.pop()
            apart.append(Span(last.start, max(last.end, span.end), last.kind))
        else:
            apart.append(span)
    return apart


def _instead(kind: str) -> str:
    return {NAME: NOBODY, COMPLAINANT: COMPLAINANT}.get(kind) or IN_PLACE[kind]


def _hint(kind: str, found: str) -> str:
    if kind == COMPLAINANT:
        return "（不显示）"
    return found[0] + "*" * (len(found) - 1) if kind == NAME else f"{found[:2]}…（{len(found)} 个字符）"
