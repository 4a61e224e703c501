"""What each role finds on the workbench as a campaign goes its way."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from accounts.workbench import ToDo, Urgency, figures_of, running_of
from campaigns import approvals, declaring, notices, remarks, todos, transitions
from campaigns.models import Act, Declaration, LineAgreement, Task
from campaigns.states import CampaignState, TaskState
from tests.campaigns import datong
from tests.factories import accounts, campaigns, inspectors, institutions

pytestmark = pytest.mark.django_db
TITLE = "2025年度检验检测机构监督抽查"


def texts(user):
    """The to-dos of someone who has just signed in."""
    return [todo.text for todo in todos.todos(User.objects.get(pk=user.pk))]


def test_draft_says_what_it_still_lacks():
    campaign = campaigns.campaign("140200-2025-1", by=accounts.lead_officer(), title=TITLE)

    assert list(todos.todos(campaign.created_by)) == [
        ToDo(
            f"{TITLE}：计划尚未提请协商", campaign.get_absolute_url(), "继续填写",
            note="还缺：计划条目、现场检查阶段、随机数来源",
        )
    ]  # fmt: skip


def test_each_step_falls_to_the_one_who_can_take_it():
    datong.pool()
    datong.officers()
    lead, police, ecology = datong.officer(), datong.liaison(datong.POLICE), datong.liaison(datong.ECOLOGY)
    approver = datong.approver()
    draft = datong.planned()
    assert texts(lead) == [f"{TITLE}：计划尚未提请协商"]

    campaign = transitions.propose(draft, by=lead)
    assert texts(lead) == []
    assert texts(police) == [f"{TITLE}：大同市市场监督管理局就 1 个条目征求贵单位意见"]
    assert texts(ecology) == [f"{TITLE}：大同市市场监督管理局就 2 个条目征求贵单位意见"]

    answers = LineAgreement.objects.filter(line__campaign=campaign)
    transitions.answer(answers.get(bureau=datong.POLICE), agrees=False, words="数量太多", by=police)
    assert texts(lead) == [f"{TITLE}：大同市公安局对条目“机动车检验”有异议"]

    for answer in answers:
        transitions.answer(answer, agrees=True, words="", by=datong.liaison(answer.bureau_id))
    assert texts(lead) == [f"{TITLE}：各单位均已同意，可以提请冻结两库"]

    proposal = approvals.propose_act(campaign, Act.FREEZE, by=lead)
    assert (texts(lead), texts(approver)) == ([], [f"{TITLE}：{lead.name}提请冻结两库"])

    draw = datong.freezing.freeze_campaign(approvals.mark_confirmed(proposal, by=approver))
    assert texts(police) == [f"{TITLE}：等待来源“大同市公安局”承诺随机数"]
    assert texts(ecology) == []
    assert texts(lead) == [f"{TITLE}：等待来源“大同市市场监督管理局”承诺随机数"]

    datong.commit(draw)
    assert (texts(lead), texts(police)) == ([f"{TITLE}：等待来源“双色球2025105期”录入公开数值"], [])

    datong.enter_public(draw)
    assert texts(police) == [f"{TITLE}：等待来源“大同市公安局”揭示随机数"]

    datong.reveal(draw)
    assert (texts(lead), texts(police)) == ([f"{TITLE}：随机数已揭示，可以提请抽取"], [])

    campaign = datong.run(draw).campaign
    minutes = f"{TITLE}：抽取记录等待您签字"
    assert texts(lead) == [f"{TITLE}：已抽取，任务尚未派发", minutes]
    assert texts(datong.supervisor()) == [minutes]

    transitions.dispatch(campaign, by=lead)
    assert texts(lead) == [minutes, f"{TITLE}：由本单位组织的 4 项任务尚未签发检查通知书"]


def test_lead_answers_objections_before_anything_else(world_of_a_draw):
    draw = world_of_a_draw
    remarks.add_remark(draw, kind="objection", words="名录中有重复的机构", by=datong.supervisor())

    assert texts(datong.officer())[0] == f"{TITLE}：大同市市场监督管理局对冻结的名录提出异议"


def test_institution_is_asked_to_look_itself_up_while_it_may_object(world_of_a_draw):
    clerk = accounts.user("clerk", Role.INSTITUTION_CLERK)
    entry = world_of_a_draw.frozen_institutions.first()
    institutions.represents(clerk, entry.institution, Role.INSTITUTION_CLERK)
    assert texts(clerk) == []

    campaign = datong.Campaign.objects.get()
    datong.void(world_of_a_draw)
    datong.Campaign.objects.update(objection_days=3)
    campaign.refresh_from_db()
    datong.freeze(campaign)

    assert texts(clerk) == [f"{TITLE}：名录已冻结，请核对贵单位的列入情况"]


@pytest.fixture
def world_of_a_draw():
    datong.pool()
    datong.officers()
    return datong.frozen()


@pytest.fixture
def dispatched():
    """One task in 平城 organised by the city, one in 云冈 by its own bureau; an inspector goes to the first."""
    campaign = campaigns.campaign(
        "140200-2025-1", by=accounts.lead_officer(), state=CampaignState.DISPATCHED, title=TITLE
    )
    line = campaigns.line(campaign)
    campaigns.task(line, institutions.institution("平城甲公司", "140213"), inspectors.inspector())
    own = campaigns.task(line, institutions.institution("云冈乙公司", "140214"))
    type(own).objects.filter(pk=own.pk).update(bureau=accounts.bureau("scjg:140214"))
    return campaign


def test_county_officer_sees_what_is_assigned_until_when_and_one_button(dispatched):
    officer = accounts.user("yungang", Role.COUNTY_OFFICER, at="scjg:140214")

    with time_machine.travel("2025-10-01T08:00+08:00", tick=False):
        found = list(todos.todos(officer))

    own_list = reverse("reports:own_task_list", args=[dispatched.pk])
    due = date(2025, 10, 31)
    assert found == [
        ToDo(f"{TITLE}：派发到本地区 1 项检查任务", own_list, "下载任务清单", Urgency.WHENEVER, due),
        ToDo(
            f"{TITLE}：由本单位组织的 1 项任务尚未签发检查通知书",
            f"/campaigns/{dispatched.pk}/tasks/?state=dispatched", "去签发", Urgency.WHENEVER, due, "现场检查前24小时内告知",
        ),
    ]  # fmt: skip


def test_officer_of_a_county_without_tasks_has_nothing_to_do(dispatched):
    assert texts(accounts.user("xinfu", Role.COUNTY_OFFICER, at="scjg:140902")) == []


def test_inspector_sees_only_the_own_tasks(dispatched):
    task = dispatched.tasks.first()
    inspector = task.members.get().inspector
    mine = accounts.user("inspector", Role.INSPECTOR, at=datong.CITY)
    type(inspector).objects.filter(pk=inspector.pk).update(user=mine)
    other = accounts.user("other", Role.INSPECTOR, at=datong.CITY)

    asked = f"{TITLE}：请就任务 {task.number} 作回避声明"
    assert (set(texts(mine)), texts(other)) == ({f"{TITLE}：抽到您参加 1 项检查", asked}, [])
    declaring.declare_team([task], by=mine)
    assert texts(mine) == [f"{TITLE}：抽到您参加 1 项检查"]


def test_what_was_inspected_is_not_to_do_any_more(dispatched):
    task = dispatched.tasks.first()
    inspector = task.members.get().inspector
    mine = accounts.user("inspector", Role.INSPECTOR, at=datong.CITY)
    type(inspector).objects.filter(pk=inspector.pk).update(user=mine)
    second = campaigns.task(task.line, institutions.institution(county="140213"), inspector)
    declaring.declare_team([task, second], by=dispatched.created_by)

    Task.objects.filter(pk=task.pk).update(state=TaskState.CONCLUDED)
    assert texts(mine) == [f"{TITLE}：抽到您参加 2 项检查，还有 1 项没有完成"]
    Task.objects.filter(pk=second.pk).update(state=TaskState.CLOSED)
    assert texts(mine) == []


def test_lead_decides_on_a_recusal(dispatched):
    member = dispatched.tasks.first().members.get()
    declaring.declare(member, Declaration.RECUSAL, words="同学", by=dispatched.created_by)
    asked = f"{TITLE}：{member}就任务 {member.task.number} 申请回避"
    assert asked in texts(dispatched.created_by)

    declaring.reject_recusal(member, words="不影响公正", by=dispatched.created_by)

    assert asked not in texts(dispatched.created_by)


def test_institution_is_told_of_its_notice_alone(dispatched):
    lead = dispatched.created_by
    task = dispatched.tasks.get(bureau=datong.CITY)
    clerks = [accounts.user(f"clerk-{place}", Role.INSTITUTION_CLERK) for place in range(2)]
    for clerk, each in zip(clerks, dispatched.tasks.order_by("number"), strict=True):
        institutions.represents(clerk, each.institution)
    assert texts(clerks[0]) == []

    declaring.declare_team([task], by=lead)
    notice = notices.issue_notice(task, by=lead)

    assert texts(clerks[0]) == [f"平城甲公司收到大同市市场监督管理局的检查通知书 {notice.number}"]
    assert texts(clerks[1]) == []

    Task.objects.filter(pk=task.pk).update(state=TaskState.INSPECTING)
    assert texts(clerks[0]) == []


@pytest.mark.parametrize(
    ("day", "urgency"),
    [
        (date(2025, 9, 30), Urgency.OVERDUE),
        (date(2025, 10, 1), Urgency.TODAY),
        (date(2025, 10, 8), Urgency.SOON),
        (date(2025, 10, 9), Urgency.WHENEVER),
        (None, Urgency.WHENEVER),
    ],
)
def test_urgency_grows_towards_the_deadline(day, urgency):
    with time_machine.travel("2025-10-01T08:00+08:00", tick=False):
        assert todos.urgency_of(day) == urgency


def test_figures_count_what_the_person_sees(dispatched):
    officer = accounts.user("yungang", Role.COUNTY_OFFICER, at="scjg:140214")

    found = [(figure.label, figure.value) for figure in figures_of(officer)]

    assert found == [("在营检验检测机构", 1), ("抽查活动", 1), ("待通知的检查任务", 1), ("已通知的检查任务", 0)]


def test_running_campaign_names_whom_it_waits_for():
    datong.pool()
    datong.officers()
    transitions.propose(datong.planned(), by=datong.officer())

    running = running_of(datong.officer())

    assert [(item.text, item.state, item.note) for item in running] == [
        (TITLE, "协商", "等待回复：大同市公安局、大同市生态环境局")
    ]


def test_workbench_needs_as_many_queries_for_many_tasks(dispatched):
    officer = accounts.user("yungang", Role.COUNTY_OFFICER, at="scjg:140214")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            texts(officer)
        return len(captured)

    few = queries()
    for _ in range(5):
        campaigns.task(dispatched.lines.get(), institutions.institution(county="140214"))
    assert (queries(), few <= 10) == (few, True)
