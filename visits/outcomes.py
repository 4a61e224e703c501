"""What the departments' results say together about one task."""

from collections.abc import Sequence
from dataclasses import dataclass

from visits.codes import Category, TradeOutcome
from visits.models import DepartmentResult, Finding
from visits.states import OPEN_FINDINGS, FindingState, ResultState

CATEGORIES_BY_WEIGHT = (
    Category.NOTHING_FOUND, Category.NO_ACTIVITY, Category.MOVED, Category.DEREGISTERED, Category.CLOSED,
    Category.LICENCE_REVOKED, Category.WITHDRAWN, Category.ORDERED, Category.PENDING, Category.UNCOOPERATIVE,
)  # fmt: skip
TRADE_BY_WEIGHT = (
    TradeOutcome.SOUND, TradeOutcome.SELF, TradeOutcome.ORDERED, TradeOutcome.PENALTY, TradeOutcome.TRANSFERRED,
)  # fmt: skip
"""The task as a whole counts under the heaviest of what its departments found."""


@dataclass(frozen=True, slots=True)
class Whole:
    """`category` and `trade_outcome` are None as long as no department has said."""

    category: Category | None
    trade_outcome: TradeOutcome | None
    departments: int
    final: int
    findings: int
    open_findings: int

    @property
    def is_final(self) -> bool:
        return self.departments > 0 and self.departments == self.final


def whole_of(results: Sequence[DepartmentResult]) -> Whole:
    """Of the results of one task as they stand; drafts count nothing."""
    told = [result for result in results if result.state not in (ResultState.DRAFT, ResultState.RETURNED)]
    categories = [Category(result.category) for result in told if result.category]
    trades = [TradeOutcome(result.trade_outcome) for result in told if result.trade_outcome]
    states = (
        Finding.objects.filter(result__in=told).exclude(state=FindingState.WITHDRAWN).values_list("state", flat=True)
    )
    findings = list(states)
    return Whole(
        category=max(categories, key=CATEGORIES_BY_WEIGHT.index, default=None),
        trade_outcome=max(trades, key=TRADE_BY_WEIGHT.index, default=None),
        departments=len(results),
        final=sum(result.state == ResultState.FINAL for result in results),
        findings=len(findings),
        open_findings=sum(state in OPEN_FINDINGS for state in findings),
    )
