"""Referrals from sending to closing: pages, the letter, the file for a receiver outside the system."""

import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts import workbench
from accounts.models import AuditEvent, User
from reports.referral_letter import letter_of, print_letter
from tests.factories import accounts
from tests.visits import world
from visits import complaining, referring
from visits.errors import VisitError
from visits.models import Referral

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def due(days: int = 20) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def given(**more: str) -> dict[str, str]:
    return {"subject": "某设备公司", "text": "软件可改数据", "due_on": due(), "receiver": "大同市生态环境局", **more}


def sent(**more: object) -> Referral:
    accounts.bureau(world.ECOLOGY)
    values = {
        "subject": "某设备公司", "text": "软件可改数据", "due_on": timezone.localdate() + timedelta(days=20),
        "receiver": accounts.bureau(world.ECOLOGY), "sender": world.officer().bureau, "by": world.officer(), **more,
    }  # fmt: skip
    return referring.refer(world.task(partner=""), **values)


def test_referral_goes_from_a_finding_to_another_department_and_back():
    finding = world.finding(world.concluded())
    city, ecology = client_of(world.officer()), client_of(world.officer(world.ECOLOGY))

    start = city.get(f"/findings/{finding.pk}/refer/").content.decode()
    answer = city.post(f"/findings/{finding.pk}/refer/", given(receiver="生态环境"))
    referral = Referral.objects.get()
    page = f"/referrals/{referral.pk}/"
    assert "原始记录缺少复核签字" in start
    assert answer.headers["Location"] == page
    assert (referral.receiver_id, referral.task_id, referral.finding_id) == (
        world.ECOLOGY, finding.result.task_id, finding.pk
    )  # fmt: skip

    ecology.post(f"{page}accept/", {})
    silent = ecology.post(f"{page}answer/", {"words": " "})
    ecology.post(f"{page}answer/", {"words": "已立案查处"})
    city.post(f"{page}close/")

    assert "请写明办理情况" in silent.content.decode()
    referral.refresh_from_db()
    assert (referral.state, referral.feedback) == ("closed", "已立案查处")
    told = list(AuditEvent.objects.filter(subject_type="visits.referral").values_list("action", flat=True))
    assert sorted(told) == sorted(f"visits.{step}" for step in (
        "refer", "accept_referral", "answer_referral", "close_referral"
    ))  # fmt: skip


def test_receiver_that_declines_says_why_and_the_sender_closes():
    referral = sent()
    ecology, page = client_of(world.officer(world.ECOLOGY)), f"/referrals/{referral.pk}/"

    silent = ecology.post(f"{page}decline/", {"words": ""}).content.decode()
    ecology.post(f"{page}decline/", {"words": "不属我局职责"})
    seen = client_of(world.officer()).get(page).content.decode()

    assert "不予接收须写明理由" in silent
    assert "不属我局职责" in seen
    assert f'action="{page}close/"' in seen


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"receiver": ""}, "请填其中一个"),
        ({"outside": "河北省市场监督管理局"}, "请填其中一个"),
        ({"receiver": "火星局"}, "没有名称含“火星局”的单位"),
        ({"receiver": "大同市"}, "有几个单位的名称含“大同市”"),
        ({"receiver": "大同市市场监督管理局"}, "不能移送给本单位"),
        ({"due_on": due(0)}, "反馈期限应晚于今天"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(wrong, words):
    task = world.task()
    accounts.bureau("ga:140200")

    page = client_of(world.officer()).post(f"/tasks/{task.pk}/refer/", given(**wrong))

    assert words in page.content.decode()
    assert Referral.objects.count() == 0


def test_referral_to_another_province_is_a_file_whose_receipt_and_feedback_are_entered():
    finding = world.finding(world.concluded())
    city = client_of(world.officer())
    city.post(f"/findings/{finding.pk}/refer/", given(receiver="", outside="河北省市场监督管理局"))
    referral = Referral.objects.get()
    page = f"/referrals/{referral.pk}/"

    file = city.get(f"{page}export/")
    without = city.post(f"{page}accept/", {"acknowledgement": ""}).content.decode()
    city.post(f"{page}accept/", {"acknowledgement": "冀市监收〔2026〕7号"})
    city.post(f"{page}answer/", {"words": "经核查属实"})

    told = json.loads(file.content)
    assert (told["format"], told["to"], told["subject"], told["facts"], told["due_on"]) == (
        "lianchou-referral/1", "河北省市场监督管理局", "某设备公司", "原始记录缺少复核签字", due(),
    )  # fmt: skip
    assert "attachment" in file.headers["Content-Disposition"]
    assert "请填写对方回执编号" in without
    referral.refresh_from_db()
    assert (referral.state, referral.acknowledgement) == ("answered", "冀市监收〔2026〕7号")
    assert AuditEvent.objects.filter(action="visits.export_referral").count() == 1


def test_file_is_only_for_receivers_outside():
    referral = sent()

    answer = client_of(world.officer()).get(f"/referrals/{referral.pk}/export/", follow=True)

    assert "接收单位使用本系统，不用导出" in answer.content.decode()


def test_letter_names_the_lead_its_rule_and_its_day_and_never_the_complaint():
    finding = world.finding(world.concluded())
    by = world.officer()
    values = {
        "subject": "某设备公司", "text": "软件可改数据", "due_on": timezone.localdate() + timedelta(days=20),
        "receiver": accounts.bureau(world.ECOLOGY), "sender": by.bureau, "by": by,
    }  # fmt: skip
    from_finding = referring.refer(finding, **values)
    from_complaint = referring.refer(a_complaint(), **values)

    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(print_letter(from_finding))).pages)
    letter = letter_of(from_complaint)
    body = "".join(block.text for block in letter.body)

    plain = words.replace("\n", "").replace(" ", "")
    for part in (
        "线索移送回执",
        "软件可改数据",
        "原始记录缺少复核签字",
        "检验检测机构监督管理办法",
        "大同市生态环境局：",
    ):
        assert part in plain
    assert letter.title == "大同市市场监督管理局关于移送\n某设备公司有关问题线索的函"
    assert "投诉" not in body
    assert "举报" not in body


def a_complaint():
    found, _ = complaining.receive_complaint(
        institution_words="某检测站", county=accounts.region("140213"), text="尾气检测造假",
        who=complaining.Complainant(name="赵清风"),
    )  # fmt: skip
    return found


def test_list_shows_both_sides_and_what_is_late_first():
    late, other = sent(), sent(receiver=None, outside="河北省市场监督管理局")
    Referral.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    city, ecology = client_of(world.officer()), client_of(world.officer(world.ECOLOGY))

    page = city.get("/referrals/")
    only_late = city.get("/referrals/?side=sent&late=1")
    received = ecology.get("/referrals/?side=received")

    assert [row.record.pk for row in page.context["table"].page] == [late.pk, other.pk]
    assert [row.record.pk for row in only_late.context["table"].page] == [late.pk]
    assert [row.record.pk for row in received.context["table"].page] == [late.pk]
    assert {stat["label"]: stat["value"] for stat in page.context["stats"]} == {
        "待本单位接收": 0, "本单位办理中": 0, "收到的逾期": 0, "移出逾期未反馈": 1, "已反馈待办结": 0,
    }  # fmt: skip


def test_workbench_tells_both_sides_what_to_do():
    referral = sent()
    city, ecology = world.officer(), world.officer(world.ECOLOGY)

    def texts(user: User) -> list[str]:
        return [each.text for each in workbench.todos_of(user) if "线索" in each.text]

    assert (texts(city), texts(ecology)) == ([], ["1 件移送来的线索待接收"])
    referring.accept_referral(referral, by=ecology)
    Referral.objects.filter(pk=referral.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert texts(city) == ["1 件移送出去的线索逾期没有反馈"]
    assert texts(ecology) == ["1 件接收的线索待反馈"]


def test_only_the_receiver_accepts():
    referral = sent()

    assert client_of(world.officer()).post(f"/referrals/{referral.pk}/accept/").status_code == 403
    with pytest.raises(VisitError, match="不用导出"):
        referring.exported(referral)
