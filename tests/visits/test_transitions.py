"""Every step of every thing from every state, through the services: it moves and is recorded once, or is refused in
words, or silently leaves all as it is where that is right; and nothing else changes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from accounts.models import AuditEvent
from campaigns.errors import CampaignError
from campaigns.models import Campaign, Draw, InspectionNotice, Task, TeamMember
from campaigns.states import TASK_STEPS, TaskState
from tests.visits import stations, world
from visits import adopting, attending, complaining, measures, rectifying, referring, results, scheduling
from visits.codes import MeasureKind
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
    VisitState,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

Act = Callable[[Any], object]
TODAY = timezone.localdate


def city(act: Callable[..., object], **values: object) -> Act:
    return lambda thing: act(thing, **values, by=world.officer())


def ecology(act: Callable[..., object], **values: object) -> Act:
    return lambda thing: act(thing, **values, by=world.officer(world.ECOLOGY))


def of_result(act: Act) -> Act:
    """Steps of a task that its only result brings about."""
    return lambda task: act(stations.only(task.results))


return_it, amend_it = city(results.return_result, words="请补充"), city(results.amend_result, because="笔误")

TABLES: dict[type[models.Model], tuple[Steps, dict[str, Act]]] = {
    Task: (TASK_STEPS, {
        "dispatch": lambda task: stations.stages.dispatch(task.campaign, by=world.officer()),
        "notify": stations.notify,
        "start": stations.start_task,
        "hand_in": of_result(stations.write_and_submit),
        "return": of_result(return_it),
        "pass": of_result(city(results.pass_result)),
        "conclude": stations.conclude,
        "amend": of_result(amend_it),
        "close": stations.close,
        "reopen": stations.reopen,
        "adopt": stations.adopt,
        "replace": stations.replace,
        "cancel": stations.void,
    }),
    Visit: (VISIT_STEPS, {
        "start": lambda visit: attending.start_visit(visit, by=world.team(visit.task)[0]),
        "end": stations.end,
        "cancel": city(scheduling.cancel_visit, because="改期"),
    }),
    DepartmentResult: (RESULT_STEPS, {
        "submit": stations.write_and_submit,
        "return": return_it,
        "pass": city(results.pass_result),
        "conclude": lambda result: stations.conclude(result.task),
        "amend": amend_it,
    }),
    Finding: (FINDING_STEPS, {
        "order": stations.order_again,
        "close": stations.close_finding,
        "withdraw": city(results.withdraw_finding),
    }),
    Measure: (MEASURE_STEPS, {
        "decide": stations.decide,
        "carry_out": lambda measure: measures.carry_out(measure, done_on=TODAY(), by=world.officer()),
        "drop": city(measures.drop_measure, words="情节轻微"),
    }),
    Rectification: (RECTIFICATION_STEPS, {
        "report": lambda order: rectifying.report_rectified(order, text="已补齐", by=world.head(order.task)),
        "return": stations.verify(False),
        "verify": stations.verify(True),
    }),
    Referral: (REFERRAL_STEPS, {
        "accept": ecology(referring.accept_referral),
        "decline": ecology(referring.decline_referral, words="不属本单位职责"),
        "answer": ecology(referring.answer_referral, feedback="已立案"),
        "close": city(referring.close_referral),
    }),
    Complaint: (COMPLAINT_STEPS, {
        "accept": city(complaining.accept_complaint),
        "reject": city(complaining.reject_complaint, words="线索不明"),
        "answer": city(complaining.answer_complaint, answer="已处理"),
    }),
}  # fmt: skip

STAYS = {
    (Task, "start", "inspecting"), (Task, "start", "reviewing"), (Task, "start", "joint"), (Task, "start", "concluded"),
    (Task, "start", "closed"), (Visit, "start", "started"), (Visit, "start", "ended"), (Visit, "end", "ended"),
    (Task, "notify", "notified"), (Task, "notify", "inspecting"), (Task, "notify", "reviewing"),
    (Task, "notify", "joint"), (Task, "notify", "concluded"), (Task, "notify", "closed"),
}  # fmt: skip
"""Pressed again by a second click or a device that had no network: answered as the first time, nothing changes."""

BESIDE = {
    (Task, "reopen", "concluded"), (Task, "cancel", "replaced"),
    (Finding, "order", "rectifying"), (Finding, "order", "closed"), (Finding, "close", "closed"),
}  # fmt: skip
"""The service does something else then: a second measure or order, which leaves the task or finding where it is."""

CHINESE = re.compile("[一-龥]")
CONTEXT = {
    (DepartmentResult, "conclude", "reviewed"): ("joint",),
    (Finding, "order", "open"): ("concluded", "closed"),
    (Finding, "close", "open"): ("concluded",),
    (Finding, "withdraw", "open"): ("inspecting",),
    (Finding, "withdraw", "rectifying"): ("inspecting",),
}
"""Steps that besides need their task in one of these states."""


class Seen:
    """Tries all steps of a thing at a station, each taken back; keeps which states it was shown."""

    def __init__(self) -> None:
        self.states: dict[type[models.Model], set[str]] = {}
        self.moved: set[tuple[type[models.Model], str, str]] = set()

    def __call__(self, thing: models.Model) -> None:
        model: Any = type(thing)
        steps, acts = TABLES[model]
        assert set(acts) == set(steps)
        self.states.setdefault(model, set()).add(thing.state)
        before = everything()
        for step, act in acts.items():
            with stations.taken_back():
                self.try_one(model.objects.get(pk=thing.pk), step, steps, act, before)

    def try_one(self, thing: Any, step: str, steps: Steps, act: Act, before: list[object]) -> None:
        state, audited = thing.state, count_audited(thing, step)
        case = (type(thing), step, str(state))
        allowed = state in steps[step].sources and (case not in CONTEXT or task_of(thing).state in CONTEXT[case])
        words = said_by(act, thing)
        now = type(thing).objects.get(pk=thing.pk).state
        if allowed:
            assert (words, now) == (None, steps[step].target), case
            assert count_audited(thing, step) == audited + 1, case
            self.moved.add(case)
        elif words is not None:
            assert words == "" or CHINESE.search(words), case
            assert everything() == before, case
        else:
            assert case in STAYS | BESIDE, case
            assert now == state, case
            assert case in BESIDE or everything() == before, case


def said_by(act: Act, thing: Any) -> str | None:
    """How it was refused, in Chinese; nothing to press is empty, and None says that it was done."""
    try:
        act(thing)
    except stations.NothingToPress:
        return ""
    except (VisitError, CampaignError) as refused:
        return str(refused)
    return None


def task_of(thing: Any) -> Task:
    return Task.objects.get(pk=thing.result.task_id if isinstance(thing, Finding) else thing.task_id)


def count_audited(thing: Any, step: str) -> int:
    """Tasks are moved by two rooms; a campaign is dispatched, and its draw made void, as a whole."""
    name = "task" if isinstance(thing, Task) else thing._meta.model_name
    names = {
        "departmentresult": f"visits.{step}_result",
        "task": OF_CAMPAIGN.get(step, f"visits.{step}_task"),
    }
    return AuditEvent.objects.filter(action=names.get(name, f"visits.{step}_{name}")).count()


OF_CAMPAIGN = {
    "dispatch": "campaigns.dispatch", "notify": "campaigns.notify", "replace": "campaigns.replace",
    "cancel": "campaigns.void_draw",
}  # fmt: skip


KEPT = (*apps.get_app_config("visits").get_models(), Campaign, Draw, Task, TeamMember, InspectionNotice)


def everything() -> list[object]:
    """All rows of visits and of the tasks they are about, and how long the audit trail is."""
    with connection.cursor() as cursor:
        return [AuditEvent.objects.count(), *(rows_of(cursor, model) for model in KEPT)]


def rows_of(cursor: Any, model: type[models.Model]) -> list[tuple[object, ...]]:
    cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY 1")  # noqa: S608 -- a table of our own
    return list(cursor.fetchall())


def test_every_step_from_every_state_moves_and_is_recorded_once_or_changes_nothing():
    seen = Seen()

    stations.walk(seen)
    stations.walk_referral(seen)
    stations.walk_complaint(seen)

    machines = {model: steps for model, (steps, _) in TABLES.items()}
    assert seen.states == {
        model: set(type(next(iter(steps.values())).target).values) for model, steps in machines.items()
    }
    legal = {
        (model, step, str(source)) for model, steps in machines.items() for step, each in steps.items()
        for source in each.sources
    }  # fmt: skip
    assert seen.moved == legal


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
    stations.conclude(now())
    order = world.ordered(now())
    put_right(order)
    now()

    assert seen == ["notified", "inspecting", "reviewing", "joint", "concluded", "closed"]


def test_adoption_takes_two_people_and_ends_the_task_without_a_visit():
    source = world.concluded()
    task = world.task(source.institution)
    visit = stations.plan(task)

    adoption = adopting.ask_adoption(task, source, reason="同一机构已在专项检查中检查", by=world.officer())
    with pytest.raises(VisitError, match="批准人不能是提出人"):
        adopting.approve_adoption(adoption, by=double())
    adopting.approve_adoption(adoption, by=world.approver())

    assert Task.objects.get(pk=task.pk).state == TaskState.ADOPTED
    assert Visit.objects.get(pk=visit.pk).state == VisitState.CANCELLED


def put_right(order: Rectification) -> None:
    report = rectifying.report_rectified(order, text="已补齐", by=world.head(order.task))
    rectifying.verify(report, is_verified=True, way=rectifying.Way.ON_PAPER, by=world.officer())


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
        stations.decide(revocation)
    day = {"decided_on": TODAY(), "document_number": "1号"}
    measures.decide_measure(fine, amount=3000, by=world.officer(), **day)
    measures.drop_measure(fine_by_ecology, words="不予处罚", by=world.officer(world.ECOLOGY))
    stations.decide(revocation)
    stations.decide(listing)

    assert list(Measure.objects.filter(task=task).order_by("pk").values_list("state", flat=True)) == [
        "decided", "decided", "decided", "dropped",
    ]  # fmt: skip
