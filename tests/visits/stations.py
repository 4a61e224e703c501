"""One task on its way through every state of every machine, reached by the services alone; at each station whoever walks
by may try what can be pressed there, and everything tried is taken back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from campaigns import declaring, notices, voiding
from campaigns import transitions as stages
from campaigns.models import Campaign, Draw, Task
from campaigns.states import CampaignState, TaskState
from tests.factories import accounts, campaigns
from tests.visits import world
from visits import adopting, attending, complaining, delivering, measures, rectifying, referring, results, scheduling
from visits.codes import DeliveryMode, MeasureKind, Outcome
from visits.models import DepartmentResult, Finding, Measure, Rectification, Visit

Try = Callable[[models.Model], None]
TODAY = timezone.localdate


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def pending_task() -> Task:
    """As a draw leaves it, with a result of the same institution elsewhere that could be adopted."""
    task = world.task(partner="")
    Task.objects.filter(pk=task.pk).update(state=TaskState.PENDING)
    Campaign.objects.filter(pk=task.campaign_id).update(state=CampaignState.DRAWN, dispatched_at=None)
    Draw.objects.create(
        campaign=task.campaign, number=1, code="D-1", manifest={}, commitment="0" * 64, frozen_by=world.officer(),
        frozen_at=timezone.now(),
    )  # fmt: skip
    other = campaigns.campaign("140200-other", by=world.officer(), state=CampaignState.DISPATCHED)
    campaigns.task(campaigns.line(other), task.institution, state=TaskState.CLOSED)
    return again(task)


def walk(look: Try) -> None:
    """Calls `look` with each thing in each state of its machine but those of referrals and complaints."""
    task = pending_task()
    look(task)
    stages.dispatch(task.campaign, by=world.officer())
    look(again(task))
    aside(look, task)
    declaring.declare_team([task], by=world.officer())
    notice = notices.issue_notice(task, by=world.officer())
    delivering.deliver(
        notice, mode=DeliveryMode.IN_PERSON, told_at=timezone.now(), received_by="高振华", by=world.officer()
    )
    look(again(task))
    at_the_place(look, again(task))
    look(again(task))
    inside_the_result(look, task.results.get())
    what_follows(look, again(task))


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def aside(look: Try, task: Task) -> None:
    """Where a task ends that nobody visits."""
    with taken_back():
        adopt(again(task))
        look(again(task))
    with taken_back():
        replace(again(task))
        look(again(task))
    with taken_back():
        void(again(task))
        look(again(task))


def at_the_place(look: Try, task: Task) -> None:
    visit = plan(task)
    look(visit)
    with taken_back():
        scheduling.cancel_visit(visit, because="改期", by=world.officer())
        look(again(visit))
    attending.start_visit(visit, by=world.team(task)[0])
    world.fill(again(visit))
    world.sign_all(again(visit))
    look(again(visit))
    end(again(visit))
    look(again(visit))


def inside_the_result(look: Try, result: DepartmentResult) -> None:
    look(again(result))
    world.write(result, problem=True)
    finding = world.find(result)
    look(finding)
    with taken_back():
        results.withdraw_finding(finding, by=world.officer())
        look(again(finding))
    results.submit_result(result, by=world.officer())
    look(again(result))
    look(again(result.task))
    with taken_back():
        results.return_result(result, words="请补充", by=world.officer())
        look(again(result))
    results.pass_result(result, by=world.officer())
    look(again(result))
    look(again(result.task))
    conclude(again(result.task))
    look(again(result))


def what_follows(look: Try, task: Task) -> None:
    finding = world.finding(task)
    look(finding)
    with taken_back():
        by_order(look, task, finding)
    measure = world.measure(task)
    look(measure)
    with taken_back():
        measures.drop_measure(measure, words="情节轻微", by=world.officer())
        look(again(measure))
    decide(measure)
    look(again(measure))
    look(again(task))
    measures.carry_out(measure, done_on=TODAY(), by=world.officer())
    look(again(measure))
    look(again(finding))
    look(again(task))


def by_order(look: Try, task: Task, finding: Finding) -> None:
    order = world.ordered(task)
    look(order)
    look(again(finding))
    with taken_back():
        results.amend_result(finding.result, because="笔误", by=world.officer())
        look(again(finding))
    report = rectifying.report_rectified(order, text="已补齐", by=world.head(task))
    look(again(order))
    with taken_back():
        rectifying.verify(report, is_verified=False, way=rectifying.Way.ON_PAPER, words="仍缺三份", by=world.officer())
        look(again(order))
    rectifying.verify(report, is_verified=True, way=rectifying.Way.ON_PAPER, by=world.officer())
    look(again(order))
    look(again(finding))
    look(again(task))


def walk_referral(look: Try) -> None:
    found = referring.refer(
        world.task(), subject="某设备公司", text="软件可改数据", due_on=TODAY() + timedelta(days=20),
        receiver=accounts.bureau(world.ECOLOGY), sender=accounts.bureau(world.CITY), by=world.officer(),
    )  # fmt: skip
    receiver = world.officer(world.ECOLOGY)
    look(found)
    with taken_back():
        referring.decline_referral(found, words="不属本单位职责", by=receiver)
        look(again(found))
    referring.accept_referral(found, by=receiver)
    look(again(found))
    referring.answer_referral(found, feedback="已立案", by=receiver)
    look(again(found))
    referring.close_referral(found, by=world.officer())
    look(again(found))


def walk_complaint(look: Try) -> None:
    found, _ = complaining.receive_complaint(
        institution_words="某检测站", county=accounts.region("140213"), text="尾气检测造假",
        who=complaining.Complainant(),
    )  # fmt: skip
    look(found)
    with taken_back():
        complaining.reject_complaint(found, words="线索不明", by=world.officer())
        look(again(found))
    complaining.accept_complaint(found, by=world.officer())
    look(again(found))
    complaining.answer_complaint(found, answer="已处理", by=world.officer())
    look(again(found))


# what can be pressed; where that takes several steps, all or none


class NothingToPress(Exception):
    """What the step is done to does not exist yet."""


def only(found: Any) -> Any:
    """The last of them, if there is one."""
    thing = found.order_by("pk").last()
    if thing is None:
        raise NothingToPress
    return thing


def plan(task: Task) -> Visit:
    start = timezone.now()
    return scheduling.plan_visit(task, start=start, end=start + world.IN_AN_HOUR, by=world.officer())


@transaction.atomic
def start_task(task: Task) -> None:
    visit = task.visits.last() or plan(task)
    attending.start_visit(visit, by=world.team(task)[0])


def end(visit: Visit) -> None:
    attending.end_visit(visit, outcome=Outcome.INSPECTED, by=world.team(visit.task)[0])


@transaction.atomic
def notify(task: Task) -> None:
    if task.state != TaskState.PENDING:
        declaring.declare_team([task], by=world.officer())
    notices.issue_notice(task, by=world.officer())


@transaction.atomic
def write_and_submit(result: DepartmentResult) -> None:
    if result.state in ("draft", "returned"):
        world.write(result, problem=result.findings.exists())
    results.submit_result(result, by=world.officer())


def conclude(task: Task) -> None:
    bureaus = [result.bureau for result in task.results.all()]
    results.conclude(task, held_on=TODAY(), bureaus=bureaus, words="同意", by=world.officer())


def close(task: Task) -> None:
    """By carrying out what was decided last."""
    measures.carry_out(only(task.measures), done_on=TODAY(), by=world.officer())


def reopen(task: Task) -> None:
    findings = [only(Finding.objects.filter(result__task=task))]
    measures.propose_measure(
        task, kind=MeasureKind.INTERVIEW, bureau=task.bureau, findings=findings, by=world.officer()
    )  # fmt: skip


@transaction.atomic
def adopt(task: Task) -> None:
    source = Task.objects.get(campaign__number="140200-other")
    asked = adopting.ask_adoption(task, source, reason="专项检查已检查", by=world.officer())
    adopting.approve_adoption(asked, by=world.approver())


def replace(task: Task) -> None:
    with transaction.atomic():
        stages.replace(task, by=world.officer())


def void(task: Task) -> None:
    voiding.void_unrevealed(task.campaign.draws.get())


def order_again(finding: Finding) -> None:
    task = finding.result.task
    rectifying.order_rectification(
        task, bureau=task.bureau, findings=[finding], demands="补齐复核签字", due_on=TODAY() + timedelta(days=30),
        by=world.officer(),
    )  # fmt: skip


@transaction.atomic
def close_finding(finding: Finding) -> None:
    """By verifying its order, if it has one, otherwise by a measure that is carried out."""
    if finding.rectifications.exists():
        order = only(finding.rectifications)
        if order.state == "ordered":
            rectifying.report_rectified(order, text="已补齐", by=world.head(order.task))
        verify(True)(order)
        return
    task = finding.result.task
    found = measures.propose_measure(
        task, kind=MeasureKind.INTERVIEW, bureau=task.bureau, findings=[finding], by=world.officer()
    )  # fmt: skip
    measures.decide_measure(found, decided_on=TODAY(), by=world.officer())
    measures.carry_out(found, done_on=TODAY(), by=world.officer())


def decide(measure: Measure) -> None:
    measures.decide_measure(measure, decided_on=TODAY(), document_number="同市监责改〔2026〕1号", by=world.officer())


def verify(is_verified: bool) -> Callable[[Rectification], None]:
    def act(order: Rectification) -> None:
        rectifying.verify(
            only(order.reports), is_verified=is_verified, way=rectifying.Way.ON_PAPER, words="见意见",
            by=world.officer(),
        )  # fmt: skip

    return act
