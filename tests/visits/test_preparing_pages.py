"""Planning a visit, its page, the calendar, deliveries, and what the workbench says of them."""

from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import workbench
from accounts.links import links_of
from accounts.models import Role
from campaigns.models import Task
from campaigns.models.campaign import NoticeWindow
from inspectors.models import Inspector
from reports import datasets
from tests.factories import accounts, inspectors, institutions
from tests.selftest import files
from tests.visits import world
from visits import agenda, attending, clashing, delivering, preparing, scheduling
from visits.codes import DeliveryMode, Outcome
from visits.errors import VisitError
from visits.models import Attendee, Delivery, Visit
from visits.states import VisitState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
TOMORROW = timezone.localdate() + timedelta(days=1)
YESTERDAY = timezone.localdate() - timedelta(days=1)
TIMES = {"day": TOMORROW.isoformat(), "starts": "09:00", "ends": "11:30"}


@pytest.fixture
def officer(client):
    client.force_login(world.officer())
    return client


def plan_page(task: Task) -> str:
    return reverse("visits:plan", args=[task.pk])


def page_of(name: str, visit: Visit, *more: int) -> str:
    return reverse(f"visits:{name}", args=[visit.pk, *more])


def links_to(task: Task) -> set[str]:
    """Of those that this room offers for going there."""
    offered = {"安排检查", "现场检查", "登记送达", "需准备的材料"}
    return offered & {link.label for link in links_of(world.officer(), task)}


def words_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_visit_is_planned_from_the_task_with_the_drawn_team(officer):
    task = world.told()

    labels = links_to(task)
    answer = officer.post(plan_page(task), TIMES | {"aware": "on"}, follow=True)

    visit = task.visits.get()
    assert labels == {"安排检查"}
    assert answer.redirect_chain == [(visit.get_absolute_url(), 302)]
    assert timezone.localtime(visit.planned_start).isoformat()[:16] == f"{TOMORROW}T09:00"
    assert {each.inspector for each in visit.attendees.all()} == {each.inspector for each in task.members.all()}
    assert links_to(task) == {"现场检查"}


def test_clash_is_shown_before_saving_and_saved_once_it_was_seen(officer):
    first = world.planned()
    scheduling.move_visit(first, start=at(TOMORROW, 9), end=at(TOMORROW, 12), by=world.officer())
    task = world.told()

    seen = officer.post(plan_page(task), TIMES)
    preview = officer.get(plan_page(task), TIMES, headers={"HX-Request": "true"})
    saved = officer.post(plan_page(task), TIMES | {"aware": "on"})

    assert f"同一时间在{first.task.institution.name}检查" in seen.content.decode()
    assert f"同一时间在{first.task.institution.name}检查" in preview.content.decode()
    assert "<html" not in preview.content.decode()
    assert "aware" in seen.context["form"].errors
    assert (saved.status_code, task.visits.count()) == (302, 1)


def at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": YESTERDAY.isoformat()}, "day"),
        ({"ends": "08:00"}, "ends"),
        ({"last_day": (TOMORROW + timedelta(days=30)).isoformat()}, "last_day"),
        ({"starts": ""}, "starts"),
        ({"day": "明天"}, "day"),
    ],
)
def test_time_that_cannot_be_is_refused_at_its_field(officer, values, field):
    task = world.told()

    answer = officer.post(plan_page(task), TIMES | values)

    assert list(answer.context["form"].errors) == [field]
    assert not task.visits.exists()


def test_planned_task_leads_to_its_visit_and_is_moved_and_cancelled_with_a_reason(officer):
    visit = world.planned()

    again = officer.get(plan_page(visit.task))
    moved = officer.post(page_of("move", visit), TIMES | {"aware": "on"})
    silent = officer.post(page_of("cancel", visit), {"because": " "})
    cancelled = officer.post(page_of("cancel", visit), {"because": "机构停电"}, follow=True)

    visit.refresh_from_db()
    assert again.headers["Location"] == visit.get_absolute_url()
    assert (moved.status_code, silent.status_code) == (302, 200)
    assert (visit.state, visit.cancelled_because) == (VisitState.CANCELLED, "机构停电")
    assert timezone.localdate(visit.planned_start) == TOMORROW
    assert "机构停电" in cancelled.content.decode()
    assert links_to(visit.task) == {"安排检查"}


def test_visit_page_names_what_stands_in_the_way_with_the_rule(officer):
    visit = world.planned(world.notified())
    person = visit.attendees.filter(inspector__bureau_id=world.CITY).first().inspector
    Inspector.objects.filter(pk=person.pk).update(department_certificate_until=YESTERDAY)

    problems = officer.get(visit.get_absolute_url()).context["problems"]

    assert [(each.what, each.source) for each in problems] == [
        ("检查通知书还没有送达。", "《行政处罚法》第四十四条"),
        (f"{person.name}部门执法证已过有效期，不能参加检查。", "《行政处罚法》第四十二条"),
    ]
    assert problems[1].todo == "请更新证件信息，或由牵头单位替换人员。"


def test_visit_page_shows_institution_past_inspections_and_matters(officer):
    past = world.concluded()
    institutions.certificate(past.institution, number="210401130001", valid_until=YESTERDAY)
    visit = world.planned(world.told(world.notified(world.task(past.institution))))

    page = officer.get(visit.get_absolute_url())

    text = page.content.decode()
    assert [(row.certificate.number, row.problem) for row in page.context["certificates"]] == [
        ("210401130001", "检查当天已过有效期")
    ]
    assert [each.task for each in page.context["past"]] == [past]
    assert "原始记录缺少复核签字" in text
    assert [(share.department.pk, [line.title for line in share.lines][:1]) for share in page.context["shares"]] == [
        ("scjg", ["检查事项 scjg"]), ("sthj", ["检查事项 sthj"]),
    ]  # fmt: skip


def test_visit_page_after_the_visit_shows_record_evidence_signatures_and_what_changed(officer):
    visit = world.started()
    world.fill(visit, problems=("block:people",))
    world.photo(visit)
    world.sign_all(visit)
    by = world.team(visit.task)[0]
    entry = visit.entries.get(line="block:legal")
    world.give(visit, "block:legal", by, base=entry.operation_id, answer="problem", facts="地址不一致")
    attending.end_visit(visit, outcome=Outcome.INSPECTED, changes="补充核对地址", by=by)

    page = officer.get(visit.get_absolute_url())

    figures = {each.label: each.value for each in page.context["record"].figures}
    assert figures["发现问题"] == 2
    assert [each.changed for each in page.context["signed"]] == [["法律主体"]] * 3
    assert [kept.evidence.name for kept in page.context["evidence"]] == ["现场.pdf"]
    assert "补充核对地址" in page.content.decode()
    saved = officer.get(reverse("visits:evidence", args=[page.context["evidence"][0].evidence.pk]))
    assert b"".join(saved.streaming_content) == files.PDF


def test_county_names_who_cooperates_and_takes_the_name_back(client):
    task = world.told()
    county = accounts.bureau("scjg:140213")
    Task.objects.filter(pk=task.pk).update(assisting_bureau=county)
    visit = world.planned(Task.objects.get(pk=task.pk))
    client.force_login(accounts.user("county", Role.COUNTY_OFFICER, at="scjg:140213"))

    client.post(page_of("cooperating", visit), {"name": "赵清风", "workplace": "平城区市场监管局"})
    named = visit.attendees.get(name="赵清风")
    kind = named.kind
    empty = client.post(page_of("cooperating", visit), {"name": "", "workplace": ""})
    removed = client.post(page_of("remove", visit, named.pk), follow=True)
    drawn = visit.attendees.first()
    refused = client.post(page_of("remove", visit, drawn.pk), follow=True)

    assert kind == Attendee.Kind.COOPERATING
    assert empty.context["cooperating"].errors.keys() == {"name", "workplace"}
    assert not visit.attendees.filter(name="赵清风").exists()
    assert words_of(removed)[-1:] == ["已移除赵清风。"]
    assert words_of(refused) == ["抽取产生的检查组成员不能直接移除；需要更换的，由牵头单位提请替换。"]
    assert client.get(page_of("move", visit)).status_code == 403


def test_guest_is_found_by_full_name_and_sees_the_visit(officer, client):
    visit = world.planned()
    guest = inspectors.inspector("scjg:140900", user=accounts.user("guest", Role.INSPECTOR, at="scjg:140900"))
    page = page_of("people", visit)

    assert list(officer.get(page).context["rows"]) == []
    assert list(officer.get(page, {"who": guest.name[:1]}).context["rows"]) == []
    found = officer.get(page, {"who": guest.name}).context["rows"]
    officer.post(f"{page}?who={guest.name}", {"inspector": guest.pk})
    client.force_login(guest.user)

    assert found == [(guest, [])]
    assert visit.attendees.get(inspector=guest).kind == Attendee.Kind.GUEST
    assert client.get(visit.get_absolute_url()).status_code == 200
    assert client.get(visit.task.get_absolute_url()).status_code == 404


def test_officer_who_could_have_been_drawn_or_is_recused_is_no_guest():
    visit = world.planned()
    colleague, stranger = world.inspector(3), inspectors.inspector("scjg:140900")
    inspectors.conflict(stranger, visit.task.institution)

    with pytest.raises(VisitError, match="由随机抽取产生"):
        scheduling.add_guest(visit, colleague, by=world.officer())
    with pytest.raises(VisitError, match=r"回避关系.*第四十三条"):
        scheduling.add_guest(visit, stranger, by=world.officer())


def test_county_without_a_drawn_team_sends_its_own_officers(officer):
    task = world.task(partner="")
    task.members.all().delete()
    visit = world.planned(world.told(world.notified(task)))
    page = page_of("people", visit)

    rows = officer.get(page).context["rows"]
    for inspector, _ in rows:
        officer.post(page, {"inspector": inspector.pk})

    assert {each.inspector: each.kind for each in visit.attendees.all()} == {
        world.inspector(1): "officer", world.inspector(2): "officer",
    }  # fmt: skip
    assert visit.attendees.get(is_leader=True).inspector == world.inspector(1)
    assert scheduling.certificate_problems(visit.attendees.all(), TOMORROW) == []
    task = datasets.with_notice(Task.objects.filter(pk=visit.task_id)).get()
    names = [each.name for each in datasets.inspection_notice(task, site="", made_by=world.officer()).team]
    assert names == [each.name for each in visit.attendees.all()]


def test_leader_is_one_who_can_lead_and_enforces(officer):
    visit = world.planned()
    leader = visit.attendees.get(is_leader=True)
    other = visit.attendees.filter(inspector__can_lead=True, is_leader=False).get()
    unable = visit.attendees.filter(inspector__can_lead=False).get()

    refused = officer.post(page_of("leader", visit, unable.pk), follow=True)
    officer.post(page_of("leader", visit, other.pk))

    assert words_of(refused) == [f"名录库未登记{unable.name}可任组长，请在可任组长的人员中选择。"]
    assert visit.attendees.get(is_leader=True) == other != leader


def test_team_that_was_substituted_is_taken_over(officer):
    visit = world.planned(world.told(partner=""))
    member = visit.task.members.order_by("position").last()
    gone, comes = member.inspector, world.inspector(3)
    scheduling.name_cooperating(visit, "赵清风", "平城区市场监管局", by=world.officer())
    member.inspector = comes
    member.save()

    before = officer.get(visit.get_absolute_url())
    officer.post(page_of("renew", visit))

    assert before.context["is_outdated"]
    assert {each.name for each in visit.attendees.all()} == {world.inspector(1).name, comes.name, "赵清风"}
    assert gone.name not in officer.get(visit.get_absolute_url()).content.decode()
    assert visit.attendees.filter(is_leader=True).count() == 1


def test_delivery_in_the_minute_of_the_notice_is_entered_as_the_form_proposes_it(officer):
    task = world.notified(hours_ago=0)
    page = reverse("visits:deliver", args=[task.pk])
    now = timezone.localtime(task.notice.issued_at).strftime("%Y-%m-%dT%H:%M")

    before = officer.post(page, {"mode": "in_person", "told_at": "2026-01-01T09:00", "received_by": "高振华"})
    taken = officer.post(page, {"mode": "in_person", "told_at": now, "received_by": "高振华"})

    assert dict(before.context["form"].errors) == {"told_at": ["送达时间不能早于通知书签发时间。"]}
    assert taken.status_code == 302
    assert Delivery.objects.get().received_by == "高振华"


def test_delivery_is_entered_with_its_proof_and_what_proves_nothing_is_refused(officer):
    task = world.notified()
    page = reverse("visits:deliver", args=[task.pk])
    moment = timezone.localtime(timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    left = {"mode": "left", "told_at": moment, "words": "拒收"}
    proof = SimpleUploadedFile("现场.exe", b"MZ")

    refused = officer.post(page, left)
    strange = officer.post(page, left | {"witness": "李四", "proof": proof})
    electronic = officer.post(page, left | {"mode": "electronic"})
    taken = officer.post(page, left | {"witness": "李四", "proof": SimpleUploadedFile("回证.pdf", files.PDF)})

    assert dict(refused.context["form"].errors) == {"witness": ["留置送达须有见证人。"]}
    assert list(strange.context["form"].errors) == ["proof"]
    assert list(electronic.context["form"].errors) == ["mode"]
    delivery = Delivery.objects.get()
    assert (taken.status_code, delivery.mode, delivery.witness) == (302, DeliveryMode.LEFT, "李四")
    saved = officer.get(reverse("visits:delivery_proof", args=[delivery.pk]))
    assert b"".join(saved.streaming_content) == files.PDF


@pytest.mark.parametrize("route", ["campaigns:task", "reports:notice"])
def test_institution_that_opens_its_notice_is_told_once_and_regulators_are_not(client, route):
    task = world.notified()
    page = reverse(route, args=[task.pk])
    client.force_login(world.officer())
    client.get(page)
    none = Delivery.objects.count()

    client.force_login(world.head(task))
    for _ in range(2):
        assert client.get(page).status_code == 200

    delivery = Delivery.objects.get()
    assert none == 0
    assert (delivery.mode, delivery.entered_by) == (DeliveryMode.ELECTRONIC, world.head(task))


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (NoticeWindow.WITHIN_24H, "之后、检查开始之前送达"),
        (NoticeWindow.AT_LEAST_24H, "之前送达"),
        (NoticeWindow.NONE, ""),
    ],
)
def test_window_is_told_before_the_notice_is_delivered(window, words):
    visit = world.planned(world.notified(notice_window=window))

    advice = scheduling.window_advice(visit)

    assert advice.endswith(words) if words else advice == ""
    delivering.read(visit.task.notice, by=world.head(visit.task))
    assert scheduling.window_advice(visit) == ""


def test_visit_planned_too_soon_after_its_notice_is_warned_about(officer):
    task = world.told(notice_window=NoticeWindow.AT_LEAST_24H)
    soon = timezone.localtime() + timedelta(hours=1)
    visit = scheduling.plan_visit(task, start=soon, end=soon + timedelta(hours=1), by=world.officer())

    page = officer.get(visit.get_absolute_url())

    assert page.context["window"].startswith("本次活动要求至少提前24小时告知")
    assert "开始检查时须写明理由" in page.content.decode()


def test_materials_stand_in_the_notice_and_are_fixed_with_it(officer):
    task = world.task()
    page = reverse("visits:preparation", args=[task.pk])

    officer.post(page, {"materials": "质量手册\n\n  设备台账 ", "contact": world.ECOLOGY})
    world.notified(task)
    read = datasets.with_notice(Task.objects.filter(pk=task.pk)).get()
    notice = datasets.inspection_notice(read, site="", made_by=world.officer())
    late = officer.post(page, {"materials": "别的"})

    assert notice.materials == ("质量手册", "设备台账")
    assert notice.contact.name == "大同市生态环境局"
    assert "不能再修改" in late.content.decode()
    assert preparing.materials_of(Task.objects.get(pk=task.pk)) == ["质量手册", "设备台账"]


def test_notice_without_own_materials_names_the_usual_ones_and_the_organising_bureau():
    task = world.notified()

    read = datasets.with_notice(Task.objects.filter(pk=task.pk)).get()
    notice = datasets.inspection_notice(read, site="", made_by=world.officer())

    assert notice.materials == preparing.USUAL_MATERIALS
    assert notice.contact.name == "大同市市场监管局"


def test_calendar_shows_the_month_with_clashes_and_tasks_without_a_day(officer):
    first, waiting = world.planned(), world.task()
    second = scheduling.plan_visit(world.told(), start=first.planned_start, end=first.planned_end, by=world.officer())

    page = officer.get(reverse("visits:calendar"))

    today = next(day for day in page.context["days"] if day.is_today)
    assert [each.visit for each in today.visits] == [first, second]
    assert all(each.clashes for each in today.visits)
    assert list(page.context["unplanned"]) == [waiting]
    assert len(page.context["days"]) % 7 == 0
    elsewhere = officer.get(reverse("visits:calendar"), {"month": "2031-02", "whose": "all"})
    assert (elsewhere.context["month"].year, elsewhere.context["count"]) == (2031, 0)
    assert officer.get(reverse("visits:calendar"), {"month": "1/2", "whose": "nobody"}).context["whose"] == "own"


def test_place_of_a_visit_that_one_does_not_see_is_not_named():
    first = world.planned()
    person = first.attendees.filter(inspector__bureau_id=world.CITY).first().inspector
    stranger = accounts.lead_officer("xinzhou", at="scjg:140900")
    going = clashing.Going(None, world.task(), first.planned_start, first.planned_end, {person.pk: person.name})

    found = clashing.clashes([going], seen_by=stranger)[0]

    assert clashing.Clash(person.name, "同一时间另有检查安排") in found
    assert first.task.institution.name not in str(found)


def test_calendar_takes_the_same_queries_for_any_number_of_visits(officer):
    world.planned()
    count_queries(officer)  # the first request of a session also writes it
    one = count_queries(officer)
    for _ in range(3):
        now = timezone.now()
        scheduling.plan_visit(world.told(), start=now, end=now + timedelta(hours=1), by=world.officer())

    assert count_queries(officer) == one


def count_queries(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("visits:calendar"))
    return len(captured)


def test_workbench_tells_what_to_plan_whom_to_tell_and_where_to_go():
    to_tell, to_plan = world.notified(), world.task()
    visit = world.planned()

    officers = {todo.button: todo for todo in workbench.todos_of(world.officer())}
    inspector = [todo.url for todo in workbench.todos_of(world.team(visit.task)[0])]

    assert officers["去安排"].text == "2 项检查任务还没有安排检查时间"
    assert officers["登记送达"].url == reverse("visits:deliver", args=[to_tell.pk])
    assert visit.get_absolute_url() in [todo.url for todo in workbench.todos_of(world.officer())]
    assert visit.get_absolute_url() in inspector
    assert to_plan in agenda.unplanned(world.officer())


def test_notice_is_to_be_delivered_by_the_day_of_its_visit_and_that_comes_first():
    late, planned = world.notified(), world.notified()
    Task.objects.update(due_on=TOMORROW)
    world.planned(planned)

    told = agenda.untold(world.officer(), 5)

    assert list(told) == [(planned, timezone.localdate()), (late, TOMORROW)]


def test_institution_finds_no_visit_and_no_calendar(client):
    visit = world.planned()
    client.force_login(world.head(visit.task))

    assert client.get(visit.get_absolute_url()).status_code == 403
    assert client.get(reverse("visits:calendar")).status_code == 403
