"""Every step of every thing from every state: it moves and is recorded once, or is refused and nothing changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import models, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from campaigns.models import Task
from campaigns.states import TASK_STEPS, TaskState
from tests.factories import accounts
from tests.visits import world
from visits import adopting, attending, complaining, measures, rectifying, referring, results, scheduling, transitions
from visits.codes import MeasureKind, Outcome
from visits.errors import VisitError
from visits.models import Complaint, DepartmentResult, Finding, Measure, Rectification, Referral, Visit
from visits.states import (
    COMPLAINT_STEPS,
    FINDING_STEPS,
    MEASURE_STEPS,
    RECTIFICATION_STEPS,
    REFERRAL_STEPS,
    RESULT_STEPS,
    VISIT_STEPS,
    Steps,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

Act = Callable[[Any], object]
Reach = Callable[[], Any]
TODAY = timezone.localdate


def one_result() -> DepartmentResult:
    """The only one of its task."""
    return world.ended(world.told(partner="")).task.results.get()


def submitted() -> DepartmentResult:
    result = one_result()
    world.write(result)
    results.submit_result(result, by=world.officer())
    return result


def result_in(state: str) -> DepartmentResult:
    if state == "draft":
        return one_result()
    result = submitted()
    if state == "returned":
        results.return_result(result, words="请补充", by=world.officer())
    if state in ("reviewed", "final"):
        results.pass_result(result, by=world.officer())
    if state == "final":
        conclude(result.task)
    return result


def conclude(task: Task) -> None:
    task = Task.objects.get(pk=task.pk)
    bureaus = [each.bureau for each in task.results.all()]
    results.conclude(task, held_on=TODAY(), bureaus=bureaus, words="同意", by=world.officer())


def write_and_submit(result: DepartmentResult) -> None:
    if result.state in ("draft", "returned"):
        world.write(result)
    results.submit_result(result, by=world.officer())


def conclude_result(result: DepartmentResult) -> None:
    transitions.check_source(result, "conclude")
    conclude(result.task)


def visit_in(state: str) -> Visit:
    if state == "cancelled":
        return scheduling.cancel_visit(world.planned(), because="改期", by=world.officer())
    return {"planned": world.planned, "started": ready_to_end, "ended": world.ended}[state]()


def ready_to_end() -> Visit:
    visit = world.started()
    world.fill(visit)
    world.sign_all(visit)
    return visit


def finding_in(state: str) -> Finding:
    if state == "withdrawn":
        result = one_result()
        return results.withdraw_finding(world.find(result), by=world.officer())
    if state == "open":
        return world.find(one_result())
    order = world.ordered()
    if state == "closed":
        put_right(order)
    return order.findings.get()


def put_right(order: Rectification) -> None:
    report = rectifying.report_rectified(order, text="已补齐", by=world.head(order.task))
    rectifying.verify(report, is_verified=True, way=rectifying.Way.ON_PAPER, by=world.officer())


def move(step: str) -> Act:
    """Findings move as a consequence of other acts; here the step itself is tried."""
    return lambda thing: transitions.move(transitions.locked(thing), step, by=world.officer())


def measure_in(state: str) -> Measure:
    found = world.measure(world.concluded())
    if state in ("decided", "done"):
        decide(found)
    if state == "done":
        measures.carry_out(found, done_on=TODAY(), by=world.officer())
    if state == "dropped":
        measures.drop_measure(found, words="情节轻微", by=world.officer())
    return found


def decide(measure: Measure) -> None:
    measures.decide_measure(measure, decided_on=TODAY(), document_number="同市监责改〔2026〕1号", by=world.officer())


def rectification_in(state: str) -> Rectification:
    order = world.ordered()
    if state != "ordered":
        report = rectifying.report_rectified(order, text="已补齐", by=world.head(order.task))
        if state != "reported":
            rectifying.verify(
                report, is_verified=state == "verified", way=rectifying.Way.ON_PAPER, words="见意见", by=world.officer()
            )
    return order


def check_rectified(is_verified: bool) -> Act:
    def act(order: Rectification) -> None:
        report = order.reports.order_by("pk").last()
        if report is None:
            raise VisitError("还没有报告")
        rectifying.verify(
            report, is_verified=is_verified, way=rectifying.Way.ON_PAPER, words="见意见", by=world.officer()
        )

    return act


def referral_in(state: str) -> Referral:
    found = referring.refer(
        world.task(), subject="某设备公司", text="软件可改数据", due_on=TODAY() + timedelta(days=20),
        receiver=accounts.bureau(world.ECOLOGY), sender=accounts.bureau(world.CITY), by=world.officer(),
    )  # fmt: skip
    receiver = world.officer(world.ECOLOGY)
    if state in ("accepted", "answered", "closed"):
        referring.accept_referral(found, by=receiver)
    if state == "declined":
        referring.decline_referral(found, words="不属本单位职责", by=receiver)
    if state in ("answered", "closed"):
        referring.answer_referral(found, feedback="已立案", by=receiver)
    if state == "closed":
        referring.close_referral(found, by=world.officer())
    return found


def complaint_in(state: str) -> Complaint:
    found, _ = complaining.receive_complaint(
        institution_words="某检测站", county=accounts.region("140213"), text="尾气检测造假",
        who=complaining.Complainant(),
    )  # fmt: skip
    if state in ("accepted", "answered"):
        complaining.accept_complaint(found, by=world.officer())
    if state == "rejected":
        complaining.reject_complaint(found, words="线索不明", by=world.officer())
    if state == "answered":
        complaining.answer_complaint(found, answer="已处理", by=world.officer())
    return found


def ecology(act: Callable[..., object], **values: object) -> Act:
    return lambda thing: act(thing, **values, by=world.officer(world.ECOLOGY))


def city(act: Callable[..., object], **values: object) -> Act:
    return lambda thing: act(thing, **values, by=world.officer())


def start_anew(visit: Visit) -> None:
    """Starting twice is no error: the second press finds the visit running."""
    transitions.check_source(visit, "start")
    attending.start_visit(visit, by=world.team(visit.task)[0])


def end_anew(visit: Visit) -> None:
    transitions.check_source(visit, "end")
    attending.end_visit(visit, outcome=Outcome.INSPECTED, by=world.team(visit.task)[0])


TABLES: dict[type[models.Model], tuple[Steps, Callable[[str], Any], dict[str, Act]]] = {
    Visit: (VISIT_STEPS, visit_in, {
        "start": start_anew,
        "end": end_anew,
        "cancel": city(scheduling.cancel_visit, because="改期"),
    }),
    DepartmentResult: (RESULT_STEPS, result_in, {
        "submit": write_and_submit,
        "return": city(results.return_result, words="请补充"),
        "pass": city(results.pass_result),
        "conclude": conclude_result,
        "amend": city(results.amend_result, because="笔误"),
    }),
    Finding: (FINDING_STEPS, finding_in, {step: move(step) for step in FINDING_STEPS}),
    Measure: (MEASURE_STEPS, measure_in, {
        "decide": decide,
        "carry_out": lambda measure: measures.carry_out(measure, done_on=TODAY(), by=world.officer()),
        "drop": city(measures.drop_measure, words="情节轻微"),
    }),
    Rectification: (RECTIFICATION_STEPS, rectification_in, {
        "report": lambda order: rectifying.report_rectified(order, text="已补齐", by=world.head(order.task)),
        "return": check_rectified(False),
        "verify": check_rectified(True),
    }),
    Referral: (REFERRAL_STEPS, referral_in, {
        "accept": ecology(referring.accept_referral),
        "decline": ecology(referring.decline_referral, words="不属本单位职责"),
        "answer": ecology(referring.answer_referral, feedback="已立案"),
        "close": city(referring.close_referral),
    }),
    Complaint: (COMPLAINT_STEPS, complaint_in, {
        "accept": city(complaining.accept_complaint),
        "reject": city(complaining.reject_complaint, words="线索不明"),
        "answer": city(complaining.answer_complaint, answer="已处理"),
    }),
}  # fmt: skip


CASES = [(model, state) for model, (steps, _, _) in TABLES.items() for state in type(next(iter(steps.values())).target)]


@pytest.mark.parametrize(("model", "state"), CASES, ids=lambda value: getattr(value, "__name__", value))
def test_every_step_from_this_state_moves_and_is_recorded_once_or_changes_nothing(model, state):
    steps, reach, acts = TABLES[model]
    thing = reach(state)
    assert model.objects.get(pk=thing.pk).state == state
    assert set(acts) == set(steps)

    for step in acts:
        try_one(model.objects.get(pk=thing.pk), step, steps, acts[step])


def try_one(thing: Any, step: str, steps: Steps, act: Act) -> None:
    """In a transaction that is taken back, so that the next step starts from the same state."""
    with transaction.atomic():
        before = thing.state
        name = transitions.STEPS[type(thing)][0]
        moves = AuditEvent.objects.filter(action=f"visits.{step}_{name}").count()
        if before in steps[step].sources:
            act(thing)
            expected = (steps[step].target, moves + 1)
        else:
            with pytest.raises(VisitError), transaction.atomic():
                act(thing)
            expected = (before, moves)
        thing = type(thing).objects.get(pk=thing.pk)
        assert (thing.state, AuditEvent.objects.filter(action=f"visits.{step}_{name}").count()) == expected, step
        transaction.set_rollback(True)


@pytest.mark.parametrize("state", list(TaskState))
def test_task_takes_a_step_of_its_table_from_this_state_or_is_refused(state):
    task = world.task()
    Task.objects.filter(pk=task.pk).update(state=state)

    for step, table in TASK_STEPS.items():
        with transaction.atomic():
            found = Task.objects.get(pk=task.pk)
            if state in table.sources:
                assert transitions.move(found, step, by=world.officer()).state == table.target
            else:
                with pytest.raises(VisitError):
                    transitions.move(found, step, by=world.officer())
                assert Task.objects.get(pk=task.pk).state == state
            transaction.set_rollback(True)


def test_task_goes_from_notice_to_closed_by_what_people_do():
    task = world.told()
    seen = [task.state]

    def now() -> Task:
        found = Task.objects.get(pk=task.pk)
        seen.append(found.state)
        return found

    visit = world.ended(task)
    now()
    for result in visit.task.results.all():
        world.write(result, problem=result.bureau_id == world.CITY)
        if result.bureau_id == world.CITY:
            world.find(result)
        results.submit_result(result, by=world.officer(result.bureau_id))
    for result in now().results.all():
        results.pass_result(result, by=world.officer())
    conclude(now())
    order = world.ordered(now())
    put_right(order)
    now()

    assert seen == ["notified", "inspecting", "reviewing", "joint", "concluded", "closed"]


def test_adoption_takes_two_people_and_ends_the_task_without_a_visit():
    source = world.concluded()
    task = world.task(source.institution)

    adoption = adopting.ask_adoption(task, source, reason="同一机构已在专项检查中检查", by=world.officer())
    with pytest.raises(VisitError, match="批准人不能是提出人"):
        adopting.approve_adoption(adoption, by=double())
    adopting.approve_adoption(adoption, by=world.approver())

    assert Task.objects.get(pk=task.pk).state == TaskState.ADOPTED


def double():
    """Who asked, given the approver's role as well."""
    user = world.officer()
    user.role_assignments.create(role="lead_approver")
    return type(user).objects.get(pk=user.pk)


def test_fine_comes_before_revocation_and_that_before_the_dishonest_list():
    task = world.concluded()
    kinds = (MeasureKind.DISHONEST_LIST, MeasureKind.REVOCATION, MeasureKind.FINE)
    listing, revocation, fine = (world.measure(task, kind) for kind in kinds)
    fine_by_ecology = world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY)

    assert {each.pk for each in measures.waits_for(revocation)} == {fine.pk, fine_by_ecology.pk}
    with pytest.raises(VisitError, match="须先办理"):
        decide(revocation)
    day = {"decided_on": TODAY(), "document_number": "1号"}
    measures.decide_measure(fine, amount=3000, by=world.officer(), **day)
    measures.drop_measure(fine_by_ecology, words="不予处罚", by=world.officer(world.ECOLOGY))
    decide(revocation)
    decide(listing)

    assert list(Measure.objects.filter(task=task).order_by("pk").values_list("state", flat=True)) == [
        "decided", "decided", "decided", "dropped",
    ]  # fmt: skip
