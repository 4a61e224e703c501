"""What the law and the campaign ask of a visit before it starts and before it ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Task
from campaigns.models.campaign import NoticeWindow
from campaigns.states import TaskState
from inspectors.models import Inspector
from tests.factories import inspectors
from tests.visits import world
from visits import attending, clashing, delivering, scheduling, signing
from visits.codes import Check, DeliveryMode, Outcome
from visits.errors import NotCertificated, OutsideWindow, Unanswered, VisitError
from visits.models import Attendee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
YESTERDAY = timezone.localdate() - timedelta(days=1)


def start(visit, **fields):
    return attending.start_visit(visit, by=world.team(visit.task)[0], **fields)


def test_visit_before_its_notice_was_delivered_is_refused_with_the_rule():
    visit = world.planned(world.notified())

    with pytest.raises(VisitError, match="第四十四条"):
        start(visit)


@pytest.mark.parametrize("expired", [1, 2])
def test_visit_with_fewer_than_two_officers_certificated_that_day_is_refused_with_the_rule(expired):
    visit = world.planned(world.told(partner=""))
    out = [each.inspector_id for each in visit.attendees.all()][:expired]
    Inspector.objects.filter(pk__in=out).update(department_certificate_until=YESTERDAY)

    with pytest.raises(NotCertificated, match=r"两名以上.*第四十二条"):
        start(visit)


def test_person_with_an_expired_certificate_blocks_a_team_that_has_two_others():
    visit = world.planned()
    Inspector.objects.filter(bureau_id=world.ECOLOGY).update(province_certificate_until=YESTERDAY)

    with pytest.raises(NotCertificated, match="省政府执法证已过有效期，不能参加检查。请更新证件信息，或由牵头单位替换"):
        start(visit)


def test_experts_and_people_named_by_the_county_never_count_toward_the_two():
    visit = world.planned(world.told(partner=""))
    second = visit.attendees.filter(is_leader=False).get()
    second.delete()
    scheduling.name_cooperating(visit, "赵清风", "平城区市场监管局", by=world.officer())
    Attendee.objects.create(visit=visit, kind="expert", expert=inspectors.expert(), name="专家")

    with pytest.raises(NotCertificated, match="只有 1 人"):
        start(visit)


def test_guest_officer_from_elsewhere_counts():
    visit = world.planned(world.told(partner=""))
    visit.attendees.filter(is_leader=False).delete()
    scheduling.add_guest(visit, inspectors.inspector("scjg:140900"), by=world.officer())

    assert start(visit).state == "started"


@pytest.mark.parametrize(
    ("window", "hours", "words"),
    [
        (NoticeWindow.WITHIN_24H, 30, "要求现场检查前24小时内告知，实际提前 30 小时告知"),
        (NoticeWindow.AT_LEAST_24H, 2, "要求至少提前24小时告知，实际只提前 2 小时告知"),
        (NoticeWindow.WITHIN_24H, 23, ""),
        (NoticeWindow.AT_LEAST_24H, 25, ""),
        (NoticeWindow.NONE, 900, ""),
    ],
)
def test_breach_of_the_notice_window_needs_a_reason_which_is_kept(window, hours, words):
    task = world.notified(notice_window=window)
    type(task.notice).objects.update(issued_at=timezone.now() - timedelta(days=60))
    task.notice.refresh_from_db()
    visit = world.planned(world.told(task, hours_ago=hours))

    if words:
        with pytest.raises(OutsideWindow, match=words):
            start(visit)
    assert start(visit, reason="机构停电改期").window_reason == ("机构停电改期" if words else "")


def test_visit_that_runs_is_started_again_without_effect():
    visit = world.started()

    again = start(visit)

    assert (again.started_at, Task.objects.get(pk=visit.task_id).state) == (visit.started_at, TaskState.INSPECTING)


def test_every_line_needs_an_explicit_answer_and_not_checked_is_one_with_its_reason():
    visit = world.started(world.told(partner=""))
    by = world.team(visit.task)[0]
    world.sign_all(visit)

    with pytest.raises(Unanswered) as missing:
        attending.end_visit(visit, outcome=Outcome.INSPECTED, by=by)
    world.fill(visit)
    known = visit.entries.get(line="block:other")
    world.give(visit, "block:other", by, base=known.operation_id, answer=Check.UNCHECKED)
    with pytest.raises(Unanswered, match="其他"):
        attending.end_visit(visit, outcome=Outcome.INSPECTED, by=by)

    assert missing.value.keys[0] == "matter:M-scjg"
    assert len(missing.value.keys) == 6


def test_institution_that_will_not_sign_needs_a_witness():
    visit = world.started(world.told(partner=""))
    by = world.team(visit.task)[0]
    world.fill(visit)
    record = signing.record_of(visit)
    for attendee in visit.attendees.all():
        signing.sign(visit, signer=signing.Signer.OFFICER, name=attendee.name, record=record, image=world.PNG, by=by)

    signing.refuse(visit, name="高振华", words="不认可检查情况", record=record, by=by)
    with pytest.raises(VisitError, match="须有见证人签字"):
        attending.end_visit(visit, outcome=Outcome.INSPECTED, by=by)
    signing.sign(visit, signer=signing.Signer.WITNESS, name="赵清风", record=record, image=world.PNG, by=by)

    assert attending.end_visit(visit, outcome=Outcome.INSPECTED, by=by).state == "ended"


@pytest.mark.parametrize(
    ("outcome", "category", "sub"),
    [
        (Outcome.UNREACHABLE, "A", "6"),
        (Outcome.CLOSED, "7", ""),
        (Outcome.MOVED, "12", ""),
        (Outcome.NO_ACTIVITY, "F", ""),
        (Outcome.REFUSED, "8", ""),
    ],
)
def test_outcome_without_an_inspection_needs_proof_and_gives_its_category(outcome, category, sub):
    visit = world.started(world.told(partner=""))
    by = world.team(visit.task)[0]
    world.sign_all(visit)

    with pytest.raises(VisitError, match="须有现场照片或文件作为证明"):
        attending.end_visit(visit, outcome=outcome, words="大门紧锁", by=by)
    world.photo(visit)
    world.sign_all(visit)
    attending.end_visit(visit, outcome=outcome, words="大门紧锁", by=by)

    result = visit.task.results.get()
    assert (result.category, result.sub_category) == (category, sub)


def test_somebody_who_signs_as_officer_has_to_be_one_of_the_visit():
    visit = world.started()

    with pytest.raises(VisitError, match="不是本次检查的执法检查人员"):
        signing.sign(
            visit, signer=signing.Signer.OFFICER, name="专家甲", record=signing.record_of(visit), image=world.PNG,
            by=world.team(visit.task)[0],
        )  # fmt: skip


def test_clashes_name_who_is_elsewhere_or_on_leave():
    first, task = world.planned(), world.told()
    person = first.attendees.exclude(inspector__bureau_id=world.ECOLOGY).first().inspector
    inspectors.leave(person, first=timezone.localdate(), last=timezone.localdate())
    second = scheduling.plan_visit(task, start=first.planned_start, end=first.planned_end, by=world.officer())

    found = {(clash.who, clash.what) for clash in clashing.clashes_of(second)}

    assert (person.name, "当天请假") in found
    assert (person.name, f"同一时间在{first.task.institution.name}检查") in found


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mode": DeliveryMode.LEFT}, "须有见证人"),
        ({"mode": DeliveryMode.IN_PERSON}, "须填写签收人"),
        ({"mode": DeliveryMode.POST}, "邮件编号"),
        ({"mode": DeliveryMode.IN_PERSON, "received_by": "高", "days": 1}, "不能晚于现在"),
        ({"mode": DeliveryMode.IN_PERSON, "received_by": "高", "days": -2}, "不能早于通知书签发时间"),
    ],
)
def test_delivery_that_proves_nothing_is_refused(fields, words):
    notice = world.notified().notice
    told_at = timezone.now() + timedelta(days=fields.pop("days", 0))

    with pytest.raises(VisitError, match=words):
        delivering.deliver(notice, told_at=told_at, by=world.officer(), **fields)


def test_notice_that_the_institution_opens_is_delivered_once():
    task = world.notified()
    head = world.head(task)

    first, again = delivering.read(task.notice, by=head), delivering.read(task.notice, by=head)

    assert (first, first.mode) == (again, DeliveryMode.ELECTRONIC)
    assert first.received_by == head.name
