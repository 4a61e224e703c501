"""The public log: every event of every draw as one hash chain, written in the transaction of the event itself.

What may stand in it: nothing from which a drawn list could be learnt before it is disclosed, and no personal data.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from accounts.audit import locked_head
from accounts.models import Bureau
from campaigns import anchors
from campaigns import draw as engine
from campaigns.addresses import log_url
from campaigns.draw.wording import difference_in_chinese
from campaigns.models import Draw, LogEntry, LogEvent

SENTENCES = {
    "frozen": "冻结两库和规则，公布承诺摘要",
    "committed": "{source}封存随机数，公布承诺摘要",
    "public_value": "录入{source}：{value}（{origin}）",
    "revealed": "{source}揭示随机数：{value}",
    "refused": "{source}拒绝揭示随机数",
    "drawn": "完成抽取，公布结果摘要",
    "substituted": "办理一次替换，公布新的抽取全文摘要",
    "voided": "作废：{reason}",
    "disclosed": "公开抽取全文",
}
ENTRY_KEYS = ("number", "at", "draw__code", "event", "facts", "previous", "digest")


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends: what is printed on notices, minutes and pages. Number 0 while there is no entry."""

    number: int
    digest: str
    at: str

    @property
    def address(self) -> str:
        """Of the public log, absolute."""
        return log_url()


def append(draw: Draw, event: LogEvent, **facts: Any) -> LogEntry | None:
    """Add one entry, in the caller's transaction; a practice leaves none."""
    if draw.campaign.is_practice:
        return None
    locked_head()  # one writer at a time, and always in this order: audit first, then the log
    at = timezone.localtime().isoformat(timespec="seconds")
    last = LogEntry.objects.values("number", "digest").order_by("-number").first()
    entry = engine.make_entry(last, at=at, draw=draw.code, event=str(event), facts=facts)
    stored = LogEntry.objects.create(**entry | {"draw": draw})
    anchor = anchors.Anchor(stored.number, stored.digest, at, anchors.WRITTEN)

    def keep_head() -> None:
        anchors.keep(anchor)

    transaction.on_commit(keep_head, robust=True)
    return stored


def head() -> Head:
    last = LogEntry.objects.order_by("-number").values_list("number", "digest", "at").first()
    return Head(*last) if last else Head(0, engine.GENESIS, "")


def entries(first: int = 1) -> Iterator[dict[str, Any]]:
    """Every entry from that number on, in order, as the log is published."""
    rows = LogEntry.objects.filter(number__gte=first).order_by("number").values(*ENTRY_KEYS)
    for row in rows.iterator(chunk_size=500):
        yield _published(row)


def whole() -> dict[str, Any]:
    """The log as one document of `lianchou-log/1`."""
    return engine.make_log(list(entries()))


def pieces() -> Iterator[str]:
    """The text of the whole log, piece by piece, so that a long one takes no memory."""
    yield f'{{"log":"{engine.LOG}","entries":['
    last: list[dict[str, Any]] = []
    for entry in entries():
        yield ("," if last else "") + "\n" + engine.canonical(entry).decode()
        last = [entry]
    yield '\n],"head":' + engine.canonical(engine.head_of(last)).decode() + "}\n"


@dataclass(frozen=True, slots=True)
class Told:
    """An entry in words. `value_digest`: the digest that the event made known, if it did."""

    entry: LogEntry
    words: str
    value_digest: str


def in_words(rows: Iterable[LogEntry]) -> list[Told]:
    """For pages: bureaus by name instead of code."""
    rows = list(rows)
    codes = {row.facts["source"] for row in rows if "source" in row.facts}
    names = dict(Bureau.objects.filter(code__in=codes).values_list("code", "name"))
    return [_told(row, names) for row in rows]


def _told(row: LogEntry, names: dict[str, str]) -> Told:
    facts = row.facts | {"source": _source_in_words(row.facts.get("source", ""), names)}
    digest = next((str(facts[key]) for key in ("commitment", "transcript", "result") if facts.get(key)), "")
    sentence = SENTENCES.get(row.event, row.event)
    return Told(row, sentence.format_map(defaultdict(str, facts)), digest)


def _source_in_words(source: str, names: dict[str, str]) -> str:
    kind, _, name = source.partition(":")
    prefixes = {"witness": "见证人", "public": "公开数值"}
    return names.get(source) or (f"{prefixes[kind]}“{name}”" if kind in prefixes else source)


def _published(row: dict[str, Any]) -> dict[str, Any]:
    row["draw"] = row.pop("draw__code")
    return row


def check_trusted() -> None:
    """Raises LogNotTrusted unless the log is whole and holds every head that was made known (anchors.py)."""
    known = anchors.all_anchors()
    end = head().number
    if beyond := [each for each in known if each.number > end]:
        furthest = max(beyond, key=lambda each: each.number)
        raise anchors.LogNotTrusted(
            f"系统的公开日志落后于已公布的日志头：日志只到第 {end} 条，而第 {furthest.number} 条已经公布"
            f"（{furthest.origin}，{furthest.at[:16].replace('T', ' ')}）。可能恢复了旧备份。"
        )
    if difference := engine.verify_log(whole()):
        raise anchors.LogNotTrusted(f"系统的公开日志被改动过：{difference_in_chinese(difference)}")
    digests = dict(LogEntry.objects.values_list("number", "digest"))
    for each in known:
        if each.number and digests[each.number] != each.digest:
            raise anchors.LogNotTrusted(f"系统的公开日志第 {each.number} 条与已公布的日志头不一致（{each.origin}）。")


def compare(number: int, digest: str) -> Literal["same", "other", "beyond"]:
    """A head that somebody has on paper, with the log: the same, another digest there, or beyond the log's end."""
    if number == 0:
        return "same" if digest == engine.GENESIS else "other"
    found = LogEntry.objects.filter(number=number).values_list("digest", flat=True).first()
    if found is None:
        return "beyond"
    return "same" if found == digest else "other"
