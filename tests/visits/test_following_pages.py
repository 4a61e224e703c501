from datetime import timedelta
from decimal import Decimal
from http import HTTPStatus

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
from institutions.models import Representative
from tests.factories import accounts
from tests.selftest import files
from tests.visits import world
from visits import measures, rectifying
from visits.codes import MeasureKind
from visits.models import Extension, Measure, Rectification, RectificationReport
from visits.rectifying import Way
from visits.states import MeasureState, RectificationState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

TODAY = timezone.localdate


def page(name: str, *args: object) -> str:
    return reverse(f"visits:{name}", args=args)


@pytest.fixture
def officer(client):
    client.force_login(world.officer())
    return client


def as_head(client, task: Task):
    client.force_login(world.head(task))
    return client


def counting() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)


def words_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def given_order(task: Task, **values: object) -> dict[str, object]:
    return {
        "findings": [world.finding(task).pk], "demands": "补齐签字\n补齐记录", "due_on": TODAY() + timedelta(days=30),
        **values,
    }  # fmt: skip


# the task's page


def test_page_of_a_task_shows_what_follows_from_each_finding_and_what_waits(officer):
    task = world.concluded()
    fine = world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY)
    revocation = world.measure(task, MeasureKind.REVOCATION)
    order = world.ordered(Task.objects.get(pk=task.pk))

    answer = officer.get(page("task_measures", task.pk))

    [row] = answer.context["findings"]
    assert [each.measure for each in row.measures] == [fine, revocation]
    assert row.rectifications == [order]
    assert [each.waiting for each in answer.context["measures"]] == ["", "等待大同市生态环境局决定罚款"]
    assert answer.context["may"] == {"propose": True, "order": True}
    assert not [each for each in answer.context["awaited"] if "问题" in each.what]


def test_finding_that_nothing_follows_from_is_pointed_out(officer):
    task = world.concluded()

    awaited = officer.get(page("task_measures", task.pk)).context["awaited"]
    assert ("处理 1 个问题：责令整改或者提出处理措施", "大同市市场监管局") in [
        (each.what, each.whom) for each in awaited
    ]


def test_before_the_result_is_concluded_nothing_can_be_begun(officer):
    task = world.reviewed()

    answer = officer.get(page("task_measures", task.pk))
    refused = officer.post(page("rectification_order", task.pk), given_order(task))

    assert answer.context["may"] == {"propose": False, "order": False}
    assert "检查结果认定后，才能责令整改" in answer.content.decode()
    assert refused.context["form"].non_field_errors() == ["检查结果认定后才能责令整改。"]


def test_task_leads_here_once_its_result_is_concluded():
    task = world.concluded()
    before = links_of(world.head(task), task)
    order = world.ordered(task)

    for user, label in ((world.officer(), "处理与整改"), (world.head(task), "整改")):
        assert label in [link.label for link in links_of(user, order.task)]
    assert "整改" not in [link.label for link in before]


def test_page_asks_the_same_queries_for_one_measure_and_for_many(officer):
    one, many = world.concluded(), world.concluded()
    world.measure(one, MeasureKind.FINE)
    for kind in (MeasureKind.FINE, MeasureKind.REVOCATION, MeasureKind.ORDER, MeasureKind.INTERVIEW):
        world.measure(many, kind)
    for task in (one, many):
        world.ordered(task)
    officer.get(page("task_measures", one.pk))

    counts = []
    for task in (one, many):
        with counting() as counted:
            officer.get(page("task_measures", task.pk))
        counts.append(len(counted))

    assert counts[0] == counts[1]


# measures


def test_officer_proposes_decides_and_carries_out(officer):
    task = world.concluded()
    given = {"findings": [world.finding(task).pk], "kind": "fine", "bureau": world.CITY, "words": "依法处罚"}

    officer.post(page("measure_propose", task.pk), given)
    measure = Measure.objects.get()
    form = officer.get(page("measure", measure.pk)).context["asked"][0][0]
    officer.post(
        page("measure_decide", measure.pk), {"decided_on": TODAY(), "document_number": "1号", "amount": "30000.50"}
    )
    officer.post(page("measure_carry_out", measure.pk), {"done_on": TODAY()})

    measure = Measure.objects.get()
    assert list(form.fields) == ["decided_on", "document_number", "amount"]
    assert (measure.state, measure.amount, measure.document_number, measure.target) == (
        MeasureState.DONE, Decimal("30000.50"), "1号", "institution",
    )  # fmt: skip


def test_measure_against_a_person_names_person_and_post(officer):
    task = world.concluded()
    given = {
        "findings": [world.finding(task).pk], "kind": "industry_ban", "bureau": world.CITY, "person": "高振华",
        "post": "技术负责人",
    }  # fmt: skip

    nameless = officer.post(page("measure_propose", task.pk), {**given, "person": ""})
    officer.post(page("measure_propose", task.pk), given)
    measure = Measure.objects.get()
    form = officer.get(page("measure", measure.pk)).context["asked"][0][0]

    assert nameless.context["form"].non_field_errors() == ["行业禁入针对个人，请填写当事人。"]
    assert (measure.person, measure.post, measure.target) == ("高振华", "技术负责人", "person")
    assert list(form.fields) == ["decided_on", "document_number", "ends_on"]


def test_waiting_measure_cannot_be_decided_but_dropped(officer):
    task = world.concluded()
    world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY)
    measure = world.measure(task, MeasureKind.REVOCATION)

    answer = officer.get(page("measure", measure.pk))
    refused = officer.post(page("measure_decide", measure.pk), {"decided_on": TODAY(), "document_number": "1号"})
    officer.post(page("measure_drop", measure.pk), {"words": "另案处理"})

    assert "等待大同市生态环境局决定罚款" in answer.content.decode()
    assert [route for _, route, *_ in answer.context["asked"]] == ["visits:measure_drop"]
    assert words_of(refused) == ["须先办理大同市生态环境局的罚款，再办理撤销资质认定。"]
    assert Measure.objects.get(pk=measure.pk).state == MeasureState.DROPPED


def test_bureau_that_does_not_see_the_task_decides_on_the_page_of_its_measure(client):
    task = world.concluded()
    measure = world.measure(task, MeasureKind.POLICE, bureau="ga:140200")
    client.force_login(world.officer("ga:140200"))

    answer = client.get(page("measure", measure.pk))
    client.post(page("measure_decide", measure.pk), {"decided_on": TODAY(), "document_number": "公1号"})

    assert not answer.context["sees_task"]
    assert client.get(page("task_measures", task.pk)).status_code == HTTPStatus.NOT_FOUND
    assert Measure.objects.get().state == MeasureState.DECIDED


def test_list_shows_the_own_bureau_first_and_each_counter_opens_its_rows(officer):
    task = world.concluded()
    own, theirs = world.measure(task), world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY)

    answer = officer.get(page("measures"))
    everybody = officer.get(page("measures"), {"bureau": ""})
    fines = officer.get(page("measures"), {"bureau": "", "kind": "fine", "campaign": task.campaign_id})

    def rows(answer) -> list[Measure]:
        return [row.record for row in answer.context["table"].paginated_rows]

    assert rows(answer) == [own]
    assert set(rows(everybody)) == {own, theirs}
    assert rows(fines) == [theirs]
    for stat in [*answer.context["stats"], *everybody.context["stats"]]:
        assert len(rows(officer.get(stat["url"]))) == stat["value"]


def test_list_tells_what_waits_for_what(officer):
    task = world.concluded()
    world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY)
    world.measure(task, MeasureKind.REVOCATION)

    assert "等待大同市生态环境局决定罚款" in officer.get(page("measures")).content.decode()


# rectifications


def test_officer_orders_in_the_name_of_the_own_bureau(officer):
    task = world.concluded()

    form = officer.get(page("rectification_order", task.pk)).context["form"]
    officer.post(page("rectification_order", task.pk), given_order(task))

    order = Rectification.objects.get()
    assert form.initial["findings"] == [world.finding(task).pk]
    assert (order.bureau_id, order.state, order.ordered_by) == (world.CITY, "ordered", world.officer())
    answer = officer.get(page("rectification", order.pk))
    assert answer.context["demands"] == ["补齐签字", "补齐记录"]
    assert "verifying" not in answer.context


def test_report_is_verified_on_paper_and_what_is_not_enough_goes_back(officer):
    order = world.ordered()
    head = world.head(order.task)
    report = rectifying.report_rectified(order, text="已补齐", by=head)

    unsaid = officer.post(page("rectification_verify", report.pk), {"is_verified": "0", "way": "paper"})
    nothing = officer.post(page("rectification_verify", report.pk), {})
    officer.post(page("rectification_verify", report.pk), {"is_verified": "0", "way": "paper", "words": "缺照片"})
    returned = Rectification.objects.get().state
    again = rectifying.report_rectified(order, text="补了照片", by=head)
    officer.post(page("rectification_verify", again.pk), {"is_verified": "1", "way": "paper"})

    assert unsaid.context["verifying"].non_field_errors() == ["整改不到位须写明意见。"]
    assert set(nothing.context["verifying"].errors) == {"is_verified", "way"}
    assert returned == RectificationState.RETURNED
    assert Rectification.objects.get().state == RectificationState.VERIFIED
    assert [each.is_verified for each in RectificationReport.objects.order_by("pk")] == [False, True]


def test_verification_on_site_offers_to_plan_the_revisit_and_asks_for_it(officer):
    order = world.ordered()
    report = rectifying.report_rectified(order, text="已补齐", by=world.head(order.task))

    answer = officer.get(page("rectification", order.pk))
    refused = officer.post(page("rectification_verify", report.pk), {"is_verified": "1", "way": "visit"})

    assert answer.context["plan_url"] == f"{page('plan', order.task_id)}?kind=again"
    assert refused.context["verifying"].non_field_errors() == ["现场复查须关联该任务已结束的复查记录。"]


@pytest.mark.parametrize(("grant", "is_granted"), [("1", True), ("0", False)])
def test_extension_is_decided_by_the_button(officer, grant, is_granted):
    order = world.ordered()
    until = order.due_on + timedelta(days=10)
    asked = rectifying.ask_extension(order, until=until, reason="采购", by=world.head(order.task))

    officer.post(page("extension_decide", asked.pk), {"grant": grant, "words": "见复函"})

    assert Extension.objects.get().is_granted is is_granted
    assert Rectification.objects.get().due_on == (until if is_granted else order.due_on)


def overdue(order: Rectification, days: int = 5) -> Rectification:
    Rectification.objects.filter(pk=order.pk).update(due_on=TODAY() - timedelta(days=days))
    rectifying.escalate_overdue()
    return Rectification.objects.get(pk=order.pk)


def test_overdue_comes_first_in_the_list_and_what_is_done_last(officer):
    done, later, late = world.ordered(), world.ordered(), overdue(world.ordered())
    report = rectifying.report_rectified(done, text="已补齐", by=world.head(done.task))
    rectifying.verify(report, is_verified=True, way=Way.ON_PAPER, by=world.officer())

    answer = officer.get(page("rectifications"))

    assert [row.record for row in answer.context["table"].paginated_rows] == [late, later, done]
    figures = {stat["label"]: stat["value"] for stat in answer.context["stats"]}
    assert figures == {
        "整改中": 2, "逾期": 1, "七天内到期": 0, "待复查": 0, "待决定的延期": 0, "已整改到位": 1,
    }  # fmt: skip
    for stat in answer.context["stats"]:
        assert len(officer.get(stat["url"]).context["table"].rows) == stat["value"]
    assert "已上报牵头单位" in answer.content.decode()
    assert "已上报大同市市场监督管理局" in officer.get(page("rectification", late.pk)).content.decode()


@pytest.mark.parametrize("name", ["measures", "rectifications"])
def test_lists_ask_the_same_queries_for_any_number(officer, name):
    def fill() -> None:
        task = world.concluded()
        world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY)
        world.measure(task, MeasureKind.REVOCATION)
        world.ordered(task)

    fill()
    officer.get(page(name))
    counts = []
    for more in range(2):
        with counting() as counted:
            officer.get(page(name))
        counts.append(len(counted))
        if not more:
            fill()
            fill()

    assert counts[0] == counts[1] <= 20


# the institution


def test_institution_reports_with_evidence_and_gets_it_back(client):
    order = world.ordered()
    as_head(client, order.task)

    client.post(
        page("rectification_report", order.pk),
        {"text": "已补齐", "file": SimpleUploadedFile("整改.pdf", files.PDF)},
    )

    report = RectificationReport.objects.get()
    assert (report.text, report.file_name) == ("已补齐", "整改.pdf")
    answer = client.get(page("rectification_file", report.pk))
    assert b"".join(answer.streaming_content) == files.PDF
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "等待监管部门复查" in client.get(page("own_rectification", order.pk)).content.decode()


def test_file_that_is_not_what_it_says_is_refused_and_nothing_is_reported(client):
    order = world.ordered()
    as_head(client, order.task)
    file = SimpleUploadedFile("整改.pdf", b"MZ program")

    answer = client.post(page("rectification_report", order.pk), {"text": "已补齐", "file": file})

    assert "文件内容与扩展名 .pdf 不符" in answer.context["reporting"].non_field_errors()[0]
    assert RectificationReport.objects.count() == 0
    assert Rectification.objects.get().state == RectificationState.ORDERED


def test_institution_asks_for_an_extension_and_reads_the_answer(client):
    order = world.ordered()
    as_head(client, order.task)
    until = order.due_on + timedelta(days=10)

    early = client.post(page("extension_ask", order.pk), {"until": order.due_on, "reason": "采购"})
    client.post(page("extension_ask", order.pk), {"until": until, "reason": "采购"})
    waiting = client.get(page("own_rectification", order.pk))
    rectifying.decide_extension(Extension.objects.get(), grant=False, words="影响安全", by=world.officer())
    answered = client.get(page("own_rectification", order.pk)).content.decode()

    assert "延期应晚于现在的期限" in early.context["asking"].non_field_errors()[0]
    assert "asking" not in waiting.context
    assert "已经申请延期" in waiting.content.decode()
    assert f"不同意延期至 {until}" in answered
    assert "影响安全" in answered


def test_institution_sees_why_its_report_was_not_enough(client):
    order = world.ordered()
    report = rectifying.report_rectified(order, text="已补齐", by=world.head(order.task))
    rectifying.verify(report, is_verified=False, way=Way.ON_PAPER, words="缺照片", by=world.officer())

    text = as_head(client, order.task).get(page("own_rectification", order.pk)).content.decode()

    assert "整改不到位" in text
    assert "缺照片" in text
    assert "报告整改完成" in text


def test_institution_sees_only_its_own_orders_and_decisions(client):
    order, other = world.ordered(), world.ordered()
    measure = world.measure(order.task, MeasureKind.INTERVIEW)
    measures.decide_measure(measure, decided_on=TODAY(), by=world.officer())
    world.measure(order.task, MeasureKind.FINE)

    answer = as_head(client, order.task).get(page("own_rectifications"))

    assert [row[0] for row in answer.context["open_ones"]] == [order]
    assert list(answer.context["measures"]) == [measure]
    assert client.get(page("own_rectification", other.pk)).status_code == HTTPStatus.NOT_FOUND


# the workbench


def texts_of(user, about: str = "") -> list[str]:
    return [todo.text for todo in workbench.todos_of(user) if about in todo.text]


def test_officers_find_what_waits_for_them():
    task = world.concluded()
    world.measure(task, MeasureKind.FINE, bureau=world.ECOLOGY)
    world.measure(task, MeasureKind.REVOCATION)
    order = world.ordered(task)
    head = world.head(task)
    rectifying.ask_extension(order, until=order.due_on + timedelta(days=9), reason="采购", by=head)

    before = texts_of(world.officer())
    rectifying.report_rectified(order, text="已补齐", by=head)
    overdue(order)
    after = texts_of(world.officer())

    assert f"{task.institution.name}申请整改延期至 {order.due_on + timedelta(days=9):%Y-%m-%d}" in before
    assert not any("处理措施等待作出决定" in text for text in before)
    assert "1 家次机构已报告整改，等待复查" in after
    assert "1 项整改已经逾期" in after
    assert "1 项处理措施等待作出决定" in texts_of(world.officer(world.ECOLOGY))


def test_lead_bureau_learns_of_what_is_overdue_elsewhere():
    task = world.concluded()
    ecology = world.officer(world.ECOLOGY)
    order = rectifying.order_rectification(
        task, bureau=ecology.bureau, findings=[world.finding(task)], demands="改", due_on=TODAY() + timedelta(days=9),
        by=ecology,
    )  # fmt: skip
    overdue(order)

    assert "配合部门和下级有 1 项整改逾期，已上报" in texts_of(world.officer())
    assert "1 项整改已经逾期" in texts_of(ecology)


def test_institution_is_asked_until_it_reported_and_again_when_it_goes_back():
    order = world.ordered()
    head = world.head(order.task)
    clerk = accounts.user("clerk", Role.INSTITUTION_CLERK)
    Representative.objects.create(institution=order.task.institution, user=clerk, role=Role.INSTITUTION_CLERK)
    name = f"{order.task.institution.name}：{order.number}"

    asked = texts_of(clerk, order.number)
    report = rectifying.report_rectified(order, text="已补齐", by=head)
    running = [each.text for each in workbench.running_of(head) if order.number in each.text]
    waiting = (texts_of(head, order.number), running)
    rectifying.verify(report, is_verified=False, way=Way.ON_PAPER, words="缺照片", by=world.officer())

    assert asked == [f"{name} 请按期整改并报告"]
    assert waiting == ([], [name])
    assert texts_of(head, order.number) == [f"{name} 复查认为整改不到位，请继续整改"]
