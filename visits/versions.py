"""The versions of a department's result as people read them, each beside the one before: what was changed is marked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from visits.codes import Category, FollowUp, Severity, SubCategory, TradeOutcome
from visits.models import DepartmentResult, ResultVersion
from visits.results import content_of

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Said:
    """One field. `before`: what the former version said, None where it said the same or there is none."""

    label: str
    value: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class SaidFinding:
    """`change`: 新增, 改动 or 撤销 against the former version, empty without one. `id`: of the finding."""

    id: int
    matter: str
    facts: str
    severity: str
    legal_basis: str
    evidence: int
    change: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """`version` None: what is being written. `findings` of the former version that are gone come last."""

    version: ResultVersion | None
    fields: tuple[Said, ...]
    findings: tuple[SaidFinding, ...]

    @property
    def is_changed(self) -> bool:
        return any(each.before is not None for each in self.fields) or any(each.change for each in self.findings)


def versions_of(result: DepartmentResult) -> list[Shown]:
    """Those that were submitted, the oldest first."""
    versions = list(result.versions.select_related("submitted_by", "decided_by").order_by("number"))
    before: Mapping[str, Any] | None = None
    shown = []
    for version in versions:
        shown.append(_shown(version, version.content, before))
        before = version.content
    return shown


def draft_of(result: DepartmentResult) -> Shown:
    """What stands now, against the last version that was submitted."""
    last = result.versions.order_by("number").last()
    return _shown(None, content_of(result), last.content if last else None)


def _shown(version: ResultVersion | None, content: Mapping[str, Any], before: Mapping[str, Any] | None) -> Shown:
    then = dict(read_fields(before)) if before is not None else {}
    fields = [
        Said(
            label, value, then.get(label, NOTHING) if before is not None and then.get(label, NOTHING) != value else None
        )
        for label, value in read_fields(content)
    ]
    earlier = before["findings"] if before is not None else None
    return Shown(version, tuple(fields), tuple(_findings(content["findings"], earlier)))


def read_fields(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(label, value) of each field as people read it."""
    category = content["category"]
    yield "检查结果", f"{category} {Category(category).label}" if category else NOTHING
    if content["sub_category"]:
        sub = content["sub_category"]
        yield "问题类别", f"{sub} {SubCategory(sub).label}"
    yield "后续处置", FollowUp(content["follow_up"]).label if content["follow_up"] else NOTHING
    yield "处置已完结", "是" if content["is_finished"] else "否"
    yield "处理情况", TradeOutcome(content["trade_outcome"]).label if content["trade_outcome"] else NOTHING
    yield "情况说明", content["words"] or NOTHING
    if content["amended_because"]:
        yield "更正理由", content["amended_because"]


def _findings(now: Iterable[Mapping[str, Any]], then: Iterable[Mapping[str, Any]] | None) -> Iterator[SaidFinding]:
    former = {each["id"]: each for each in then or ()}
    for each in now:
        known = former.pop(each["id"], None)
        change = "" if then is None else "新增" if known is None else "改动" if known != each else ""
        yield _finding(each, change)
    yield from (_finding(gone, "撤销") for gone in former.values())


def _finding(said: Mapping[str, Any], change: str) -> SaidFinding:
    return SaidFinding(
        said["id"], said["matter"], said["facts"], Severity(said["severity"]).label, said["legal_basis"],
        len(said["evidence"]), change,
    )  # fmt: skip
