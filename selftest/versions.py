"""The signed versions of a self-check as a reviewer reads them: header, answers, attachments, and what changed since
the version before. All of it comes from the frozen text; what the institution writes meanwhile is not shown."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from selftest.content import Choice, FormContent, HeaderField, Item, Point
from selftest.filling import TEXTS
from selftest.models import Answer, Attachment, ReturnedItem, SelfCheck, Submission
from selftest.states import SelfCheckState
from selftest.summaries import words_of

JSON = dict[str, Any]
LABELS = {"choice": "是否发现问题", **TEXTS, "due_on": "整改完成日期"}


@dataclass(frozen=True, slots=True)
class Difference:
    """`item` 0 is the header."""

    item: int
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the bureau said of an item of a version."""

    version: int
    words: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that the version names; `file` is its row, or None when nothing of that digest is kept."""

    name: str
    size: int
    point: Point | None
    file: Attachment | None


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """One item of a version; `answer`: the fields of LABELS as they were signed, `due_on` a date or None."""

    item: Item
    answer: JSON
    due_on: date | None
    carried: str
    evidence: list[Evidence] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    @property
    def choice(self) -> str:
        return choice_words(self.answer["choice"])


@dataclass(frozen=True, slots=True)
class HeaderPart:
    title: str
    rows: list[tuple[str, str]]


class Version:
    """A signed submission, read."""

    def __init__(self, submission: Submission, content: FormContent) -> None:
        self.submission, self.content = submission, content

    @cached_property
    def document(self) -> JSON:
        document: JSON = json.loads(self.submission.text)
        return document

    @cached_property
    def answers(self) -> dict[int, JSON]:
        return {row["item"]: row for row in self.document["answers"]}

    @property
    def header(self) -> list[HeaderPart]:
        certificates = self.document["certificates"]
        parts = [HeaderPart("基本信息", _rows(self.content.basic, self.document["basic"]))]
        for place, block in enumerate(certificates, 1):
            number = f"（{place}）" if len(certificates) > 1 else ""
            parts.append(HeaderPart(f"取得资质认定的情况{number}", _rows(self.content.certificate, block["values"])))
        return parts

    def differences_from(self, earlier: "Version") -> list[Difference]:
        """In the order of the form."""
        return [*_header_changes(earlier, self), *_answer_changes(earlier, self), *_file_changes(earlier, self)]


def _rows(fields: tuple[HeaderField, ...], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(each.label, words_of(each, values.get(each.key)) or "—") for each in fields]


def choice_words(value: str) -> str:
    return str(Choice(value).label) if value else "未选择"


def signed_versions(self_check: SelfCheck) -> list[Version]:
    """Oldest first, each submission with its signature and, once decided, its review."""
    content = self_check.round.form.parsed
    signed = self_check.submissions.filter(signature__isnull=False).select_related(
        "signature__signed_by", "review__by", "submitted_by"
    )
    rows = list(signed.prefetch_related("review__items").order_by("number"))
    for row in rows:
        row.self_check = self_check
    return [Version(row, content) for row in rows]


def answered_items(version: Version, versions: list[Version], files: list[Attachment]) -> list[AnsweredItem]:
    """The items of one version, with what is new in them and what the bureau said of them before."""
    earlier = [each for each in versions if each.submission.number < version.submission.number]
    changed = version.differences_from(earlier[-1]) if earlier else []
    return [
        AnsweredItem(
            item=item,
            answer=version.answers[item.number],
            due_on=_day(version.answers[item.number]["due_on"]),
            carried=version.answers[item.number]["carried_from"],
            evidence=list(_evidence(version, item, files)),
            differences=[each for each in changed if each.item == item.number],
            said=list(said_of(item.number, versions)),
        )
        for item in version.content.items
        if item.number in version.answers
    ]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def said_of(item: int, versions: list[Version]) -> Iterator[Said]:
    for version in versions:
        for returned in _returned_items(version.submission):
            if returned.item == item:
                yield Said(version.submission.number, returned.words)


def _returned_items(submission: Submission) -> list[ReturnedItem]:
    review = getattr(submission, "review", None)
    return list(review.items.all()) if review else []


def _evidence(version: Version, item: Item, files: list[Attachment]) -> Iterator[Evidence]:
    for row in version.document["attachments"]:
        if row["item"] == item.number:
            place = row["point"]
            point = item.points[place] if place is not None and place < len(item.points) else None
            yield Evidence(row["name"], row["size"], point, _file_of(row, files))


def _file_of(row: JSON, files: list[Attachment]) -> Attachment | None:
    named = (row["item"], row["point"], row["name"], row["digest"])
    return next((file for file in files if (file.item, file.point, file.name, file.digest) == named), None)


def _header_changes(earlier: Version, later: Version) -> Iterator[Difference]:
    yield from _field_changes(later.content.basic, earlier.document["basic"], later.document["basic"], "")
    before, after = earlier.document["certificates"], later.document["certificates"]
    for place in range(max(len(before), len(after))):
        old = before[place]["values"] if place < len(before) else {}
        new = after[place]["values"] if place < len(after) else {}
        yield from _field_changes(later.content.certificate, old, new, f"证书 {place + 1}：")


def _field_changes(
    fields: tuple[HeaderField, ...], old: Mapping[str, Any], new: Mapping[str, Any], place: str
) -> Iterator[Difference]:
    for each in fields:
        before, after = words_of(each, old.get(each.key)), words_of(each, new.get(each.key))
        if before != after:
            yield Difference(0, f"{place}{each.label}", before or "—", after or "—")


def _answer_changes(earlier: Version, later: Version) -> Iterator[Difference]:
    for number, answer in sorted(later.answers.items()):
        before = earlier.answers.get(number, {})
        for name, label in LABELS.items():
            if before.get(name, "") != answer[name]:
                yield Difference(number, label, _words(name, before.get(name, "")), _words(name, answer[name]))


def _words(name: str, value: str) -> str:
    return choice_words(value) if name == "choice" else value or "—"


def _file_changes(earlier: Version, later: Version) -> Iterator[Difference]:
    before, after = (_files(version) for version in (earlier, later))
    for item, name in sorted(after - before):
        yield Difference(item, "新增材料", "—", name)
    for item, name in sorted(before - after):
        yield Difference(item, "移除材料", name, "—")


def _files(version: Version) -> set[tuple[int, str]]:
    return {(row["item"], row["name"]) for row in version.document["attachments"]}


def signed_answers(self_checks: list[SelfCheck]) -> dict[int, dict[int, JSON]]:
    """Self-check → item → the answer as it was last signed; those that were never signed have none.

    Where nothing can be written, the answers as they stand are the signed ones; after a return they may not be.
    """
    settled = [each.pk for each in self_checks if each.state in {SelfCheckState.SUBMITTED, SelfCheckState.ACCEPTED}]
    found: dict[int, dict[int, JSON]] = {pk: {} for pk in settled}
    rows = Answer.objects.filter(self_check__in=settled).order_by()
    for row in rows.values("self_check_id", "item", *LABELS):
        found[row["self_check_id"]][row["item"]] = row
    return found | _from_versions([each.pk for each in self_checks if each.handed_in_at and each.pk not in found])


def _from_versions(pks: list[int]) -> dict[int, dict[int, JSON]]:
    signed = Submission.objects.filter(self_check__in=pks, signature__isnull=False).order_by("self_check_id", "number")
    return {
        pk: {row["item"]: row for row in json.loads(text)["answers"]}
        for pk, text in signed.values_list("self_check_id", "text")
    }
