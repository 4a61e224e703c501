"""What changed between two versions, paragraph by paragraph and within each word by word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from reports.documents import OfficialDocument
from reports.official.pieces import pieces_of

ALIKE = 0.3
"""Below this share of common text a changed paragraph is shown as one taken out and one put in."""
UNCHANGED_AROUND = 1


@dataclass(frozen=True, slots=True)
class Part:
    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One paragraph. kind: as a whole; parts: what within it. skipped: unchanged paragraphs left out before it."""

    kind: Literal["same", "added", "removed", "changed"]
    label: str
    parts: tuple[Part, ...]
    skipped: int = 0


Line = tuple[str, str]
"""(what it is, its text)"""


def lines_of(document: OfficialDocument) -> list[Line]:
    head = [
        ("发文机关", "、".join(document.issuers)), ("标题", document.title.replace("\n", "")),
        ("主送机关", document.recipients),
    ]  # fmt: skip
    foot = [
        ("附注", document.openness), ("抄送", "，".join(document.cc)), ("印发机关", document.printed_by),
        *(("联系人", f"{one.name} {one.phone}") for one in document.contacts),
    ]  # fmt: skip
    body = [line for piece in pieces_of(document) for line in _piece_lines(piece.label, piece.text, piece.more)]
    return [line for line in (*head, *body, *foot) if line[1]]


def _piece_lines(label: str, text: str, more: str) -> Iterator[Line]:
    yield from ((label, line) for line in text.split("\n"))
    if more:
        yield (label, more)


def compare(old: OfficialDocument, new: OfficialDocument) -> list[Change]:
    """All changes with a little of what stands around them."""
    before, after = lines_of(old), lines_of(new)
    changes: list[Change] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            changes += [Change("same", label, (Part("same", text),)) for label, text in before[start:end]]
        else:
            changes += _replaced(before[start:end], after[new_start:new_end])
    return list(_shortened(changes))


def _replaced(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Change]:
    pairs = min(len(old), len(new))
    for (label, before), (new_label, after) in zip(old[:pairs], new[:pairs], strict=True):
        matcher = SequenceMatcher(a=before, b=after, autojunk=False)
        if matcher.ratio() >= ALIKE:
            yield Change("changed", new_label, tuple(_parts(matcher, before, after)))
        else:
            yield Change("removed", label, (Part("removed", before),))
            yield Change("added", new_label, (Part("added", after),))
    yield from (Change("removed", label, (Part("removed", text),)) for label, text in old[pairs:])
    yield from (Change("added", label, (Part("added", text),)) for label, text in new[pairs:])


def _parts(matcher: SequenceMatcher[str], before: str, after: str) -> Iterator[Part]:
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield Part("same", before[start:end])
            continue
        if end > start:
            yield Part("removed", before[start:end])
        if new_end > new_start:
            yield Part("added", after[new_start:new_end])


def _shortened(changes: Sequence[Change]) -> Iterator[Change]:
    """Unchanged paragraphs far from every change are counted, not shown."""
    touched = [place for place, change in enumerate(changes) if change.kind != "same"]
    near = {other for place in touched for other in range(place - UNCHANGED_AROUND, place + UNCHANGED_AROUND + 1)}
    skipped = 0
    for place, change in enumerate(changes):
        if place in near:
            yield Change(change.kind, change.label, change.parts, skipped)
            skipped = 0
        else:
            skipped += 1
