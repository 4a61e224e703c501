"""Boards, funnel, workload and dossier: each number is that of the rows it opens."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from campaigns.models import Task
from tests.factories import accounts, campaigns
from tests.visits import world
from visits import boards, referring
from visits.codes import MeasureKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def some_of_everything() -> Task:
    """A task that waits, one handed in, and one concluded with a measure, an order and a referral."""
    Task.objects.filter(pk=world.task().pk).update(due_on=timezone.localdate() - timedelta(days=1))
    world.handed_in()
    task = world.concluded()
    world.measure(task, MeasureKind.REVOCATION)
    world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY)
    world.ordered(task)
    for sender, receiver in ((world.CITY, world.ECOLOGY), (world.ECOLOGY, world.CITY)):
        referring.refer(
            task, subject="某设备公司", text="软件可改数据", due_on=timezone.localdate() + timedelta(days=9),
            receiver=accounts.bureau(receiver), sender=accounts.bureau(sender), by=world.officer(sender),
        )  # fmt: skip
    return task


def test_each_number_of_the_board_opens_as_many_rows():
    some_of_everything()
    client = client_of(world.officer())

    page = client.get("/board/")
    stats = [stat for _, group in page.context["groups"] for stat in group]
    opened = {stat["label"]: client.get(stat["url"]).context["table"].paginator.count for stat in stats}

    assert opened == {stat["label"]: stat["value"] for stat in stats}
    assert {label: value for label, value in opened.items() if value} == {
        "待检查的任务": 1, "逾期未检查": 1, "待审核的结果": 2, "待决定的处理措施": 1, "待反馈的线索": 1,
    }  # fmt: skip


def test_board_says_whom_it_waits_for_and_opens_what():
    some_of_everything()
    client = client_of(world.officer())

    waits = client.get("/board/").context["waits"]
    opened = [client.get(url).context["table"].paginator.count for _, _, url in waits]

    assert {(wait.name, wait.what, wait.count, wait.late) for wait, _, _ in waits} == {
        ("大同市生态环境局", "measures", 1, 0),
        ("大同市生态环境局", "referrals", 1, 0),
        ("被检查机构", "rectifications", 1, 0),
    }
    assert opened == [wait.count for wait, _, _ in waits]


def test_measure_that_waits_for_another_bureau_says_so():
    some_of_everything()

    page = client_of(world.officer()).get("/board/rows/measures_to_decide/").content.decode()

    assert "大同市生态环境局决定罚款" in page


def test_board_costs_the_same_with_many_rows():
    client = client_of(world.officer())
    world.concluded()
    addresses = ("/board/", "/board/rows/tasks_due/", "/board/rows/results_to_review/")

    def queries() -> list[int]:
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            found.append(len(asked))
        return found

    some_of_everything()
    queries()  # what a first request asks once is not counted
    few = queries()
    some_of_everything()

    assert queries() == few


def test_supervisors_and_leads_choose_a_bureau_below_and_nobody_one_elsewhere():
    some_of_everything()
    for code in ("scjg:140213", "scjg:140900"):
        accounts.bureau(code)
    province = accounts.user("shanxi", Role.LEAD_OFFICER, at="scjg:140000")
    supervisor = accounts.user("watch", Role.SUPERVISOR, at=world.CITY)
    county = accounts.user("county", Role.COUNTY_OFFICER, at="scjg:140213")

    names = [bureau.pk for bureau in client_of(province).get("/board/").context["bureaus"]]
    of_city = client_of(province).get(f"/board/?bureau={world.CITY}")

    assert names == ["scjg:140000", "scjg:140200", "scjg:140213", "scjg:140900"]
    assert dict(of_city.context["groups"])["现场检查"][0]["value"] == 1
    assert client_of(supervisor).get("/board/?bureau=scjg:140213").status_code == 200
    assert client_of(supervisor).get("/board/?bureau=scjg:140900").status_code == 404
    assert client_of(county).get(f"/board/?bureau={world.CITY}").status_code == 404
    assert client_of(province).get("/board/rows/nothing/").status_code == 404
    assert client_of(province).get("/board/awaited/nothing/").status_code == 404


def test_funnel_of_a_campaign_counts_and_opens_its_tasks():
    task = world.concluded()
    client = client_of(world.officer())
    page = client.get(f"/campaigns/{task.campaign_id}/progress/")
    stages = page.context["stages"]
    opened = [client.get(stage.url).context["table"].paginator.count for stage in stages]
    of_bureau = client.get(page.context["bureaus"][0]["cells"][0][1])

    assert [stage.count for stage in stages] == opened == [1, 1, 1, 1, 1, 0]
    assert [(row["name"], [count for count, _ in row["cells"]]) for row in page.context["bureaus"]] == [
        ("大同市市场监管局", [1, 1, 1, 1, 1, 0])
    ]
    assert of_bureau.context["table"].paginator.count == 1
    assert client.get(f"/campaigns/{task.campaign_id}/progress/nothing/").status_code == 404


def test_campaign_leads_to_its_progress_once_drawn():
    drawn = world.task().campaign
    draft = campaigns.campaign("140200-draft", by=world.officer())
    client = client_of(world.officer())

    pages = [client.get(f"/campaigns/{each.pk}/").content.decode() for each in (draft, drawn)]

    assert [f"/campaigns/{each.pk}/progress/" in page for each, page in zip((draft, drawn), pages, strict=True)] == [
        False, True
    ]  # fmt: skip


def test_workload_is_of_the_year_of_the_campaign():
    visit = world.ended()
    year = visit.task.campaign.year
    client = client_of(world.officer())

    page = client.get(f"/board/workload/?year={year}")
    other = client.get(f"/board/workload/?year={year - 1}")

    names = sorted(each.name for each in visit.attendees.all() if each.inspector.bureau_id == world.CITY)
    assert sorted(load[1:] for load in page.context["loads"]) == [(name, 1, 0) for name in names]
    assert other.context["loads"] == []
    assert client.get("/board/workload/?year=xx").status_code == 200


def test_number_of_an_officer_opens_the_visits_for_those_who_see_the_bureau():
    visit = world.ended()
    officer = visit.attendees.filter(inspector__bureau=world.CITY).first().inspector
    address = f"/board/workload/{officer.pk}/?year={visit.task.campaign.year}"

    page = client_of(world.officer()).get(address)

    assert [row.url for row in page.context["table"].data] == [visit.get_absolute_url()]
    assert client_of(world.officer()).get("/board/workload/").context["chart"]["urls"][0].startswith("/board/workload/")
    assert list(boards.visits_of(officer, visit.task.campaign.year - 1)) == []
    assert client_of(world.officer(world.ECOLOGY)).get(address).status_code == 404


def test_two_officers_of_one_name_are_counted_apart():
    visit = world.ended()
    for each in visit.attendees.all():
        type(each.inspector).objects.filter(pk=each.inspector_id).update(name="张明")

    loads = [load[1:] for load in boards.loads_of(accounts.bureau(world.CITY), visit.task.campaign.year)]

    assert loads == [("张明", 1, 0), ("张明", 1, 0)]


def test_dossier_shows_regulators_all_and_the_institution_what_it_was_told():
    task = world.concluded()
    world.measure(task, MeasureKind.INTERVIEW)
    order = world.ordered(task)
    address = f"/institutions/{task.institution_id}/dossier/"

    seen = client_of(world.officer()).get(address).content.decode()
    own = client_of(world.head(task)).get(address).content.decode()
    link = client_of(world.officer()).get(f"/institutions/{task.institution_id}/").content.decode()

    for words in ("原始记录缺少复核签字", order.number, "发现问题已责令改正", "约谈"):
        assert words in seen
    assert f'href="{order.get_absolute_url()}"' in seen
    assert f'href="/my/rectifications/{order.pk}/"' in own
    assert order.number in own
    assert "约谈" not in own
    assert address in link


def test_dossier_of_an_institution_elsewhere_is_not_found():
    task = world.concluded()
    stranger = accounts.user("xinzhou", Role.LEAD_OFFICER, at="scjg:140900")

    assert client_of(stranger).get(f"/institutions/{task.institution_id}/dossier/").status_code == 404
