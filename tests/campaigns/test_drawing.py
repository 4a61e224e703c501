import json
from collections import Counter

import pytest
from django.db import IntegrityError, transaction

from accounts import verification
from accounts.models import AuditEvent
from campaigns import allotment, drawing, freezing, notices, transitions
from campaigns import draw as engine
from campaigns.errors import PlanNotReady
from campaigns.models import Act, Approval, Draw, DrawSecret, DrawTranscript, FrozenInstitution, Task, TeamMember
from campaigns.states import CampaignState, TaskState
from tests.campaigns import datong
from tests.campaigns.test_planning import ALLOTMENTS
from tests.factories import inspectors

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    found = datong.pool()
    datong.officers()
    return found


def test_draw_follows_the_plan_and_its_transcript_verifies(world):
    draw = datong.drawn()

    assert engine.verify(json.loads(draw.transcript.text)) is None
    assert Counter(Task.objects.values_list("line__code", flat=True)) == {"vehicle": 2, "eco": 1, "other": 1}
    assert draw.campaign.tasks.first().number == "140200-2025-92-T001"
    assert verification.verify_trail() == []


def test_every_visit_has_two_certificated_officers_of_the_lead_and_its_partners(world):
    datong.drawn()

    for task in Task.objects.filter(line__code="vehicle"):
        bureaus = [member.inspector.bureau_id for member in task.members.all()]
        county = f"scjg:{task.institution.county_id}"
        assert bureaus == [datong.CITY, datong.CITY, datong.POLICE, datong.ECOLOGY, county]
        assert len({member.inspector_id for member in task.members.all()}) == 5


def test_recused_inspector_is_never_in_the_team_of_that_institution(world):
    officers = [inspectors.inspector(datong.CITY) for _ in range(2)]
    for institution in world["vehicle"]:
        inspectors.conflict(officers[0], institution)

    datong.drawn()

    assert not TeamMember.objects.filter(inspector=officers[0], task__line__code="vehicle").exists()


@pytest.mark.parametrize("case", ALLOTMENTS)
def test_received_institutions_are_drawn_first_and_the_rest_goes_to_their_counties(world, case):
    received, expected = ALLOTMENTS[case]
    campaign = datong.planned()
    chosen = {each.pk: True for code, count in received.items() for each in world[code][:count]}
    allotment.receive(campaign, chosen, origin="省局下发", by=datong.officer())

    datong.drawn(campaign)

    drawn = Counter(
        (task.line.code, task.institution_id in chosen)
        for task in Task.objects.filter(mode="drawn").select_related("line")
    )
    assert {code: (drawn[code, True], drawn[code, False]) for code in expected} == {
        code: shares[:2] for code, shares in expected.items()
    }
    for task in Task.objects.filter(mode="allotted"):
        assert task.bureau_id == f"scjg:{task.institution.county_id}"
    assert Task.objects.filter(mode="allotted").count() == sum(shares[2] for shares in expected.values())


def test_drawing_twice_changes_nothing(world):
    first = datong.drawn()
    approval = Approval.objects.get(act=Act.DRAW)
    events = AuditEvent.objects.count()

    again = drawing.run_draw(approval)

    assert (again.pk, again.result_digest) == (first.pk, first.result_digest)
    assert (Draw.objects.count(), Task.objects.count(), AuditEvent.objects.count()) == (1, 4, events)


def test_freezing_twice_keeps_the_first_commitment(world):
    first = datong.frozen()

    assert freezing.freeze_campaign(Approval.objects.get(act=Act.FREEZE)) == first
    assert Draw.objects.count() == 1


def test_plan_with_errors_is_not_frozen(world):
    campaign = transitions.propose(datong.planned(), by=datong.officer())

    with pytest.raises(PlanNotReady) as refused:
        datong.freeze(campaign)

    assert "大同市公安局对条目“机动车检验”尚未回复。" in refused.value.problems
    assert (Draw.objects.count(), FrozenInstitution.objects.count()) == (0, 0)


def test_draw_reads_only_what_was_frozen(world):
    draw = datong.frozen()
    for institution in world["vehicle"]:
        institution.state = "deregistered"
        institution.save()
    datong.contribute(draw)

    done = datong.run(draw)

    assert Task.objects.filter(draw=done, line__code="vehicle").count() == 2


PROTECTED = {
    "commitment": lambda draw: Draw.objects.filter(pk=draw.pk).update(commitment="0" * 64),
    "manifest": lambda draw: Draw.objects.filter(pk=draw.pk).update(manifest={}),
    "result": lambda draw: Draw.objects.filter(pk=draw.pk).update(result_digest="0" * 64),
    "state": lambda draw: Draw.objects.filter(pk=draw.pk).update(state="frozen"),
    "secret": lambda draw: DrawSecret.objects.filter(draw=draw).update(value="0" * 64),
    "transcript": lambda draw: DrawTranscript.objects.filter(draw=draw).update(text="{}"),
    "frozen entry": lambda draw: FrozenInstitution.objects.filter(draw=draw).update(excluded="x"),
    "contribution": lambda draw: draw.contributions.update(value="x"),
    "deleted draw": lambda draw: Draw.objects.filter(pk=draw.pk)._raw_delete("default"),
    "deleted result": lambda draw: draw.drawn_institutions.all()._raw_delete("default"),
    "deleted entry": lambda draw: draw.frozen_institutions.all()._raw_delete("default"),
    "deleted transcript": lambda draw: DrawTranscript.objects.filter(draw=draw)._raw_delete("default"),
}


@pytest.mark.parametrize("what", PROTECTED)
def test_database_refuses_to_change_what_was_frozen_or_drawn(world, what):
    draw = datong.drawn()

    with pytest.raises(IntegrityError), transaction.atomic():
        PROTECTED[what](draw)


def test_dispatch_hands_the_tasks_out_and_notices_are_numbered_once(world):
    draw = datong.drawn()
    transitions.dispatch(draw.campaign, by=datong.officer())
    tasks = list(Task.objects.filter(mode="drawn"))
    datong.declared(draw.campaign)

    first = notices.issue_notices(tasks, by=datong.officer())
    again = notices.issue_notices(tasks, by=datong.officer())

    assert [notice.serial for notice in first] == [1, 2, 3, 4]
    assert [notice.pk for notice in again] == [notice.pk for notice in first]
    assert {task.state for task in Task.objects.all()} == {TaskState.NOTIFIED}


def test_campaign_goes_through_its_states_once_each(world):
    draw = datong.drawn()
    campaign = transitions.dispatch(draw.campaign, by=datong.officer())

    assert campaign.state == CampaignState.DISPATCHED
    actions = ["campaigns.propose", "campaigns.freeze", "campaigns.draw", "campaigns.dispatch"]
    assert Counter(AuditEvent.objects.filter(action__in=actions).values_list("action", flat=True)) == dict.fromkeys(
        actions, 1
    )
