from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from campaigns.models import TeamMember
from inspectors.models import Inspector
from selftest import reviewing
from selftest.beside import NOT_YET, side_by_side
from selftest.models import SelfCheck
from tests.campaigns import datong
from tests.factories import accounts, inspectors
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def test_rows_say_the_signed_answers_and_what_was_mended_before_the_visit():
    self_check = world.accepted()
    problem = self_check.problems.get()
    yesterday = timezone.localdate() - timedelta(days=1)
    reviewing.report_mended(problem, mended_on=yesterday, result="已变更", by=world.clerk(self_check))
    reviewing.confirm_mended(problem, by=world.county_officer())

    rows = side_by_side(self_check, day=timezone.localdate() + timedelta(days=1))

    assert [(row.answered.item.number, row.answered.choice, row.problem_words, row.finding, row.agreement) for row in rows] == [
        (1, "是", "自查发现、检查前已整改", "", NOT_YET),
        (2, "不适用", "", "", NOT_YET),
        (3, "否", "", "", NOT_YET),
    ]  # fmt: skip
    assert (
        side_by_side(world.begun(form=self_check.round.form, campaign=self_check.round.campaign), day=yesterday) == []
    )


@pytest.fixture
def visited(client):
    """A dispatched task, its institution's handed-in self-check, and one inspector of the team."""
    datong.pool(address="迎宾街1号", legal_representative="高振华")
    datong.officers()
    campaign = datong.dispatched().campaign
    member = TeamMember.objects.filter(task__campaign=campaign, inspector__isnull=False).first()
    user = accounts.user("visiting", Role.INSPECTOR, at=member.inspector.bureau_id)
    Inspector.objects.filter(pk=member.inspector_id).update(user=user)
    task = member.task
    self_check = world.signed(of=task.institution, campaign=campaign)
    return task, self_check, user


def test_inspector_of_the_team_comes_from_the_task_to_the_self_check(client, visited):
    task, self_check, user = visited
    client.force_login(user)

    found = client.get(reverse("selftest:task_self_check", args=[task.pk]))
    page = client.get(found.url)

    assert found.url == reverse("selftest:side_by_side", args=[self_check.pk])
    assert (len(page.context["rows"]), page.context["task"]) == (3, task)
    assert found.url in client.get(task.get_absolute_url()).content.decode()
    assert client.get(self_check.get_absolute_url()).status_code == 403


def test_inspector_who_does_not_go_there_and_draft_are_not_shown(client, visited):
    task, self_check, user = visited
    others = SelfCheck.objects.filter(round=self_check.round).exclude(pk=self_check.pk)
    client.force_login(user)
    assert {client.get(reverse("selftest:side_by_side", args=[other.pk])).status_code for other in others[:5]} == {404}
    stranger = accounts.user("elsewhere", Role.INSPECTOR, at="scjg:140200")
    inspectors.inspector("scjg:140200", user=stranger)
    client.force_login(stranger)
    assert client.get(reverse("selftest:side_by_side", args=[self_check.pk])).status_code == 404
    assert client.get(reverse("selftest:task_self_check", args=[task.pk])).status_code == 404
