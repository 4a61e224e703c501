from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Role, User
from campaigns.adding import Added, add_tasks, not_covered, repeats_of
from campaigns.errors import CampaignError
from campaigns.models import Addition, AllottedInstitution, PlanLine, Task, TaskMode
from campaigns.states import CampaignState, TaskState
from institutions.models import Institution, InstitutionState
from tests.factories import accounts, campaigns, inspectors, institutions

pytestmark = pytest.mark.django_db

CITY, COUNTY = "scjg:140200", "scjg:140213"


def lead(bureau: str = CITY) -> User:
    name = f"lead-{bureau}".replace(":", "-")
    return User.objects.filter(username=name).first() or accounts.user(name, Role.LEAD_OFFICER, at=bureau)


def county_officer() -> User:
    return accounts.user("county", Role.COUNTY_OFFICER, at=COUNTY)


@pytest.fixture
def line() -> PlanLine:
    campaign = campaigns.campaign("140200-2025-1", by=lead(), state=CampaignState.DISPATCHED)
    return campaigns.line(campaign)


def place(**fields: object) -> Institution:
    found = institutions.institution(**{"county": "140213", **fields})
    institutions.certificate(found)
    return found


def given(line: PlanLine, *places: Institution, mode: TaskMode = TaskMode.KEY, **fields: object) -> Added:
    return Added(mode, line, places, **{"reason": "投诉举报集中", **fields})


def test_key_check_is_dispatched_at_once_and_marked_with_its_reason(line):
    accounts.bureau(COUNTY)
    target = place()

    (task,) = add_tasks(line.campaign, given(line, target), by=lead())

    task = Task.objects.get(pk=task.pk)
    assert (task.mode, task.state, task.draw, task.bureau_id, task.assisting_bureau_id, task.institution) == (
        TaskMode.KEY, TaskState.DISPATCHED, None, CITY, COUNTY, target,
    )  # fmt: skip
    assert (task.addition.reason, task.addition.repeated_because, task.addition.by) == ("投诉举报集中", "", lead())
    event = AuditEvent.objects.get(action="campaigns.add_tasks")
    assert event.facts == {"mode": "key", "tasks": [task.number], "count": 1}


def test_county_adds_own_targets_which_it_organises_itself(line):
    campaigns.task(line, place())
    officer = county_officer()

    (task,) = add_tasks(line.campaign, given(line, place()), by=officer)

    assert (task.bureau_id, task.assisting_bureau) == (COUNTY, None)
    with pytest.raises(CampaignError, match="不在本辖区内"):
        add_tasks(line.campaign, given(line, place(county="140214")), by=officer)


def test_officers_are_the_team_as_for_a_drawn_task(line):
    people = [inspectors.inspector(CITY), inspectors.inspector(CITY)]

    (task,) = add_tasks(line.campaign, given(line, place(), officers=people), by=lead())

    assert [(member.inspector, member.role, member.pool) for member in task.members.all()] == [
        (person, "officer", CITY) for person in people
    ]


def test_team_of_one_without_certificate_or_with_a_conflict_is_refused(line):
    target, able = place(), inspectors.inspector(CITY)
    expired = inspectors.inspector(CITY, department_certificate_until=timezone.localdate() - timedelta(days=1))
    bound = inspectors.inspector(CITY)
    inspectors.conflict(bound, target)

    for people, words in (([able], "两名以上"), ([able, expired], "已过有效期"), ([able, bound], "回避关系")):
        with pytest.raises(CampaignError, match=words):
            add_tasks(line.campaign, given(line, target, officers=people), by=lead())
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " "}, "须写明理由"),
        ({"mode": TaskMode.DRAWN}, "请选择重点检查"),
        ({"mode": TaskMode.ALLOTTED}, "请选择"),
    ],
)
def test_only_added_modes_with_a_reason_are_taken(line, fields, words):
    with pytest.raises(CampaignError, match=words):
        add_tasks(line.campaign, given(line, place(), **fields), by=lead())


def test_institution_that_has_a_task_here_or_is_closed_is_refused(line):
    there = place()
    campaigns.task(line, there)
    suspended = place(state=InstitutionState.SUSPENDED)

    with pytest.raises(CampaignError, match="本活动中已有检查任务"):
        add_tasks(line.campaign, given(line, there), by=lead())
    with pytest.raises(CampaignError, match="已不在营"):
        add_tasks(line.campaign, given(line, suspended), by=lead())


def test_repeat_of_an_upper_levels_target_is_refused_or_reasoned(line):
    target, fresh = place(), place()
    province = lead("scjg:140000")
    upper = campaigns.line(campaigns.campaign("140000-2025-1", by=province, state=CampaignState.DISPATCHED))
    above = campaigns.task(upper, target)
    words = f"上级{above.campaign.title} {above.number}，待检查"
    assert [(each.institution, each.words) for each in repeats_of(line.campaign, [target, fresh])] == [(target, words)]

    with pytest.raises(CampaignError, match="不要重复检查"):
        add_tasks(line.campaign, given(line, target, fresh), by=lead())
    tasks = add_tasks(line.campaign, given(line, target, fresh, repeated_because="群众反映强烈"), by=lead())

    assert [task.addition.repeated_because for task in tasks] == ["群众反映强烈", ""]


def test_target_that_the_upper_level_keeps_for_itself_counts_as_repeated(line):
    target = place()
    AllottedInstitution.objects.create(campaign=line.campaign, institution=target, is_received=False, origin="省级")

    assert [each.words for each in repeats_of(line.campaign, [target])] == ["上级已抽取并由上级检查"]


def test_other_years_and_replaced_tasks_are_no_repeats(line):
    target = place()
    old = campaigns.line(campaigns.campaign("old", by=lead(), state=CampaignState.DISPATCHED, year=2024))
    campaigns.task(old, target)
    other = campaigns.line(campaigns.campaign("other", by=lead(), state=CampaignState.DISPATCHED))
    campaigns.task(other, target, state=TaskState.CANCELLED)

    assert repeats_of(line.campaign, [target]) == []


def test_no_more_checks_than_a_matter_allows_in_a_year(line):
    target = place()
    matter = line.campaign.lines.get().matters.create(
        code="M-1", name="机动车检验检查", department=accounts.department(), cap_per_year=1
    )
    other = campaigns.line(campaigns.campaign("other", by=lead(), state=CampaignState.DISPATCHED))
    other.matters.add(matter)
    campaigns.task(other, target)

    with pytest.raises(CampaignError, match="每年最多检查 1 次"):
        add_tasks(line.campaign, given(line, target, repeated_because="必要"), by=lead())


def test_full_coverage_takes_all_of_the_line_that_have_no_task(line):
    there, first, second = place(), place(), place()
    campaigns.task(line, there)

    assert sorted(each.pk for each in not_covered(line.campaign, line)) == sorted([first.pk, second.pk])


def test_extended_check_reaches_who_is_on_no_line(line):
    outsider = institutions.institution(county="140213")

    (task,) = add_tasks(line.campaign, given(line, outsider, mode=TaskMode.EXTENDED), by=lead())

    assert task.mode == TaskMode.EXTENDED


@pytest.mark.parametrize("state", [state for state in CampaignState if state != CampaignState.DISPATCHED])
def test_nothing_is_added_before_the_campaign_is_dispatched(client, state):
    line = campaigns.line(campaigns.campaign("early", by=lead(), state=state))
    client.force_login(lead())

    assert client.get(reverse("campaigns:task_add", args=[line.campaign_id])).status_code == 403


def test_practice_and_foreign_leads_add_nothing(client):
    practice = campaigns.campaign("practice", by=lead(), state=CampaignState.DISPATCHED, kind="practice")
    own = campaigns.campaign("own", by=lead(), state=CampaignState.DISPATCHED)
    client.force_login(lead())
    assert client.get(reverse("campaigns:task_add", args=[practice.pk])).status_code == 403

    client.force_login(lead("scjg:140900"))
    assert client.get(reverse("campaigns:task_add", args=[own.pk])).status_code == 404


def test_page_finds_institutions_and_keeps_what_was_ticked(client, line):
    first, second = place(name="大同市云冈检测有限公司"), place(name="大同市平城检测有限公司")
    client.force_login(lead())
    url = reverse("campaigns:task_add", args=[line.campaign_id])

    typed = {"find": "1", "search": "平城", "institutions": [first.pk], "reason": "专项部署", "mode": "key"}
    form = client.post(url, typed).context["form"]
    assert [pk for pk, _ in form.fields["institutions"].choices] == [str(first.pk), str(second.pk)]
    assert (form["reason"].value(), form.errors, Task.objects.count()) == ("专项部署", {}, 0)

    values = {"mode": "key", "line": line.pk, "institutions": [first.pk, second.pk], "reason": "专项部署"}
    answer = client.post(url, values)
    assert answer["Location"] == f"/campaigns/{line.campaign_id}/tasks/?mode=key"
    assert {task.institution for task in Task.objects.filter(mode="key")} == {first, second}


def test_page_adds_everything_for_full_coverage_alone(client, line):
    place(), place()
    client.force_login(lead())
    url = reverse("campaigns:task_add", args=[line.campaign_id])
    values = {"line": line.pk, "everything": "on", "reason": "全覆盖监管"}

    refused = client.post(url, values | {"mode": "key"})
    assert refused.context["form"].errors == {"everything": ["只有全覆盖检查可以一次列入全部机构。"]}
    client.post(url, values | {"mode": "full"})

    assert Task.objects.filter(campaign=line.campaign, mode="full").count() == 2


def test_task_page_tells_regulators_why_it_was_added(client, line):
    (task,) = add_tasks(line.campaign, given(line, place()), by=lead())
    client.force_login(lead())

    page = client.get(task.get_absolute_url()).content.decode()

    assert "重点检查" in page
    assert "投诉举报集中" in page


def test_database_keeps_draws_with_drawn_tasks_alone_and_reasons_as_they_were(line):
    (task,) = add_tasks(line.campaign, given(line, place()), by=lead())

    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(mode="drawn")
    with pytest.raises(DatabaseError, match="protected record"), transaction.atomic():
        Addition.objects.filter(task=task).update(reason="别的")
