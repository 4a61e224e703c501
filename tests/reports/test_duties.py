"""What bureaus report to those above: given as the notice says, handed in, signed for or sent back, reminded of, packed."""

import hashlib
import io
import zipfile
from datetime import date, datetime, timedelta

import openpyxl
import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Bureau, Region, Role, User
from accounts.workbench import todos_of
from campaigns.models import Campaign, Stage
from campaigns.states import CampaignState
from jobs.models import Job
from jobs.running import run_job
from reports.duties import assigning, reminding, submitting
from reports.duties.assembling import LIST, SUMS
from reports.duties.errors import DutyError
from reports.models import DutyKind, DutyReminder, ReportingDuty, SubmissionFile
from tests.factories import accounts, campaigns, institutions
from tests.selftest import files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

SUNDAY = date(2024, 12, 8)


def lead(at: str = "scjg:140000") -> User:
    return User.objects.filter(username=f"lead-{at[5:]}").first() or accounts.user(
        f"lead-{at[5:]}", Role.LEAD_OFFICER, at=at, email=f"{at[5:]}@example.com"
    )


def campaign(**fields: object) -> Campaign:
    """Of the province; two cities below."""
    accounts.bureau("scjg:140200"), accounts.bureau("scjg:140900")
    return campaigns.campaign("140000-2024-1", by=lead(), year=2024, document_number="晋市监发〔2024〕193号", **fields)


def ministry() -> Bureau:
    nation = Region.objects.create(code="000000", name="全国", level="nation")
    accounts.region("140000")
    Region.objects.filter(pk="140000").update(parent=nation)
    names = {"name": "国家市场监督管理总局", "short_name": "市场监管总局"}
    return Bureau.objects.create(code="scjg:000000", region=nation, department=accounts.department(), **names)


def moment(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def given(**fields: object) -> list[ReportingDuty]:
    return assigning.assign_duties(campaign(blueprint="shanxi-2024", **fields), by=lead())


def duty_of(bureau: str, kind: DutyKind = DutyKind.SUMMARY) -> ReportingDuty:
    return ReportingDuty.objects.get(sender=bureau, kind=kind)


def datong() -> User:
    return lead("scjg:140200")


def handed_in(day: date = SUNDAY) -> ReportingDuty:
    duty = duty_of("scjg:140200")
    with time_machine.travel(moment(day)):
        submitting.attach(duty, "总结.pdf", files.PDF, by=datong())
        submitting.hand_in(duty, words="见附件", by=datong())
    return duty


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_duties_follow_the_notice_with_its_days_as_printed():
    above = ministry()

    found = {(duty.sender_id, duty.receiver_id, duty.title, duty.due_on, duty.kind) for duty in given()}

    cities = {"scjg:140200", "scjg:140900"}
    assert found == {
        *((city, "scjg:140000", "工作总结", SUNDAY, "summary") for city in cities),
        *((city, "scjg:140000", "大案要案和重要情况", None, "urgent") for city in cities),
        ("scjg:140000", above.pk, "工作进展情况", date(2024, 9, 20), "summary"),
        ("scjg:140000", above.pk, "工作总结", date(2024, 12, 10), "summary"),
    }
    assert assigning.assign_duties(Campaign.objects.get(), by=lead()) == []


def test_duties_follow_the_stages_where_there_is_no_notice_and_none_of_a_practice():
    own = campaign()
    Stage.objects.create(campaign=own, kind="report", name="报送总结和典型案例", ends_on=SUNDAY, is_soft=True)
    Stage.objects.create(campaign=own, kind="on_site", name="现场检查", ends_on=SUNDAY)

    found = assigning.assign_duties(own, by=lead())

    assert {(duty.sender_id, duty.title, duty.kind, duty.is_soft) for duty in found} == {
        (bureau, title, kind, True)
        for bureau in ("scjg:140200", "scjg:140900")
        for title, kind in (("工作总结", "summary"), ("典型案例", "cases"))
    }
    for foreign in (datong(), accounts.user("clerk", Role.INSTITUTION_CLERK)):
        with pytest.raises(PermissionDenied):
            assigning.assign_duties(own, by=foreign)
    practice = campaigns.campaign("140000-2024-2", by=lead(), kind="practice", blueprint="shanxi-2024")
    with pytest.raises(PermissionDenied):
        assigning.assign_duties(practice, by=lead())


def test_report_is_handed_in_sent_back_with_a_reason_and_handed_in_again():
    given()
    duty = handed_in(SUNDAY + timedelta(days=1))
    first = duty.submissions.get()
    assert (first.is_late, duty_of("scjg:140200").is_met) == (True, True)

    with pytest.raises(DutyError, match="已经报送"):
        submitting.attach(duty, "补充.pdf", files.PDF, by=datong())
    with pytest.raises(PermissionDenied):
        submitting.return_submission(first, reason="缺案例", by=datong())
    with pytest.raises(DutyError, match="理由"):
        submitting.return_submission(first, reason=" ", by=lead())
    submitting.return_submission(first, reason="缺典型案例", by=lead())
    assert not duty_of("scjg:140200").is_met
    with pytest.raises(DutyError, match="请上传文件"):
        submitting.hand_in(duty, words="", by=datong())
    submitting.hand_in(duty, words="无典型案例", by=datong())
    second = duty.submissions.get(number=2)
    submitting.receive_submission(second, by=lead())

    found = duty_of("scjg:140200")
    assert [(each.number, each.state, each.reason) for each in found.submissions.all()] == [
        (1, "returned", "缺典型案例"), (2, "received", ""),
    ]  # fmt: skip
    assert (found.is_met, found.was_late) == (True, True)
    actions = AuditEvent.objects.filter(action__startswith="reports.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "reports.assign_duties", "reports.hand_in", "reports.return_submission", "reports.hand_in",
        "reports.receive_submission",
    ]  # fmt: skip


def test_files_are_guarded_and_a_draft_is_the_senders_alone(settings):
    given()
    duty = duty_of("scjg:140200")
    sender, receiver, other = client_of(datong()), client_of(lead()), client_of(lead("scjg:140900"))
    page = reverse("reports:duty_upload", args=[duty.pk])

    refused = sender.post(page, {"file": SimpleUploadedFile("总结.pdf", b"MZ not a pdf")}, follow=True)
    assert "文件内容与扩展名 .pdf 不符" in refused.content.decode()
    sender.post(page, {"file": [SimpleUploadedFile("总结.pdf", files.PDF), SimpleUploadedFile("又.pdf", files.PDF)]})
    file = SubmissionFile.objects.get()
    address = reverse("reports:duty_file", args=[file.pk])

    assert [client.get(address).status_code for client in (sender, receiver, other)] == [200, 404, 404]
    assert receiver.post(page, {"file": SimpleUploadedFile("a.pdf", files.PDF)}).status_code == 403
    assert "总结.pdf" not in receiver.get(duty.get_absolute_url()).content.decode()
    sender.post(reverse("reports:duty_hand_in", args=[duty.pk]), {"words": "见附件"})
    got = receiver.get(address)
    assert hashlib.sha256(b"".join(got.streaming_content)).hexdigest() == file.digest
    assert (got["Content-Type"], got["Cache-Control"]) == ("application/octet-stream", "no-store, private")
    assert [client.get(duty.get_absolute_url()).status_code for client in (receiver, other)] == [200, 404]
    sender.post(reverse("reports:duty_file_remove", args=[file.pk]))
    assert SubmissionFile.objects.filter(pk=file.pk).exists()


def test_receiver_sees_who_reported_when_who_is_late_and_who_never_signed_in():
    given()
    handed_in()
    client = client_of(lead())
    User.objects.filter(pk=datong().pk).update(last_login=timezone.now())
    address = reverse("reports:campaign_duties", args=[Campaign.objects.get().pk])

    page = client.get(address)
    overview, text = page.context["overview"], page.content.decode()
    words = {
        line.bureau.pk: (line.presence, [[mark.words for _, mark in marks] for marks in line.marks])
        for line in overview.lines
    }

    assert [(column.title, column.day) for column in overview.columns] == [
        ("工作总结", "2024年12月8日（周日）"), ("大案要案和重要情况", "随时报送"),
    ]  # fmt: skip
    assert words == {
        "scjg:140200": ("", [["已报送"], ["随时报送"]]), "scjg:140900": ("没有可用的账号", [["逾期未报"], ["随时报送"]]),
    }  # fmt: skip
    assert "2024-12-08 10:00" in text
    assert overview.counts == {"owed": 1, "met": 1, "overdue": 1, "late": 0, "absent": 1}
    rows = {
        stat["label"]: client.get(stat["url"]).context["table"].paginator.count
        for stat in page.context["stats"]
        if "url" in stat
    }
    assert rows == {"未报送": 1, "逾期未报": 1, "已报送": 1}

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    pages = [address, reverse("reports:duties") + "?side=receive"]
    few = [queries(url) for url in pages]
    for county in ("140500", "140100"):
        bureau = Bureau.objects.create(
            code=f"scjg:{county}", name=county, short_name=county, department=accounts.department(),
            region=Region.objects.create(code=county, name=county, level="city", parent=accounts.region("140000")),
        )  # fmt: skip
        assert bureau.pk
    assert len(assigning.assign_duties(Campaign.objects.get(), by=lead())) == 4
    assert [queries(url) for url in pages] == few


def test_bureau_is_reminded_once_before_and_once_after_the_day(settings):
    settings.REMIND_BY_MAIL = True
    given()
    datong()
    days = (
        SUNDAY - timedelta(days=4),
        SUNDAY - timedelta(days=3),
        SUNDAY,
        SUNDAY + timedelta(days=1),
        SUNDAY + timedelta(days=9),
    )

    reminded = []
    for day in days:
        with time_machine.travel(moment(day)):
            reminded.append(reminding.remind())

    assert reminded == [(0, 0), (2, 1), (0, 0), (2, 1), (0, 0)]
    assert [message.subject for message in mail.outbox] == [
        "信息报送12月08日截止：工作总结",
        "信息报送已经逾期：工作总结",
    ]
    assert mail.outbox[0].to == ["140200@example.com"]
    assert "2024年12月8日（周日）前向" in mail.outbox[0].body
    assert DutyReminder.objects.count() == 4


def test_workbench_and_next_step_say_what_is_to_be_reported():
    given(state=CampaignState.DISPATCHED)
    sending = [todo for todo in todos_of(datong()) if "报送" in todo.text]
    assert [(todo.text, todo.due_on, todo.urgency.name) for todo in sending] == [
        ("向山西省市场监管局报送：工作总结", SUNDAY, "OVERDUE")
    ]
    handed_in()
    assert [todo.text for todo in todos_of(lead()) if "签收" in todo.text] == ["1 项报送材料待签收"]
    page = client_of(lead()).get(Campaign.objects.get().get_absolute_url()).content.decode()
    assert "信息报送" in page


def test_package_holds_files_and_sheets_with_their_digests(django_capture_on_commit_callbacks):
    own = campaign(blueprint="shanxi-2024", state=CampaignState.DISPATCHED)
    line = campaigns.line(own)
    campaigns.task(line, institutions.institution("平城甲检测有限公司", "140213"))
    assigning.assign_duties(own, by=lead())
    duty = handed_in()
    client = client_of(datong())

    client.post(reverse("reports:duty_assemble", args=[duty.pk]))
    job = run_job(Job.objects.get().pk)

    assert (job.state, job.error) == ("done", "")
    with job.file.open("rb") as stream, zipfile.ZipFile(io.BytesIO(stream.read())) as package:
        names = package.namelist()
        sums = dict(reversed(line.split("  ", 1)) for line in package.read(SUMS).decode().splitlines())
        assert {name: hashlib.sha256(package.read(name)).hexdigest() for name in sums} == sums
        assert package.read("报送文件/01 总结.pdf") == files.PDF
        sheets = [name for name in names if name.endswith(".xlsx")]
        assert all(openpyxl.load_workbook(io.BytesIO(package.read(name))).sheetnames for name in sheets)
        told = package.read(LIST).decode("utf-8-sig")
    assert set(sums) == set(names) - {SUMS, LIST}
    assert len(sheets) >= 1
    assert "截止日期：2024年12月8日（周日）" in told


def test_lead_changes_and_drops_duties_but_not_what_was_begun():
    given()
    own, client = Campaign.objects.get(), client_of(lead())
    duty = duty_of("scjg:140900")
    values = {
        "kind": "summary",
        "title": "半年小结",
        "due_on": "2024-12-15",
        "is_soft": "on",
        "channel": "",
        "source": "",
    }

    assert client.post(reverse("reports:duty_edit", args=[duty.pk]), values).status_code == 302
    duty.refresh_from_db()
    assert (duty.title, duty.due_on, duty.is_soft) == ("半年小结", date(2024, 12, 15), True)
    client.post(reverse("reports:duty_drop", args=[duty.pk]))
    assert not ReportingDuty.objects.filter(pk=duty.pk).exists()
    begun = handed_in()
    answer = client.post(reverse("reports:duty_drop", args=[begun.pk]), follow=True)
    assert "不能撤销" in answer.content.decode()
    name = Bureau.objects.get(pk="scjg:140900").name
    added = client.post(reverse("reports:duty_add", args=[own.pk]), {**values, "sender": name, "title": "专项统计表"})
    assert added.status_code == 302
    assert ReportingDuty.objects.get(title="专项统计表").receiver_id == "scjg:140000"
    again = client.post(reverse("reports:duty_add", args=[own.pk]), {**values, "sender": name, "title": "专项统计表"})
    assert (again.status_code, ReportingDuty.objects.filter(title="专项统计表").count()) == (200, 1)
