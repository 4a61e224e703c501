"""Campaigns without a draw (全面检查) and look-backs, from the plan to the counties' tasks."""

from datetime import date
from itertools import pairwise

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import AuditEvent, Role, User
from campaigns import adding, approvals, listing, planning, queries, services, todos
from campaigns.errors import CampaignError, NotConfirmed, PlanNotReady
from campaigns.models import (
    Act,
    Campaign,
    Draw,
    Exclusion,
    ExclusionKind,
    ListedInstitution,
    LogEntry,
    SizeKind,
    Stage,
    Task,
    TaskMode,
)
from campaigns.states import CampaignState, TaskState
from institutions.models import Institution
from jobs.models import Job
from jobs.running import run_job
from tests.campaigns import datong
from tests.factories import accounts, institutions
from visits import boards

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> dict[str, list[Institution]]:
    """Two counties with their bureaus; one vehicle body closed, one eco lab owned by the ecology department."""
    for county in datong.COUNTIES:
        accounts.bureau(f"scjg:{county}")
    found = datong.pool(vehicle=4, eco=3, food=0)
    Institution.objects.filter(pk=found["vehicle"][0].pk).update(state="suspended")
    Institution.objects.filter(pk=found["eco"][0].pk).update(owner_department=accounts.department("sthj"))
    return found


def planned() -> Campaign:
    """Vehicles and ecology whole, without those closed or owned by the department; food has nobody here."""
    campaign = datong.campaign(draws_lots=False)
    closed = Exclusion(kind=ExclusionKind.INSTITUTION_STATE)
    datong.line(campaign, "vehicle", size_kind=SizeKind.ALL, count=None, exclusions=[closed])
    datong.line(campaign, "eco", size_kind=SizeKind.ALL, count=None, exclusions=[datong.owned_by("sthj")])
    datong.line(campaign, "food", size_kind=SizeKind.ALL, count=None)
    services.replace_sources(campaign, [], by=datong.officer())
    return campaign


def county_officer(code: str = "140213") -> User:
    return accounts.user(f"county-{code}", Role.COUNTY_OFFICER, at=f"scjg:{code}")


def test_everybody_becomes_a_task_of_the_own_county_and_the_rest_is_kept_with_its_reason(pool):
    campaign = datong.list_all(datong.agreed(planned()))

    tasks = campaign.tasks.order_by("number")
    assert [(task.line.code, task.institution_id, task.bureau_id) for task in tasks.select_related("line")] == [
        ("vehicle", pool["vehicle"][2].pk, "scjg:140213"),
        ("vehicle", pool["vehicle"][1].pk, "scjg:140214"),
        ("vehicle", pool["vehicle"][3].pk, "scjg:140214"),
        ("eco", pool["eco"][2].pk, "scjg:140213"),
        ("eco", pool["eco"][1].pk, "scjg:140214"),
    ]
    assert [task.number for task in tasks] == [f"140200-2025-92-T{n:03d}" for n in range(1, 6)]
    facts = {(task.mode, task.state, task.due_on, task.is_due_softly, task.draw_id) for task in tasks}
    assert facts == {(TaskMode.FULL, TaskState.DISPATCHED, date(2025, 11, 15), True, None)}
    assert {task.members.count() for task in tasks} == {0}
    kept = campaign.listed.exclude(excluded="").values_list("institution", "line__code", "excluded")
    assert sorted(kept) == sorted([
        (pool["vehicle"][0].pk, "vehicle", "机构已停业"), (pool["eco"][0].pk, "eco", "生态环境部门所属机构"),
    ])  # fmt: skip
    rows = [(row.line.code, row.considered, row.listed, row.excluded) for row in listing.listed_lines(campaign)]
    assert rows == [
        ("vehicle", 4, 3, (("机构已停业", 1),)), ("eco", 3, 2, (("生态环境部门所属机构", 1),)), ("food", 0, 0, ()),
    ]  # fmt: skip


def test_listing_is_confirmed_by_a_second_person_happens_once_and_leaves_nothing_of_a_draw(pool):
    campaign = datong.agreed(planned())
    with pytest.raises(NotConfirmed):
        listing.list_all(approvals.propose_act(campaign, Act.LIST, by=datong.officer()))
    approval = approvals.mark_confirmed(campaign.approvals.get(), by=datong.approver())

    first, second = listing.list_all(approval), listing.list_all(approval)

    assert first == second == Campaign.objects.with_tasks().get()
    assert (first.state, first.frozen_at, first.drawn_at, first.has_tasks) == (
        CampaignState.DISPATCHED,
        None,
        None,
        True,
    )
    assert AuditEvent.objects.filter(action="campaigns.list").count() == 1
    assert (Draw.objects.count(), LogEntry.objects.count(), Task.objects.count()) == (0, 0, 5)


def test_the_pages_lead_from_the_plan_to_the_list(pool, client):
    """Proposed on the page, confirmed with the password, done by the worker; the county finds its tasks."""
    campaign = datong.agreed(planned())
    approver = accounts.user("approver", Role.LEAD_APPROVER, at=datong.CITY, password=accounts.PASSWORD)
    client.force_login(datong.officer())
    page = client.get(reverse("campaigns:detail", args=[campaign.pk]))
    assert [stage.name for stage in page.context["rail"]] == ["计划", "协商", "列入", "检查", "处置", "公示", "归档"]
    assert [stage.state for stage in page.context["rail"]][:3] == ["done", "done", "current"]
    assert [todo.button for todo in todos.lead_todos(datong.officer())] == ["去提请列入"]
    assert client.get(reverse("campaigns:simulation", args=[campaign.pk])).status_code == 404
    assert client.get(reverse("campaigns:confirm_freeze", args=[campaign.pk])).status_code == 403
    confirm = client.get(reverse("campaigns:confirm_listing", args=[campaign.pk])).content.decode()
    assert "机动车检验 4 家，排除 1 家（机构已停业 1），全部检查 3 家" in confirm

    client.post(reverse("campaigns:propose_listing", args=[campaign.pk]))
    client.force_login(approver)
    approval = campaign.approvals.get()
    assert "任务立即派发到县区" in client.get(approval.get_absolute_url()).content.decode()
    client.post(reverse("campaigns:confirm", args=[approval.pk]), {"password": accounts.PASSWORD})
    job = run_job(Job.objects.get(kind="campaigns.list").pk)
    assert job.message == "已列入 5 家，任务已派发到各县区"

    shown = client.get(reverse("campaigns:listing", args=[campaign.pk])).content.decode()
    assert pool["vehicle"][0].name in shown
    detail = client.get(reverse("campaigns:detail", args=[campaign.pk])).content.decode()
    assert "列入名单" in detail
    assert "随机数来源" not in detail
    line = campaign.lines.get(code="eco")
    tasks = client.get(reverse("campaigns:campaign_tasks", args=[campaign.pk]), {"line": line.pk})
    assert {row.record.line_id for row in tasks.context["table"].rows} == {line.pk}
    client.force_login(county_officer())
    assert Task.objects.visible_to(county_officer("140214")).count() == 3
    assert client.get(reverse("campaigns:detail", args=[campaign.pk])).status_code == 200
    assert client.get(reverse("campaigns:listing", args=[campaign.pk])).status_code == 403


def test_plan_of_a_campaign_without_a_draw_asks_for_neither_sources_nor_teams(pool):
    campaign = planned()
    preview = planning.preview_plan(campaign)

    assert [(row.population, row.size) for row in preview.lines] == [(3, 3), (2, 2), (0, 0)]
    assert [(each.level, each.text) for each in preview.all_problems] == [
        ("warning", "条目“食品”在本地区没有检查对象，汇总表中列为 0 家。")
    ]
    datong.line(campaign, "other", 2)
    assert [each.text for each in planning.preview_plan(campaign).errors] == [
        "本活动不抽取，条目“其他”的抽取方式应当选“全部”。"
    ]
    with pytest.raises(PlanNotReady, match="计划还不能列入"):
        datong.list_all(datong.agreed(campaign))
    assert (Task.objects.count(), ListedInstitution.objects.count()) == (0, 0)


def test_stages_may_touch_and_begin_before_the_notice(pool):
    """Jincheng's: boundary days belong to two stages, and the first begins two days before the notice."""
    campaign = datong.campaign(draws_lots=False, issued_on=date(2022, 4, 22))
    days = [date(2022, 4, 20), date(2022, 4, 30), date(2022, 7, 25), date(2022, 7, 31)]
    kinds = (Stage.Kind.OTHER, Stage.Kind.ON_SITE, Stage.Kind.REPORT)
    stages = [Stage(kind=k, name=k.label, starts_on=days[i], ends_on=days[i + 1]) for i, k in enumerate(kinds)]

    services.replace_stages(campaign, stages, by=datong.officer())

    found = campaign.stages.values_list("starts_on", "ends_on")
    assert list(found) == list(pairwise(days))


def test_what_was_listed_stays_and_the_database_knows_both_lives(pool):
    campaign = datong.list_all(datong.agreed(planned()))
    with pytest.raises(DatabaseError), transaction.atomic():
        ListedInstitution.objects.update(excluded="另有理由")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_listedinstitution")

    for fields in ({"draws_lots": True}, {"state": CampaignState.DRAWN}, {"kind": "practice"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Campaign.objects.filter(pk=campaign.pk).update(**fields)
    with pytest.raises(CampaignError, match="不抽取"):
        approvals.propose_act(campaign, Act.SUPPLEMENT, by=datong.officer(), parameters={"lines": {"eco": 1}})


def test_tasks_added_later_are_counted_apart(pool):
    campaign = datong.list_all(datong.agreed(planned()))
    further = institutions.institution(county="140213")
    given = adding.Added(TaskMode.KEY, campaign.lines.get(code="food"), [further], "群众举报")

    adding.add_tasks(campaign, given, by=datong.officer())

    assert [label for _, label, _ in boards.funnel_of(campaign)][:2] == ["已列入", "已派发"]
    rows = [(row.title, row.drawn, row.whole, row.added) for row in queries.progress_by_line(campaign)]
    assert rows == [("机动车检验", 0, 3, 0), ("生态环境监测", 0, 2, 0), ("食品", 0, 0, 1)]
