"""A campaign of a hundred tasks in two cities of Shanxi, organised by four bureaus, played through the services to every
kind of end (ENDS). Everything happens DAYS_AGO, so that some days are missed by today."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice

import time_machine
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from campaigns import transitions as stages
from campaigns.models import Campaign, PlanLine, Task
from campaigns.models.tasks import TaskMode, TeamMember
from campaigns.states import CampaignState, TaskState
from tests.factories import campaigns, institutions
from tests.visits import world
from tests.visits.game import LINES, Cast, Game
from visits import adopting, measures, rectifying, referring, results, scheduling, transitions
from visits.codes import WITH_AMOUNT, MeasureKind, Outcome
from visits.models import Measure, Rectification, Referral, Visit

TASKS = 100
DAYS_AGO, MISSED, LATER = 20, 10, 60
"""A day MISSED days after the play is over by today, LATER is not."""

PROVINCE = "scjg:140000"
COUNTY_OF = {
    "scjg:140200": "140214", "scjg:140213": "140213", "scjg:140214": "140214", "scjg:140900": "140902",
}  # fmt: skip
"""The bureaus that organise, each with the county its institutions are in."""

PARTNERS = (2, 1, 2, 0, 2, 1)
"""Which of LINES four tasks after four are of: the more departments the rarer."""

Then = Callable[[Game], object]


@dataclass(frozen=True)
class End:
    """How far a task is played and what becomes of it then. `acts`: how many of ACTS; `state` is the task's at the end."""

    state: TaskState
    acts: int
    then: Then = lambda game: None
    problem: bool = False
    outcome: Outcome = Outcome.INSPECTED

    def play(self, game: Game) -> None:
        acts: tuple[Then, ...] = (
            Game.notify, Game.tell, Game.plan, Game.start, lambda game: game.end(self.outcome),
            lambda game: game.hand_in(problem=self.problem), Game.review, Game.conclude,
        )  # fmt: skip
        for act in acts[: self.acts]:
            act(game)
        self.then(game)


NOTHING, NOTIFY, TELL, PLAN, START, GO, HAND_IN, REVIEW, CONCLUDE = range(9)


def in_days(days: int) -> object:
    return timezone.localdate() + timedelta(days=days)


# before the visit


def replaced(game: Game) -> None:
    with transaction.atomic():
        stages.replace(transitions.locked(game.task), by=game.cast.officer(PROVINCE))


def cancelled(game: Game) -> None:
    with transaction.atomic():
        transitions.move(transitions.locked(game.task), "cancel", by=game.cast.officer(PROVINCE))


def visit_cancelled(game: Game) -> None:
    scheduling.cancel_visit(game.visit, because="机构停电", by=game.by)


def moved(game: Game) -> None:
    start = timezone.now() + timedelta(days=3)
    scheduling.move_visit(game.visit, start=start, end=start + world.IN_AN_HOUR, by=game.by)


def asked_to_adopt(game: Game) -> adopting.Adoption:
    """A campaign of the county has looked at the institution this year."""
    other = campaigns.campaign(f"other-{game.number}", by=game.by, state=CampaignState.DISPATCHED, year=world_year())
    source = campaigns.task(campaigns.line(other), game.task.institution, state=TaskState.CLOSED)
    return adopting.ask_adoption(game.task, source, reason="专项检查已检查", by=game.by)


def adopted(game: Game) -> None:
    adopting.approve_adoption(asked_to_adopt(game), by=game.cast.approver(game.bureau))


# results


def half_written(game: Game) -> None:
    game.hand_in(but=1)


def returned(game: Game) -> None:
    results.return_result(game.results[0], words="请补充依据", by=game.by)


def signed_by_witness(game: Game) -> None:
    game.end(refuses=True)
    game.hand_in()
    game.review()
    game.conclude()


def amended(game: Game) -> None:
    results.amend_result(game.results[0], because="笔误", by=game.by)


def amended_and_concluded(game: Game) -> None:
    amended(game)
    results.submit_result(game.results[0], by=game.by)
    game.review()
    game.conclude()


# measures


def propose(game: Game, kind: MeasureKind, bureau: str = "", **fields: str) -> Measure:
    of = game.cast.bureau(bureau or game.bureau)
    return measures.propose_measure(
        game.task, kind=kind, bureau=of, findings=game.findings, by=game.by, **fields
    )  # fmt: skip


def decide(game: Game, measure: Measure, *, done: bool = True) -> None:
    by = game.cast.officer(measure.bureau_id)
    amount = 5000 if measure.kind in WITH_AMOUNT else None
    measures.decide_measure(
        measure, decided_on=timezone.localdate(), document_number=f"罚〔2026〕{game.number}号", amount=amount, by=by
    )
    if done:
        measures.carry_out(measure, done_on=timezone.localdate(), by=by)


def measure(kind: MeasureKind, *, partner: str = "", decided: bool = True, done: bool = True) -> Then:
    def act(game: Game) -> Measure:
        found = propose(game, kind, game.partner(partner) if partner else "")
        if decided:
            decide(game, found, done=done)
        return found

    return act


def dropped(game: Game) -> None:
    measures.drop_measure(propose(game, MeasureKind.INTERVIEW), words="情节轻微", by=game.by)


def revoked_after_police(game: Game) -> None:
    fine, revocation = propose(game, MeasureKind.FINE, game.partner("ga")), propose(game, MeasureKind.REVOCATION)
    decide(game, fine)
    decide(game, revocation)


def revocation_waits(game: Game) -> None:
    propose(game, MeasureKind.FINE, game.partner("ga"))
    propose(game, MeasureKind.REVOCATION)


def listed_and_banned(game: Game) -> None:
    revoked_after_police(game)
    decide(game, propose(game, MeasureKind.DISHONEST_LIST))
    propose(game, MeasureKind.INDUSTRY_BAN, person="高振华", post="技术负责人")


def reopened(game: Game) -> None:
    measure(MeasureKind.FINE)(game)
    propose(game, MeasureKind.CONFISCATION, game.partner("sthj"))


# rectifications


def order(game: Game, days: int = LATER) -> Rectification:
    return rectifying.order_rectification(
        game.task, bureau=game.task.bureau, findings=game.findings, demands="补齐复核签字", due_on=in_days(days),
        by=game.by,
    )  # fmt: skip


def overdue(game: Game) -> None:
    order(game, MISSED)


def reported(game: Game, days: int = LATER) -> rectifying.RectificationReport:
    return rectifying.report_rectified(order(game, days), text="已补齐", by=game.head)


def reported_late(game: Game) -> None:
    reported(game, MISSED)


def verified(game: Game) -> None:
    rectifying.verify(reported(game), is_verified=True, way=rectifying.Way.ON_PAPER, by=game.by)


def sent_back(game: Game) -> None:
    report = reported(game, MISSED)
    rectifying.verify(report, is_verified=False, way=rectifying.Way.ON_PAPER, words="仍缺三份", by=game.by)


def verified_on_site(game: Game) -> None:
    report = reported(game)
    game.plan(Visit.Kind.AGAIN)
    game.start()
    game.end()
    rectifying.verify(report, is_verified=True, way=rectifying.Way.ON_SITE, visit=game.visit, by=game.by)


def to_be_revisited(game: Game) -> None:
    reported(game)
    game.plan(Visit.Kind.AGAIN)


def extended(game: Game, *, grant: bool = True) -> None:
    asked = rectifying.ask_extension(order(game, MISSED), until=in_days(LATER), reason="设备到货晚", by=game.head)
    rectifying.decide_extension(asked, grant=grant, words="见意见", by=game.by)


def not_extended(game: Game) -> None:
    extended(game, grant=False)


# referrals


def refer(game: Game, *, days: int = LATER, outside: str = "") -> Referral:
    receiver = None if outside else game.cast.bureau(game.partner("sthj"))
    return referring.refer(
        game.findings[0], subject="某设备公司", text="软件可改数据", due_on=in_days(days), receiver=receiver,
        outside=outside, sender=game.cast.bureau(game.bureau), by=game.by,
    )  # fmt: skip


def referred(state: str, *, days: int = LATER, outside: str = "") -> Then:
    """Handed to the ecology of the city, or `outside`; followed until this state."""

    def act(game: Game) -> None:
        found = refer(game, days=days, outside=outside)
        by = game.by if outside else game.cast.officer(game.partner("sthj"))
        if state == "declined":
            referring.decline_referral(found, words="不属本单位职责", by=by)
        if state in ("accepted", "answered", "closed"):
            referring.accept_referral(found, acknowledgement="冀环〔2026〕7号" if outside else "", by=by)
        if state in ("answered", "closed"):
            referring.answer_referral(found, feedback="已立案", by=by)
        if state == "closed":
            referring.close_referral(found, by=game.by)

    return act


def unreached(outcome: Outcome) -> End:
    return End(TaskState.CLOSED, CONCLUDE, outcome=outcome)


def problem(state: TaskState, then: Then) -> End:
    return End(state, CONCLUDE, then, problem=True)


OPEN, CLOSED = TaskState.CONCLUDED, TaskState.CLOSED
HEBEI = "河北省生态环境厅"
ENDS = {
    "pending": End(TaskState.PENDING, NOTHING),
    "waiting": End(TaskState.DISPATCHED, NOTHING),
    "cancelled": End(TaskState.CANCELLED, NOTHING, cancelled),
    "notified": End(TaskState.NOTIFIED, NOTIFY),
    "told": End(TaskState.NOTIFIED, TELL),
    "replaced": End(TaskState.REPLACED, TELL, replaced),
    "replaced_though_planned": End(TaskState.REPLACED, PLAN, replaced),
    "adoption_asked": End(TaskState.NOTIFIED, TELL, asked_to_adopt),
    "adopted": End(TaskState.ADOPTED, NOTHING, adopted),
    "planned": End(TaskState.NOTIFIED, PLAN),
    "moved": End(TaskState.NOTIFIED, PLAN, moved),
    "visit_cancelled": End(TaskState.NOTIFIED, PLAN, visit_cancelled),
    "adopted_though_planned": End(TaskState.ADOPTED, PLAN, adopted),
    "inspecting": End(TaskState.INSPECTING, START),
    "ended": End(TaskState.INSPECTING, GO),
    "half_written": End(TaskState.INSPECTING, GO, half_written),
    "handed_in": End(TaskState.REVIEWING, HAND_IN),
    "returned": End(TaskState.INSPECTING, HAND_IN, returned, problem=True),
    "to_conclude": End(TaskState.JOINT, REVIEW),
    "returned_by_all": End(TaskState.INSPECTING, REVIEW, returned),
    "clean": End(CLOSED, CONCLUDE),
    "clean_though_not_signed": End(CLOSED, START, signed_by_witness),
    "unreachable": unreached(Outcome.UNREACHABLE),
    "closed_down": unreached(Outcome.CLOSED),
    "moved_away": unreached(Outcome.MOVED),
    "no_activity": unreached(Outcome.NO_ACTIVITY),
    "refused": unreached(Outcome.REFUSED),
    "amended": End(TaskState.INSPECTING, CONCLUDE, amended),
    "amended_and_concluded": problem(OPEN, amended_and_concluded),
    "open": problem(OPEN, lambda game: None),
    "self_rectified": problem(CLOSED, measure(MeasureKind.SELF_RECTIFICATION)),
    "dropped": problem(CLOSED, dropped),
    "fine_waits": problem(OPEN, measure(MeasureKind.FINE, partner="sthj", decided=False)),
    "fine_decided": problem(OPEN, measure(MeasureKind.FINE, done=False)),
    "fined": problem(CLOSED, measure(MeasureKind.FINE)),
    "handed_to_police": problem(CLOSED, measure(MeasureKind.POLICE)),
    "revoked_after_police": problem(CLOSED, revoked_after_police),
    "revocation_waits": problem(OPEN, revocation_waits),
    "listed_and_banned": problem(OPEN, listed_and_banned),
    "reopened": problem(OPEN, reopened),
    "ordered": problem(OPEN, order),
    "overdue": problem(OPEN, overdue),
    "reported": problem(OPEN, reported),
    "reported_late": problem(OPEN, reported_late),
    "sent_back": problem(OPEN, sent_back),
    "extended": problem(OPEN, extended),
    "not_extended": problem(OPEN, not_extended),
    "verified": problem(CLOSED, verified),
    "verified_on_site": problem(CLOSED, verified_on_site),
    "to_be_revisited": problem(OPEN, to_be_revisited),
    "referred": problem(OPEN, referred("sent")),
    "referral_late": problem(OPEN, referred("accepted", days=MISSED)),
    "referral_declined": problem(OPEN, referred("declined")),
    "referral_answered": problem(OPEN, referred("answered", days=MISSED)),
    "referral_closed": problem(OPEN, referred("closed")),
    "referred_outside": problem(OPEN, referred("sent", days=MISSED, outside=HEBEI)),
    "answered_outside": problem(OPEN, referred("answered", outside=HEBEI)),
}


def world_year() -> int:
    return timezone.localdate().year


def plays() -> list[tuple[str, End]]:
    """The end of each task by its number."""
    return list(islice(cycle(ENDS.items()), TASKS))


def play_all() -> tuple[Campaign, Cast]:
    """The campaign with all its tasks played; orders that are over their day by today are escalated."""
    cast = Cast()
    with time_machine.travel(timezone.now() - timedelta(days=DAYS_AGO)):
        campaign = a_campaign(cast.officer(PROVINCE))
        lines = [a_line(campaign, code) for code in LINES]
        games = [
            Game(cast, a_task(cast, lines, number), number)
            for number, (name, _) in enumerate(plays())
            if name != "pending"
        ]
        give_teams(games)
        stages.dispatch(campaign, by=cast.officer(PROVINCE))
        for game in games:
            plays()[game.number][1].play(game)
        for number, (name, _) in enumerate(plays()):
            if name == "pending":
                a_task(cast, lines, number)
    rectifying.escalate_overdue()
    return campaign, cast


def a_campaign(by: User) -> Campaign:
    return campaigns.campaign("140000-100", by=by, state=CampaignState.DRAWN, year=world_year())


def a_line(campaign: Campaign, code: str) -> PlanLine:
    partners = [f"{department}:{city}" for department in LINES[code][1:] for city in ("140200", "140900")]
    found = campaigns.line(campaign, *partners, code=code, domain=institutions.domain(code, code))
    found.matters.set([world.matter(department) for department in LINES[code]])
    return found


def a_task(cast: Cast, lines: list[PlanLine], number: int) -> Task:
    line, bureau = lines[PARTNERS[number // 4 % 6]], (*COUNTY_OF,)[number % 4]
    return Task.objects.create(
        campaign=line.campaign, number=f"{line.campaign.number}-{number:03d}", line=line, mode=TaskMode.ALLOTTED,
        institution=institutions.institution(county=COUNTY_OF[bureau]), bureau=cast.bureau(bureau),
        due_on=in_days(MISSED if number % 3 else LATER),
    )  # fmt: skip


def give_teams(games: Iterable[Game]) -> None:
    for game in games:
        TeamMember.objects.bulk_create(
            TeamMember(
                task=game.task, position=position, role="officer", slot=0, pool=person.bureau_id, inspector=person
            )
            for position, person in enumerate(game.team)
        )
