import re
from collections import Counter
from dataclasses import asdict
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from campaigns.models import Campaign, DrawnInstitution, NoticeWindow, Stage, Task
from campaigns.states import CampaignState
from reports import datasets
from reports.datasets import DrawnRow, TaskRow
from reports.documents import DISCIPLINE, Contact, NoticeMatter, NoticeMember
from reports.typesetting import in_fours
from tests.campaigns import datong
from tests.factories import accounts, campaigns, inspectors, institutions
from tests.reports import dispatched

pytestmark = pytest.mark.django_db

VALUES = re.compile(r"'[^']*'|\b\d+\b")
"""What differs between two queries that ask the same of different rows."""


@pytest.fixture
def campaign():
    return dispatched.campaign()


def test_task_row_says_what_where_until_when_and_by_whom(campaign):
    task = Task.objects.filter(line__code="vehicle").order_by("institution__county_id", "number").first()
    members = [f"{member.person.name}（{member.inspector.bureau.short_name}）" for member in task.members.all()]

    row = next(row for row in datasets.task_rows(datong.officer(), campaign) if row.number == task.number)

    assert row == TaskRow(
        sequence=row.sequence,
        number=task.number,
        institution=task.institution.name,
        code=task.institution.uscc,
        certificates=tuple(each.number for each in task.institution.certificates.all()),
        levels=("省级",),
        line="机动车检验",
        domains=("机动车检验",),
        county=task.institution.county.name,
        address="迎宾街1号",
        legal_representative="高法人",
        contact="史联系",
        phone="0352-5550001",
        mode="随机抽取",
        bureau="大同市市场监督管理局",
        assisting_bureau=task.assisting_bureau.name if task.assisting_bureau else "",
        officers=tuple(members[:4]),
        cooperating=tuple(members[4:]),
        experts=(),
        matters=("资质认定监督检查",),
        deadline="原则上 2025年11月15日前",
        state="待检查",
    )


def test_rows_are_numbered_by_county_and_plan_line(campaign):
    rows = datasets.task_rows(datong.officer(), campaign)

    order = ["机动车检验", "生态环境监测", "其他"]
    counties = ["平城区", "云冈区"]
    assert [row.sequence for row in rows] == [1, 2, 3, 4, 5]
    keys = [(counties.index(row.county), order.index(row.line)) for row in rows]
    assert keys == sorted(keys)


def test_task_of_the_county_itself_has_no_team_yet(campaign):
    row = next(row for row in datasets.task_rows(datong.officer(), campaign) if row.mode == "上级分配")

    assert (row.bureau, row.officers, row.cooperating) == (f"{row.county}市场监督管理局", (), ())


def test_certificate_that_is_not_valid_says_so(campaign):
    task = Task.objects.first()
    task.institution.certificates.update(state="suspended")

    rows = datasets.task_rows(datong.officer(), campaign)

    found = next(row.certificates for row in rows if row.number == task.number)
    assert [number.endswith("（暂停）") for number in found] == [True]


@pytest.mark.parametrize("county", datong.COUNTIES)
def test_county_officer_gets_the_tasks_of_the_own_county_alone(campaign, county):
    rows = datasets.task_rows(dispatched.county_officer(county), campaign)

    expected = Task.objects.filter(institution__county=county).values_list("number", flat=True)
    assert sorted(row.number for row in rows) == sorted(expected)
    assert 0 < len(rows) < Task.objects.count()


def test_other_county_asked_for_gives_nothing(campaign):
    officer = dispatched.county_officer(dispatched.PINGCHENG)

    assert datasets.task_rows(officer, campaign, county=dispatched.YUNGANG) == []


def test_people_without_a_part_in_the_campaign_get_nothing(campaign):
    strangers = [
        accounts.lead_officer("xinzhou", at="scjg:140900"),
        accounts.user("other-county", Role.COUNTY_OFFICER, at="scjg:140902"),
        accounts.auditor(),
        accounts.system_administrator(),
        accounts.user("clerk", Role.INSTITUTION_CLERK),
        accounts.user("inspector", Role.INSPECTOR, at=datong.CITY),
    ]

    assert [datasets.task_rows(each, campaign) for each in strangers] == [[]] * len(strangers)


def test_partner_gets_the_tasks_its_people_are_in_and_no_complaint(campaign):
    rows = datasets.task_rows(datong.liaison(datong.POLICE), campaign)

    assert {row.line for row in rows} == {"机动车检验"}
    words = str([asdict(row) for row in rows])
    assert ("0352-0000009" in words, "投诉" in words) == (False, False)


def test_tasks_stay_with_the_lead_until_they_are_dispatched():
    datong.pool()
    datong.officers()
    draw = datong.drawn()

    rows = [datasets.task_rows(user, draw.campaign) for user in (datong.officer(), dispatched.county_officer("140213"))]
    assert [len(each) for each in rows] == [4, 0]


def test_no_query_is_asked_again_for_another_row(campaign):
    Task.objects.filter(line__code="vehicle").first().institution.certificates.create(number="2", authorised_name="二")
    officer = User.objects.get(username="datong-officer")

    with CaptureQueriesContext(connection) as captured:
        rows = datasets.task_rows(officer, campaign)

    asked = Counter(VALUES.sub("?", query["sql"]) for query in captured)
    again = [query for query, times in asked.items() if times > 1]
    assert (len(rows), again, len(captured) <= 12) == (5, [], True)


def test_drawn_rows_follow_the_plan_and_leave_the_reserves_out(campaign):
    rows = datasets.drawn_rows(datong.officer(), campaign)

    drawn = DrawnInstitution.objects.filter(is_reserve=False)
    assert DrawnInstitution.objects.filter(is_reserve=True).exists()
    assert [(row.sequence, row.line, row.rank) for row in rows] == [
        (1, "机动车检验", 1), (2, "机动车检验", 2), (3, "生态环境监测", 1), (4, "其他", 1),
    ]  # fmt: skip
    first = drawn.get(ticket=rows[0].ticket)
    assert rows[0] == DrawnRow(
        1,
        "机动车检验",
        "全部",
        1,
        first.institution.name,
        first.institution.uscc,
        first.institution.county.name,
        first.ticket,
    )


def test_list_head_says_who_made_it_and_from_which_draw(campaign):
    head = datasets.list_head(campaign, datong.officer(), county="140214")

    draw = campaign.draws.get()
    assert (head.area, head.lead, head.deadline) == ("云冈区", "大同市市场监督管理局", "原则上 2025年11月15日前")
    assert head.made.made_by == f"大同市市场监督管理局 {datong.officer().name}"
    assert head.made.data_state.startswith(f"抽取 {draw.code}（结果摘要 {draw.result_digest[:8]}）")


def notice_of(task):
    found = datasets.with_notice(Task.objects.filter(pk=task.pk)).get()
    return datasets.inspection_notice(found, site="https://lianchou.example", made_by=datong.officer())


def test_notice_carries_the_task_the_team_and_the_law_of_its_day(campaign):
    dispatched.notified(campaign)
    task = Task.objects.filter(line__code="vehicle").first()

    notice = notice_of(task)

    assert notice.number == task.notice.number
    assert notice.bureaus == ("大同市市场监督管理局", "大同市公安局", "大同市生态环境局")
    assert (notice.institution_name, notice.institution_code) == (task.institution.name, task.institution.uscc)
    assert notice.institution_address == f"{task.institution.county.name}迎宾街1号"
    assert notice.campaign_title == "《关于组织开展2025年度检验检测机构监督抽查工作的通知》（同市监认证〔2025〕92号）"
    assert notice.legal_basis == ("《检验检测机构监督管理办法》",)
    assert notice.matters == (
        NoticeMatter("资质认定监督检查", "市场监管", "《检验检测机构监督管理办法》第十三条、第十四条"),
    )
    assert notice.period == "2025年9月16日至2025年11月15日（原则上），具体时间由检查组在现场检查前24小时内告知"
    assert notice.methods == ("实地检查", "书面检查")
    assert notice.discipline_text == DISCIPLINE
    Campaign.objects.update(discipline="不得参加任何宴请。")
    assert notice_of(task).discipline_text == (
        "检查人员不得少于两人，并应当主动出示执法证件。不得参加任何宴请。如发现检查人员违反上述规定，你单位可以向发出本通知的部门反映。"
    )
    member = task.members.first()
    assert notice.team[0] == NoticeMember(member.inspector.name, "大同市市场监督管理局", "BM001", "执法人员")
    assert [each.role for each in notice.team] == ["执法人员"] * 4 + ["配合人员"]
    assert notice.contact == Contact("大同市市场监管局", "")
    assert notice.issued_on == timezone.localdate()
    assert notice.verify_url == f"https://lianchou.example/public/proofs/{task.notice.token}/"
    assert notice.evidence == (
        ("抽取编号", task.draw.code),
        ("承诺摘要", in_fours(task.draw.commitment)),
        (f"公开日志第{task.notice.log_number}条", in_fours(task.notice.log_digest)),
    )


def test_notice_of_an_allotted_task_is_the_county_bureaus_own(campaign):
    task = Task.objects.get(mode="allotted")

    assert datasets.inspecting_bureaus(task) == (task.bureau.name,)


def test_expert_of_a_team_carries_no_certificate(campaign):
    dispatched.notified(campaign)
    task = Task.objects.filter(mode="drawn").first()
    expert = inspectors.expert()
    task.members.create(position=99, role="expert", slot=9, pool="expert", expert=expert)

    assert notice_of(task).team[-1] == NoticeMember(expert.name, "山西某某大学", "", "专家")


WINDOWS = {
    NoticeWindow.WITHIN_24H: "，具体时间由检查组在现场检查前24小时内告知",
    NoticeWindow.AT_LEAST_24H: "，具体时间由检查组至少提前24小时告知",
    NoticeWindow.NONE: "",
}


@pytest.mark.parametrize("window", NoticeWindow)
@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([Stage(kind="on_site", name="现场检查", ends_on=date(2025, 11, 15), is_soft=True)], "原则上 2025年11月15日前"),
        (
            [Stage(kind="on_site", name="现场", starts_on=date(2025, 9, 1), ends_on=date(2025, 9, 30))],
            "2025年9月1日至2025年9月30日",
        ),
        ([], "2025年10月31日前"),
    ],
)
def test_period_is_worded_by_the_stage_and_the_notice_window(stages, words, window):
    task = plain_task(notice_window=window)
    dispatched.stages(task.campaign, *stages)

    assert datasets.period_words(task) == words + WINDOWS[window]


def plain_task(**fields):
    """A task without a draw, due on 2025-10-31, of a campaign without stages."""
    campaign = campaigns.campaign("140200-2025-1", by=accounts.lead_officer(), state=CampaignState.DISPATCHED, **fields)
    return campaigns.task(campaigns.line(campaign), institutions.institution())


def test_task_without_any_date_says_when_the_team_comes():
    task = plain_task(notice_window=NoticeWindow.NONE)
    task.due_on = None

    assert datasets.period_words(task) == "以检查组到场时间为准"
