from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Role
from campaigns.models import Task
from campaigns.states import TaskState
from tests.factories import accounts
from tests.visits import world
from visits import measures
from visits.codes import RANK, MeasureKind
from visits.errors import VisitError, WrongState
from visits.models import Measure
from visits.states import FindingState, MeasureState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

TODAY = timezone.localdate
NUMBER = {"document_number": "同环罚〔2026〕1号"}


def decide(measure: Measure, **values: object) -> Measure:
    given = {"decided_on": TODAY(), **NUMBER, **values}
    return measures.decide_measure(measure, by=world.officer(measure.bureau_id), **given)


def fine(task: Task, **fields: object) -> Measure:
    return world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY, **fields)


def test_revocation_waits_for_the_ecology_fine_and_the_list_for_both():
    task = world.concluded()
    revocation, listing = world.measure(task, MeasureKind.REVOCATION), world.measure(task, MeasureKind.DISHONEST_LIST)
    interview, first = world.measure(task, MeasureKind.INTERVIEW), fine(task)

    waiting = measures.waiting_of([revocation, listing, interview, first])

    assert waiting == {revocation.pk: [first], listing.pk: [revocation, first]}
    assert measures.waiting_words(waiting[revocation.pk]) == "等待大同市生态环境局决定罚款"
    assert measures.waiting_words([]) == ""
    with pytest.raises(WrongState, match="须先办理大同市生态环境局的罚款，再办理撤销资质认定。"):
        decide(revocation)


def test_measure_may_be_decided_once_what_came_first_is_decided_or_dropped():
    task = world.concluded()
    first, other = fine(task), world.measure(task, MeasureKind.CONFISCATION, bureau=world.ECOLOGY)
    revocation = world.measure(task, MeasureKind.REVOCATION)

    decide(first, amount=Decimal("30000.00"))
    still = measures.waits_for(revocation)
    measures.drop_measure(other, words="没有违法所得", by=world.officer(world.ECOLOGY))

    assert still == [other]
    assert decide(revocation).state == MeasureState.DECIDED


def test_waiting_is_told_for_any_number_of_measures_in_one_query(django_assert_num_queries):
    tasks = [world.concluded(), world.concluded()]
    found = [each for task in tasks for each in (fine(task), world.measure(task, MeasureKind.REVOCATION))]

    with django_assert_num_queries(1):
        waiting = measures.waiting_of(found)

    assert waiting == {found[1].pk: [found[0]], found[3].pk: [found[2]]}


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (MeasureKind.ORDER, {"document_number": " "}, "责令改正须填写文号。"),
        (MeasureKind.FINE, {}, "罚款须填写金额（元）。"),
        (MeasureKind.ORDER, {"amount": Decimal(1)}, "责令改正没有金额。"),
        (MeasureKind.FINE, {"amount": Decimal(0)}, "金额应大于 0 元。"),
        (MeasureKind.ORDER, {"decided_on": TODAY() + timedelta(days=1)}, "决定日期不能晚于今天。"),
        (MeasureKind.ORDER, {"ends_on": TODAY() + timedelta(days=1)}, "责令改正没有终止日期。"),
        (MeasureKind.NO_ADOPTION, {"ends_on": TODAY()}, "终止日期应晚于决定日期。"),
    ],
)
def test_decision_that_cannot_be_is_refused_with_the_reason(kind, values, words):
    measure = world.measure(world.concluded(), kind)

    with pytest.raises(VisitError) as refused:
        decide(measure, **values)

    assert str(refused.value) == words
    assert Measure.objects.get(pk=measure.pk).state == MeasureState.PLANNED


def test_interview_needs_no_number_and_a_ban_of_a_person_has_its_end():
    task = world.concluded()
    interview = decide(world.measure(task, MeasureKind.INTERVIEW), document_number="")
    ban = world.measure(task, MeasureKind.INDUSTRY_BAN, person="高振华", post="技术负责人")

    ends_on = TODAY() + timedelta(days=3 * 365)
    decide(ban, ends_on=ends_on)

    ban = Measure.objects.get(pk=ban.pk)
    assert (interview.state, interview.document_number) == (MeasureState.DECIDED, "")
    assert (ban.target, ban.person, ban.post, ban.ends_on) == ("person", "高振华", "技术负责人", ends_on)
    with pytest.raises(VisitError, match="行业禁入针对个人，请填写当事人。"):
        world.measure(task, MeasureKind.INDUSTRY_BAN)


def test_only_officers_of_the_bureau_decide_and_it_is_named_whoever_proposes():
    measure = fine(world.concluded())

    with pytest.raises(PermissionDenied):
        measures.decide_measure(measure, decided_on=TODAY(), amount=Decimal(1), by=world.officer(), **NUMBER)

    assert decide(measure, amount=Decimal(1)).state == MeasureState.DECIDED


def test_bureau_that_was_no_part_of_the_visit_sees_what_it_has_to_decide_and_no_other():
    task = world.concluded()
    theirs = world.measure(task, MeasureKind.POLICE, bureau="ga:140200")
    world.measure(task)

    police = world.officer("ga:140200")

    assert list(Task.objects.visible_to(police)) == []
    assert list(Measure.objects.visible_to(police)) == [theirs]
    assert list(Measure.objects.visible_to(accounts.user("taiyuan", Role.LEAD_OFFICER, at="scjg:140900"))) == []
    assert decide(theirs).state == MeasureState.DECIDED


def test_institution_sees_what_is_decided_about_it():
    task = world.concluded()
    decided, planned = world.measure(task), world.measure(task, MeasureKind.INTERVIEW)
    decide(decided)

    seen = Measure.objects.visible_to(world.head(task))

    assert list(seen) == [decided]
    assert planned not in seen


def test_last_measure_that_ends_closes_finding_and_task():
    task = world.concluded()
    first, second = world.measure(task), world.measure(task, MeasureKind.INTERVIEW)
    decide(first)
    decide(second)

    measures.carry_out(first, done_on=TODAY(), by=world.officer())
    between = (world.finding(task).state, Task.objects.get(pk=task.pk).state)
    with pytest.raises(VisitError, match="执行日期不能晚于今天。"):
        measures.carry_out(second, done_on=TODAY() + timedelta(days=1), by=world.officer())
    measures.carry_out(second, done_on=TODAY(), by=world.officer())

    assert between == (FindingState.OPEN, TaskState.CONCLUDED)
    assert (world.finding(task).state, Task.objects.get(pk=task.pk).state) == (FindingState.CLOSED, TaskState.CLOSED)


def test_every_ranked_kind_waits_for_exactly_the_lower_ranks():
    task = world.concluded()
    found = {}
    for kind in MeasureKind:
        person = "高振华" if kind == MeasureKind.INDUSTRY_BAN else ""
        found[kind] = world.measure(task, kind, person=person)

    waiting = {each.kind: {first.kind for first in measures.waits_for(each)} for each in found.values()}

    assert waiting == {
        kind: {other for other in RANK if RANK[other] < RANK[kind]} if kind in RANK else set() for kind in MeasureKind
    }


def test_measure_takes_no_finding_that_was_withdrawn():
    task = world.concluded()
    task.results.get(bureau=world.CITY).findings.update(state=FindingState.WITHDRAWN)

    with pytest.raises(VisitError, match="已撤销的问题不能办理处理措施。"):
        world.measure(task)
