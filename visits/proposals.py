"""What the check sheet suggests as findings: lines answered 发现问题 and drawn reports that were not right, with the words
and the evidence that were recorded there."""

from collections.abc import Iterator
from dataclasses import dataclass

from visits.codes import Check, Severity
from visits.models import DepartmentResult, Entry, Evidence, ReportSample, Visit
from visits.results import Found, last_visit
from visits.sheet import SAMR, Line, lines_of
from visits.states import FindingState

REPORT = "report"
LONGEST_LINE, LONGEST_MATTER = 60, 120


@dataclass(frozen=True, slots=True)
class Proposal:
    """`line`: key of the sheet's line, or report:<number>. `severity`: None where the sheet says nothing about it."""

    line: str
    matter: str
    facts: str
    severity: Severity | None
    evidence: tuple[Evidence, ...]

    def found(self, severity: Severity) -> Found:
        return Found(self.matter, self.facts, severity, line=self.line, evidence=self.evidence)


def proposals_of(result: DepartmentResult) -> list[Proposal]:
    """Of the department's own lines, without those that are findings already."""
    visit = last_visit(result.task)
    if visit is None:
        return []
    known = set(result.findings.exclude(state=FindingState.WITHDRAWN).values_list("line", flat=True))
    own = {line.key: line for line in lines_of(visit) if line.department == result.bureau.department_id}
    found = [*_from_lines(visit, own), *_from_reports(visit, result)]
    return [proposal for proposal in found if proposal.line not in known]


def proposal_of(result: DepartmentResult, line: str) -> Proposal | None:
    return next((proposal for proposal in proposals_of(result) if proposal.line == line), None)


def _from_lines(visit: Visit, own: dict[str, Line]) -> Iterator[Proposal]:
    evidence = list(visit.evidence.whole())
    entries = Entry.objects.filter(visit=visit, line__in=own, answer=Check.PROBLEM)
    given = {entry.line: entry for entry in entries}
    for key, line in own.items():
        if key in given:
            seen = tuple(each for each in evidence if each.line == key)
            yield Proposal(key, line.title[:LONGEST_MATTER], given[key].facts, None, seen)


def _from_reports(visit: Visit, result: DepartmentResult) -> Iterator[Proposal]:
    """Reports are drawn and judged by the market regulator."""
    sample = ReportSample.objects.filter(visit=visit).first()
    if sample is None or result.bureau.department_id != SAMR:
        return
    for number, judged in sample.checked.items():
        if judged["severity"]:
            matter = f"报告抽查（{number}）"[:LONGEST_MATTER]
            yield Proposal(
                f"{REPORT}:{number}"[:LONGEST_LINE], matter, judged["facts"], Severity(judged["severity"]), ()
            )
