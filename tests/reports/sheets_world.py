"""A special campaign with something of everything that the sheets count, as rows: 食品 and 建筑材料 inspected, one
institution in both; 碳排放核查 with nothing at all."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from campaigns.models import Campaign, CampaignKind, InspectionMatter, PlanLine, SizeKind, Stage, Task
from campaigns.states import CampaignState, TaskState
from institutions.models import Domain
from tests.factories import accounts, campaigns, inspectors, institutions
from tests.visits.world import basis
from visits.codes import MeasureKind, Outcome, Severity
from visits.models import DepartmentResult, Finding, Measure, Rectification, Referral, Visit
from visits.states import FindingState, MeasureState, ResultState, VisitState

LINES = (("food", "食品"), ("building", "建筑材料"), ("carbon", "碳排放核查"))
CITY, POLICE = "scjg:140200", "ga:140200"
PINGCHENG, YUNGANG = "140213", "140214"
TITLE = "2022年检验检测市场专项整治行动"
HOSTILE = "=1+1检测有限公司"


class World:
    """Its tasks by name: false, both, general, vain, adopted, draft, measured."""

    def __init__(self) -> None:
        self.lead = accounts.lead_officer()
        self.campaign = campaigns.campaign(
            "140200-2022-1", by=self.lead, state=CampaignState.DISPATCHED, title=TITLE, year=2022, kind=CampaignKind.SPECIAL
        )  # fmt: skip
        Stage.objects.create(
            campaign=self.campaign, kind=Stage.Kind.ON_SITE, name="全面实施阶段", starts_on=date(2022, 4, 30), ends_on=date(2022, 7, 25)
        )  # fmt: skip
        self.domains = {code: institutions.domain(code, name) for code, name in LINES}
        self.domains["dairy"] = Domain.objects.create(code="dairy", name="乳制品", parent=self.domains["food"])
        self.lines = {code: self._line(place, code, title) for place, (code, title) in enumerate(LINES)}
        self.officers = [inspectors.inspector(CITY), inspectors.inspector(CITY)]
        self.idle = inspectors.inspector(CITY, name="史无事")
        self.tasks = {
            "false": self._task("food", HOSTILE, "dairy"),
            "both": self._task("food", "双领域检测有限公司", "food", "building", county=YUNGANG),
            "general": self._task("building", "一般问题检测有限公司", "building"),
            "vain": self._task("building", "无法联系检测有限公司", "building"),
            "adopted": self._task("food", "采纳检测有限公司", "food", state=TaskState.ADOPTED),
            "draft": self._task("food", "草稿检测有限公司", "food", state=TaskState.REVIEWING),
            "measured": self._task("building", "拟办检测有限公司", "building"),
        }
        self._happen()

    def _line(self, place: int, code: str, title: str) -> PlanLine:
        line = campaigns.line(
            self.campaign, POLICE, code=code, title=title, domain=self.domains[code], position=place,
            size_kind=SizeKind.ALL, count=None,
        )  # fmt: skip
        values = {"name": "检验检测机构资质认定监督检查", "department": accounts.department(), "methods": ["1", "2"]}
        line.matters.set([InspectionMatter.objects.get_or_create(code="C06", defaults=values)[0]])
        return line

    def _task(
        self, line: str, name: str, *domains: str, county: str = PINGCHENG, state: TaskState = TaskState.CONCLUDED
    ) -> Task:
        institution = institutions.institution(name, county)
        institutions.certificate(institution, *(self.domains[each] for each in domains))
        return campaigns.task(self.lines[line], institution, *self.officers, state=state)

    def _happen(self) -> None:
        for name in ("false", "both", "general", "draft", "measured"):
            self.visit(name)
        self.visit("vain", Outcome.UNREACHABLE)
        false = self.finding("false", Severity.FALSE)
        self.finding("false", Severity.BEYOND)
        self.finding("false", Severity.UNTRUE, state=FindingState.WITHDRAWN)
        self.measure(false, MeasureKind.FINE, amount=Decimal("12345.67"))
        self.measure(false, MeasureKind.FINE, amount=Decimal(1), person="高某", target=Measure.Target.PERSON)
        self.measure(false, MeasureKind.POLICE, state=MeasureState.DONE)
        self.measure(false, MeasureKind.REVOCATION)
        both = self.finding("both", Severity.VIOLATION)
        self.order(both)
        self.measure(both, MeasureKind.CONFISCATION, amount=Decimal("2500.50"))
        self.measure(self.finding("general", Severity.GENERAL), MeasureKind.SELF_RECTIFICATION)
        self.finding("draft", Severity.FALSE, result_state=ResultState.SUBMITTED)
        planned = self.finding("measured", Severity.UNTRUE)
        self.measure(planned, MeasureKind.DEREGISTRATION, state=MeasureState.PLANNED)
        self.measure(planned, MeasureKind.ORDER, state=MeasureState.DROPPED)
        self.lead_to("false", receiver=accounts.bureau(POLICE))
        self.lead_to("both", outside="陕西省市场监督管理局")

    def visit(self, name: str, outcome: Outcome = Outcome.INSPECTED) -> Visit:
        now = timezone.now()
        visit = Visit.objects.create(
            task=self.tasks[name], number=1, planned_start=now - timedelta(hours=3), planned_end=now, started_at=now,
            ended_at=now, state=VisitState.ENDED, outcome=outcome, planned_by=self.lead,
        )  # fmt: skip
        for place, officer in enumerate(self.officers):
            visit.attendees.create(kind="officer", inspector=officer, name=officer.name, is_leader=place == 0)
        return visit

    def finding(
        self, name: str, severity: Severity, *, state: str = FindingState.OPEN, result_state: str = ResultState.FINAL
    ) -> Finding:
        result = DepartmentResult.objects.get_or_create(
            task=self.tasks[name], bureau=accounts.bureau(CITY),
            defaults={"state": result_state, "category": "A", "sub_category": "B", "follow_up": "case", "trade_outcome": "penalty"},
        )[0]  # fmt: skip
        return Finding.objects.create(
            result=result, matter="报告管理", facts="=原始记录缺少复核签字", severity=severity, state=state,
            legal_basis=None if severity == Severity.GENERAL else basis(), found_by=self.lead,
        )  # fmt: skip

    def measure(
        self, finding: Finding, kind: MeasureKind, *, state: str = MeasureState.DECIDED, **fields: object
    ) -> Measure:
        decided = None if state in (MeasureState.PLANNED, MeasureState.DROPPED) else date(2022, 6, 1)
        found = Measure.objects.create(
            task=finding.result.task, kind=kind, state=state, decided_on=decided, bureau=accounts.bureau(CITY),
            proposed_by=self.lead, **fields,
        )  # fmt: skip
        found.findings.set([finding])
        return found

    def order(self, finding: Finding) -> Rectification:
        found = Rectification.objects.create(
            task=finding.result.task, bureau=accounts.bureau(CITY), year=2022, serial=1, demands="补签",
            due_on=date(2022, 7, 1), ordered_by=self.lead, ordered_at=timezone.now(),
        )  # fmt: skip
        found.findings.set([finding])
        return found

    def lead_to(self, name: str, **fields: object) -> Referral:
        return Referral.objects.create(
            number=f"线索-{name}", sender=accounts.bureau(CITY), task=self.tasks[name], subject="某单位", text="线索",
            due_on=date(2022, 8, 1), sent_by=self.lead, **fields,
        )  # fmt: skip

    def reader(self, role: str, at: str) -> User:
        return accounts.user(f"reader-{at}".replace(":", "-"), role, at=at)

    @property
    def again(self) -> Campaign:
        return Campaign.objects.select_related("lead_bureau__region").get(pk=self.campaign.pk)
