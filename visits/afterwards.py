"""What a visit left behind, to be read: the record in figures and words, signatures with what changed since, evidence."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from visits import signing
from visits.attending import unanswered
from visits.codes import Agreement, Check, Severity
from visits.models import Entry, Evidence, Operation, ReportSample, Visit, VisitSignature
from visits.sheet import Line, lines_of

TONES = {Check.SOUND: "done", Check.PROBLEM: "overdue", Check.NOT_APPLICABLE: "plain", Check.UNCHECKED: "waiting"}
IN_WORDS = (Check.PROBLEM, Check.UNCHECKED)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A line of the sheet with what stands on it; `rivals`: what colleagues entered that does not stand."""

    line: Line
    entry: Entry | None
    tone: str
    evidence: int
    rivals: int


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: int
    tone: str


@dataclass(frozen=True, slots=True)
class Record:
    rows: list[Recorded]
    figures: list[Figure]

    @property
    def telling(self) -> list[Recorded]:
        """Those that say more than that all is well."""
        return [row for row in self.rows if says_something(row)]


@dataclass(frozen=True, slots=True)
class Signed:
    """`changed`: titles of lines that are different now from what was signed."""

    signature: VisitSignature
    changed: list[str]
    has_image: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A piece of evidence under the title of its line."""

    evidence: Evidence
    title: str
    is_image: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """One report of the sample; `severity` and `facts` empty as long as nobody judged it."""

    number: str
    is_judged: bool
    severity: str
    facts: str


def says_something(row: Recorded) -> bool:
    entry = row.entry
    if entry is None:
        return False
    return entry.answer in IN_WORDS or entry.agreement == Agreement.CONTRADICTS or row.rivals > 0


def record_of(visit: Visit) -> Record:
    entries = {entry.line: entry for entry in visit.entries.all()}
    evidence = Counter(visit.evidence.whole().values_list("line", flat=True))
    rivals = Counter(visit.operations.filter(state=Operation.State.RIVAL).values_list("line", flat=True))
    rows = [_recorded(line, entries.get(line.key), evidence[line.key], rivals[line.key]) for line in lines_of(visit)]
    return Record(rows, list(_figures(visit, rows)))


def _recorded(line: Line, entry: Entry | None, evidence: int, rivals: int) -> Recorded:
    tone = TONES[Check(entry.answer)] if entry and entry.answer else "plain"
    return Recorded(line, entry, tone, evidence, rivals)


def _figures(visit: Visit, rows: list[Recorded]) -> Iterator[Figure]:
    counted = Counter(row.entry.answer for row in rows if row.entry)
    for check in Check:
        yield Figure(
            check.label, counted[check], "" if check == Check.SOUND else TONES[check] if counted[check] else ""
        )
    missing = len(unanswered(visit))
    if missing:
        yield Figure("尚未填写", missing, "waiting")
    if disputed := sum(row.rivals > 0 for row in rows):
        yield Figure("录入不一致", disputed, "overdue")
    if denied := sum(bool(row.entry and row.entry.agreement == Agreement.CONTRADICTS) for row in rows):
        yield Figure("与自查不一致", denied, "overdue")


def signed_by(visit: Visit) -> list[Signed]:
    titles = {line.key: line.title for line in lines_of(visit)} | {"evidence": "证据材料"}
    return [
        Signed(
            each,
            [titles.get(key, key) for key in signing.differences(visit, each)],
            bool(each.image) and str(each.image.name).lower().endswith(".png"),
        )
        for each in visit.signatures.select_related("by")
    ]


def evidence_of(visit: Visit) -> list[Kept]:
    titles = {line.key: line.title for line in lines_of(visit)}
    rows = visit.evidence.select_related("by")
    return [Kept(each, titles.get(each.line, "现场情况"), each.media_type.startswith("image/")) for each in rows]


def sample_of(visit: Visit) -> tuple[ReportSample, list[Drawn]] | None:
    sample = ReportSample.objects.filter(visit=visit).select_related("drawn_by").first()
    return (sample, [_drawn(sample, number) for number in sample.chosen]) if sample else None


def _drawn(sample: ReportSample, number: str) -> Drawn:
    judged = sample.checked.get(number)
    if judged is None:
        return Drawn(number, is_judged=False, severity="", facts="")
    severity = judged.get("severity", "")
    label = Severity(severity).label if severity in Severity.values else ""
    return Drawn(number, is_judged=True, severity=label, facts=judged.get("facts", ""))
