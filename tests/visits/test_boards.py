"""A campaign of a hundred tasks played to every kind of end; each figure of the boards equals a count made another way."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Bureau
from campaigns.models import Campaign, Task
from campaigns.models.tasks import TaskMode
from campaigns.states import CampaignState, TaskState
from tests.factories import accounts, campaigns, institutions
from tests.visits import world
from visits import adopting, attending, boards, measures, rectifying, referring, results, scheduling
from visits.codes import MeasureKind, Outcome
from visits.models import Visit

TASKS = 100
ENDS = (
    "waiting", "planned", "inspecting", "unreachable", "written", "returned", "to_conclude", "clean", "ordered",
    "rectified", "fined", "revoked", "referred", "overdue", "amended", "adopted",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("media_root")
@pytest.mark.once_with_postgres
@pytest.mark.long
def test_hundred_tasks_end_in_every_way_and_the_boards_count_them():
    campaign = a_campaign()
    for number in range(TASKS):
        play(a_task(campaign, number), ENDS[number % len(ENDS)])

    city, today = accounts.bureau(world.CITY), timezone.localdate()
    board = boards.board_of(city, today)
    funnel = {stage: count for stage, _, count in boards.funnel_of(campaign)}

    assert vars_of(board) == counted(city, today)
    assert funnel == counted_funnel(campaign)
    assert list(funnel.values()) == sorted(funnel.values(), reverse=True)
    ended = {name: count for name, count, _ in boards.workload(city, 2025)}
    assert ended == ended_by_officer(city)


def a_campaign() -> Campaign:
    found = campaigns.campaign("140200-hundred", by=world.officer(), state=CampaignState.DISPATCHED)
    line = campaigns.line(found)
    line.matters.set([world.matter("scjg")])
    return found


def a_task(campaign: Campaign, number: int) -> Task:
    task = Task.objects.create(
        campaign=campaign, number=f"{campaign.number}-{number:03d}", line=campaign.lines.get(), mode=TaskMode.ALLOTTED,
        institution=institutions.institution(county="140213"), bureau=campaign.lead_bureau,
        due_on=timezone.localdate() + timedelta(days=number % 7 - 3), state=TaskState.DISPATCHED,
    )  # fmt: skip
    for position in (1, 2):
        person = world.inspector(position)
        task.members.create(position=position, role="officer", slot=0, pool=person.bureau_id, inspector=person)
    return task


def play(task: Task, end: str) -> None:
    """From the notice to this end, through the services."""
    if end == "waiting":
        return
    if end == "adopted":
        source = a_concluded_elsewhere(task)
        adoption = adopting.ask_adoption(task, source, reason="专项检查已检查", by=world.officer())
        adopting.approve_adoption(adoption, by=world.approver())
        return
    visit = plan(world.told(world.notified(task)))
    if end == "planned":
        return
    go_there(visit, end)
    if end in ("inspecting", "written"):
        return
    result = task.results.get()
    world.write(result, problem=end not in ("clean", "unreachable"))
    if end not in ("clean", "unreachable"):
        world.find(result)
    results.submit_result(result, by=world.officer())
    if end == "returned":
        results.return_result(result, words="请补充依据", by=world.officer())
        return
    results.pass_result(result, by=world.officer())
    if end == "to_conclude":
        return
    task = Task.objects.get(pk=task.pk)
    results.conclude(task, held_on=timezone.localdate(), bureaus=[result.bureau], words="同意", by=world.officer())
    if end == "amended":
        results.amend_result(result, because="笔误", by=world.officer())
    follow(Task.objects.get(pk=task.pk), end)


def plan(task: Task) -> Visit:
    start = timezone.now()
    return scheduling.plan_visit(task, start=start, end=start + world.IN_AN_HOUR, by=world.officer())


def go_there(visit: Visit, end: str) -> None:
    by = world.team(visit.task)[0]
    visit = attending.start_visit(visit, by=by)
    if end == "inspecting":
        return
    if end == "unreachable":
        world.photo(visit)
    else:
        world.fill(visit)
    world.sign_all(visit)
    outcome = Outcome.UNREACHABLE if end == "unreachable" else Outcome.INSPECTED
    attending.end_visit(visit, outcome=outcome, words="大门紧锁", by=by)


def follow(task: Task, end: str) -> None:
    today, by = timezone.localdate(), world.officer()
    if end in ("ordered", "rectified", "overdue"):
        order = world.ordered(task)
        if end == "rectified":
            report = rectifying.report_rectified(order, text="已补齐", by=world.head(task))
            rectifying.verify(report, is_verified=True, way=rectifying.Way.ON_PAPER, by=by)
        if end == "overdue":
            type(order).objects.filter(pk=order.pk).update(due_on=today - timedelta(days=1))
    if end in ("fined", "revoked"):
        fine = world.measure(task, MeasureKind.FINE)
        revocation = world.measure(task, MeasureKind.REVOCATION) if end == "revoked" else None
        measures.decide_measure(fine, decided_on=today, document_number="1号", amount=5000, by=by)
        measures.carry_out(fine, done_on=today, by=by)
        if revocation:
            measures.decide_measure(revocation, decided_on=today, document_number="2号", by=by)
    if end == "referred":
        ecology = accounts.bureau(world.ECOLOGY)
        given = referring.refer(
            world.finding(task), subject="某设备公司", text="软件可改数据", due_on=today + timedelta(days=9),
            receiver=task.bureau, sender=ecology, by=world.officer(world.ECOLOGY),
        )  # fmt: skip
        referring.accept_referral(given, by=by)


def a_concluded_elsewhere(task: Task) -> Task:
    other = campaigns.campaign(f"other-{task.pk}", by=world.officer(), state=CampaignState.DISPATCHED)
    return campaigns.task(campaigns.line(other), task.institution, state=TaskState.CLOSED)


def vars_of(board: boards.Board) -> dict[str, int]:
    return {name: getattr(board, name) for name in board.__slots__}


def counted(bureau: Bureau, today) -> dict[str, int]:
    """The same in SQL of its own."""
    unvisited = (
        "SELECT count(*) FROM campaigns_task t WHERE bureau_id = %s AND state IN ('dispatched', 'notified', 'inspecting') "
        "AND NOT EXISTS (SELECT 1 FROM visits_visit v WHERE v.task_id = t.id AND v.state = 'ended')"
    )
    to_review = (
        "SELECT count(*) FROM visits_departmentresult WHERE state = 'submitted' AND task_id IN "
        "(SELECT id FROM campaigns_task WHERE bureau_id = %s)"
    )
    open_orders = "FROM visits_rectification WHERE bureau_id = %s AND state IN ('ordered', 'reported', 'returned')"
    referrals = "FROM visits_referral WHERE receiver_id = %s AND state IN ('sent', 'accepted')"
    code = bureau.pk
    questions = {
        "tasks_due": (unvisited, [code]),
        "tasks_late": (f"{unvisited} AND due_on < %s", [code, today]),
        "results_to_write": (
            "SELECT count(*) FROM visits_departmentresult WHERE bureau_id = %s AND state IN ('draft', 'returned')", [code],
        ),
        "results_to_review": (to_review, [code]),
        "to_conclude": ("SELECT count(*) FROM campaigns_task WHERE bureau_id = %s AND state = 'joint'", [code]),
        "measures_to_decide": ("SELECT count(*) FROM visits_measure WHERE bureau_id = %s AND state = 'planned'", [code]),
        "to_verify": ("SELECT count(*) FROM visits_rectification WHERE bureau_id = %s AND state = 'reported'", [code]),
        "rectifications_late": (f"SELECT count(*) {open_orders} AND due_on < %s", [code, today]),
        "referrals_to_answer": (f"SELECT count(*) {referrals}", [code]),
        "referrals_late": (f"SELECT count(*) {referrals} AND due_on < %s", [code, today]),
    }  # fmt: skip
    return {name: ask(*question) for name, question in questions.items()}


def ask(sql: str, given: list[object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchone()[0]


def counted_funnel(campaign: Campaign) -> dict[str, int]:
    """From what was played, not from the states."""
    played = Counter(ENDS[number % len(ENDS)] for number in range(TASKS))
    total, adopted = TASKS, played["adopted"]
    not_begun = played["waiting"] + played["planned"] + adopted
    in_work = not_begun + played["inspecting"] + played["written"] + played["returned"] + played["amended"]
    closed = played["clean"] + played["unreachable"] + played["rectified"] + played["fined"] + adopted
    handed_in = total - in_work
    return {
        "drawn": total, "dispatched": total, "begun": total - not_begun, "handed_in": handed_in,
        "concluded": handed_in - played["to_conclude"] + adopted, "closed": closed,
    }  # fmt: skip


def ended_by_officer(bureau: Bureau) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.name, count(*) FILTER (WHERE v.state = 'ended') FROM visits_attendee a JOIN visits_visit v ON v.id = a.visit_id "
            "JOIN inspectors_inspector i ON i.id = a.inspector_id WHERE i.bureau_id = %s GROUP BY i.name",
            [bureau.pk],
        )
        return dict(cursor.fetchall())
