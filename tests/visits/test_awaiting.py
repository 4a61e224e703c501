from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.awaiting import awaited_of
from accounts.models import User
from campaigns.models import Task
from tests.visits import world
from visits import adopting, measures, rectifying, results
from visits.codes import MeasureKind
from visits.models import DepartmentResult

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
CITY, ECOLOGY = "大同市市场监管局", "大同市生态环境局"
TO_PUBLISH = ("公示检查结果", CITY)


def waits(task: Task, user: User | None = None) -> list[tuple[str, str]]:
    return [(each.what, each.whom) for each in awaited_of(user or world.officer(), Task.objects.get(pk=task.pk))]


def test_task_says_at_each_stage_until_the_visit_what_comes_next() -> None:
    task = world.task()
    assert waits(task) == [("签发检查通知书", CITY), ("安排检查时间", CITY)]
    world.notified(task)
    assert waits(task) == [("安排检查时间", CITY), ("送达检查通知书并登记", CITY)]
    assert [bool(each.url) for each in awaited_of(world.officer(world.ECOLOGY), task)] == [False, False]

    world.told(task)
    visit = world.planned(task)
    leader = visit.attendees.get(is_leader=True).name
    assert waits(task) == [("现场检查", f"检查组（组长{leader}）")]
    assert waits(task, world.head(task)) == []


def test_task_says_after_the_visit_whose_result_and_which_decision_is_missing() -> None:
    task = world.ended().task
    own, partner = (DepartmentResult.objects.get(task=task, bureau=code) for code in (world.CITY, world.ECOLOGY))
    assert waits(task) == [("填写检查结果", f"{CITY}、{ECOLOGY}")]
    world.write(partner)
    results.submit_result(partner, by=world.officer(world.ECOLOGY))
    results.return_result(partner, words="请补充", by=world.officer())
    world.find(own)
    world.write(own, problem=True)
    results.submit_result(own, by=world.officer())
    assert waits(task) == [("修改被退回的检查结果", ECOLOGY), (f"审核检查结果：{CITY}", f"组长或者{CITY}")]

    results.submit_result(partner, by=world.officer(world.ECOLOGY))
    for result in (own, partner):
        results.pass_result(result, by=world.officer())
    assert waits(task) == [("联合研判，认定检查结果", CITY)]


def test_task_says_who_decides_first_and_until_when_the_institution_rectifies() -> None:
    task = world.concluded()
    assert waits(task) == [TO_PUBLISH, ("处理 1 个问题：责令整改或者提出处理措施", CITY)]
    fine = world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY)
    world.measure(task, MeasureKind.REVOCATION)
    assert waits(task) == [
        TO_PUBLISH,
        ("作出处理决定：罚款", ECOLOGY),
        ("作出处理决定：撤销资质认定", f"{ECOLOGY}决定罚款"),
    ]
    measures.drop_measure(fine, words="不予处罚", by=world.officer(world.ECOLOGY))
    order = world.ordered(task)
    assert waits(task) == [
        TO_PUBLISH,
        ("作出处理决定：撤销资质认定", CITY),
        (f"整改并报告：{order.number}", "被检查机构"),
    ]
    assert awaited_of(world.officer(), Task.objects.get(pk=task.pk))[2].due_on == timezone.localdate() + timedelta(30)

    rectifying.report_rectified(order, text="已补齐", by=world.head(task))
    assert waits(task)[2] == (f"复查：{order.number}", CITY)


def test_task_that_ended_waits_for_nothing() -> None:
    source = world.concluded()
    task = world.task(source.institution)
    asked = adopting.ask_adoption(task, source, reason="事项相同", by=world.officer())
    adopting.approve_adoption(asked, by=world.approver())
    assert waits(task) == []
