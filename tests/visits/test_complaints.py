"""Complaints from the public page to the answer; who complained stays sealed."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AuditChange, AuditEvent, Role, User
from institutions.models import RiskFlag
from tests.factories import accounts, institutions
from tests.visits import world
from visits import complaining
from visits.errors import VisitError
from visits.models import ComplainantIdentity, Complaint, Referral

pytestmark = pytest.mark.django_db

NEW, RECEIVED, STATUS = "/complaints/new/", "/complaints/received/", "/complaints/status/"
TEXT = "尾气检测不上线就出报告，车牌晋B00000"
COMPLAINT = {
    "institution_words": "平城机动车检测站", "county": "140213", "text": TEXT, "name": "赵清风",
    "phone": "13900000001", "email": "zhao@example.com",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _county() -> None:
    accounts.bureau("scjg:140213")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def county_officer(name: str = "pingcheng", at: str = "scjg:140213") -> User:
    return User.objects.filter(username=name).first() or accounts.user(name, Role.COUNTY_OFFICER, at=at)


def received(**more: object) -> tuple[Complaint, str]:
    values = {
        "institution_words": "平城机动车检测站", "county": accounts.region("140213"), "text": TEXT,
        "who": complaining.Complainant("赵清风", "13900000001"), **more,
    }  # fmt: skip
    return complaining.receive_complaint(**values)


def codes_on(page) -> tuple[str, str]:
    return tuple(re.findall(r'<dd class="code">([^<]+)</dd>', page.content.decode()))


def test_anybody_complains_and_asks_later_what_became_of_it(client):
    form = client.get(NEW).content.decode()
    answer = client.post(NEW, COMPLAINT)
    shown = client.get(RECEIVED)
    again = client.get(RECEIVED)
    number, code = codes_on(shown)
    waiting = client.post(STATUS, {"number": number.lower(), "code": code}).content.decode()

    complaint = Complaint.objects.get()
    complaining.accept_complaint(complaint, by=county_officer())
    complaining.answer_complaint(complaint, answer="已责令改正", by=county_officer())
    done = Client().post(STATUS, {"number": number, "code": code}).content.decode()

    assert "加密保存" in form
    assert answer.headers["Location"] == RECEIVED
    assert number == complaint.number
    assert "no-store" in shown.headers["Cache-Control"]
    assert again.headers["Location"] == STATUS
    assert "待受理" in waiting
    assert "已责令改正" in done
    assert TEXT not in done


def test_complaint_needs_no_name(client):
    client.post(NEW, COMPLAINT | {"name": "", "phone": "", "email": ""})

    assert Complaint.objects.count() == 1
    assert ComplainantIdentity.objects.count() == 0


def test_what_is_missing_is_said_and_what_was_written_is_kept(client):
    page = client.post(NEW, COMPLAINT | {"county": "", "phone": "abc"}).content.decode()

    assert "请填写电话号码" in page
    assert TEXT in page
    assert Complaint.objects.count() == 0


def test_unknown_number_and_wrong_code_are_answered_alike():
    complaint, code = received()

    pages = [
        Client().post(STATUS, {"number": number, "code": token})
        for number, token in ((complaint.number, "wrong"), ("TS20200101-000000", code), ("nonsense", "wrong"))
    ]

    told = {re.sub(r'(value="[^"]*"|\d\d:\d\d)', "", page.content.decode()) for page in pages}
    assert [page.status_code for page in pages] == [200] * 3
    assert len(told) == 1
    assert complaining.WRONG in told.pop()


def test_one_number_has_five_tries_and_one_browser_ten():
    complaint, code = received()
    for _ in range(complaining.WRONG_ALLOWED):
        Client().post(STATUS, {"number": complaint.number, "code": "wrong"})
    client = Client()
    for number in range(10):
        client.post(STATUS, {"number": f"TS{number}", "code": "wrong"})
    other, other_code = received()

    assert complaining.WAIT in Client().post(STATUS, {"number": complaint.number, "code": code}).content.decode()
    assert complaining.WAIT in client.post(STATUS, {"number": other.number, "code": other_code}).content.decode()
    assert complaining.find_by_code(other.number, other_code) == other


def test_one_browser_sends_five_an_hour_and_one_county_has_a_limit(client, monkeypatch):
    for _ in range(5):
        client.post(NEW, COMPLAINT)

    assert "一小时内已经提交了 5 件" in client.post(NEW, COMPLAINT).content.decode()
    monkeypatch.setattr(complaining, "MOST_AN_HOUR", 5)
    assert complaining.BUSY in Client().post(NEW, COMPLAINT).content.decode()
    assert Complaint.objects.count() == 5


def test_neither_database_nor_trail_holds_who_complained_or_the_words():
    received()

    kept = bytes(ComplainantIdentity.objects.get().sealed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM visits_complaint")
        row = str(cursor.fetchall())
    trail = str(list(AuditEvent.objects.values())) + str(list(AuditChange.objects.values()))
    for secret in ("赵清风", "13900000001"):
        assert secret.encode() not in kept
        assert secret not in row
        assert secret not in trail
    assert TEXT not in trail


def test_regulators_of_the_region_handle_it_and_others_do_not_find_it():
    complaint, _ = received()
    page = f"/complaints/{complaint.pk}/"
    county, other = client_of(county_officer()), client_of(county_officer("yungang", "scjg:140214"))

    assert other.get(page).status_code == 404
    assert client_of(world.officer(world.ECOLOGY)).get(page).status_code == 403
    assert TEXT in county.get(page).content.decode()
    county.post(f"{page}accept/", {"words": ""})
    silent = county.post(f"{page}answer/", {"words": ""}).content.decode()
    county.post(f"{page}answer/", {"words": "已责令改正"})

    complaint.refresh_from_db()
    assert "请填写答复内容" in silent
    assert (complaint.state, complaint.answer) == ("answered", "已责令改正")


def test_rejection_needs_a_reason():
    complaint, _ = received()
    page, county = f"/complaints/{complaint.pk}/", client_of(county_officer())

    silent = county.post(f"{page}reject/", {"words": ""}).content.decode()
    county.post(f"{page}reject/", {"words": "线索不明"})

    complaint.refresh_from_db()
    assert "不予受理须写明理由" in silent
    assert (complaint.state, complaint.answer) == ("rejected", "线索不明")


def test_complaint_is_matched_with_the_pool_and_marks_the_institution_once():
    found = institutions.institution(county="140213", name="平城机动车检测站有限公司")
    far = institutions.institution(county="140902")
    complaint, _ = received()
    page, county = f"/complaints/{complaint.pk}/", client_of(county_officer())

    early = county.post(f"{page}flag/").content.decode()
    search = county.get(f"{page}institution/").content.decode()
    foreign = county.post(f"{page}institution/", {"institution": far.pk}).content.decode()
    county.post(f"{page}institution/", {"institution": found.pk})
    county.post(f"{page}accept/")
    county.post(f"{page}flag/")
    again = county.post(f"{page}flag/")
    other = county.post(f"{page}institution/", {"institution": institutions.institution(county="140213").pk})

    assert "受理后才能标记机构" in early
    assert found.name in search
    assert "请选择您职责范围内的机构" in foreign
    assert again.status_code == 302
    flag = RiskFlag.objects.get()
    assert (flag.institution, flag.kind, flag.evidence) == (found, "complaint", f"投诉举报 {complaint.number}")
    assert "不能再改机构" in other.content.decode()


def test_complaint_becomes_a_referral():
    complaint, _ = received()
    complaining.accept_complaint(complaint, by=world.officer())
    accounts.bureau(world.ECOLOGY)
    city = client_of(world.officer())
    due = (timezone.localdate() + timedelta(days=20)).isoformat()

    start = city.get(f"/complaints/{complaint.pk}/refer/").content.decode()
    city.post(
        f"/complaints/{complaint.pk}/refer/",
        {"subject": "平城机动车检测站", "text": "疑似造假", "due_on": due, "receiver": "大同市生态环境局"},
    )

    referral = Referral.objects.get()
    theirs = client_of(world.officer(world.ECOLOGY)).get(f"/referrals/{referral.pk}/").content.decode()
    assert "请删去可能让人认出举报人的字句" in start
    assert (referral.complaint, referral.text) == (complaint, "疑似造假")
    assert complaint.number not in theirs
    assert referral.number in city.get(f"/complaints/{complaint.pk}/").content.decode()


def test_identity_is_for_the_approver_with_reason_and_password_each_time_in_the_trail():
    complaint, _ = received()
    head = accounts.user("approver", Role.LEAD_APPROVER, at=world.CITY, password=accounts.PASSWORD)
    page, client = f"/complaints/{complaint.pk}/identity/", client_of(head)

    without = client.post(page, {"reason": "", "password": accounts.PASSWORD}).content.decode()
    wrong = client.post(page, {"reason": "核实线索", "password": "wrong"}).content.decode()
    opened = client.post(page, {"reason": "核实线索", "password": accounts.PASSWORD})

    assert client_of(world.officer()).get(page).status_code == 403
    assert client_of(county_officer()).get(page).status_code == 403
    assert "赵清风" not in without + wrong
    assert "密码不正确" in wrong
    assert "赵清风" in opened.content.decode()
    assert "13900000001" in opened.content.decode()
    assert "no-store" in opened.headers["Cache-Control"]
    events = AuditEvent.objects.filter(action="visits.open_identity")
    assert [(event.actor, event.facts) for event in events] == [(head, {"reason": "核实线索"})]


def test_sealed_identity_does_not_open_with_another_secret(settings):
    complaint, _ = received()
    settings.SECRET_KEY = "another secret of the site"

    with pytest.raises(VisitError, match="密钥已经更换"):
        complaining.open_identity(complaint, reason="核实", by=world.approver())


def test_list_counts_what_waits():
    first, _ = received()
    received()
    complaining.accept_complaint(first, by=world.officer())

    page = client_of(world.officer()).get("/complaints/?state=accepted")

    assert [stat["value"] for stat in page.context["stats"]] == [1, 1, 0]
    assert [row.record.pk for row in page.context["table"].page] == [first.pk]
