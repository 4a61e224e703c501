"""The minutes of a draw: what stands in them, who signs, and that a signature holds whatever happens later."""

import hashlib
import json

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import AuditEvent, Bureau, Role, User
from campaigns import minutes, remarks, voiding
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Act, CampaignKind, LogEntry, MinutesSignature, Remark, Substitution, SubstitutionKind
from tests.campaigns import datong
from tests.factories import accounts

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]
PASSWORD = accounts.PASSWORD


@pytest.fixture
def world():
    datong.pool()
    datong.officers()


@pytest.fixture
def draw(world):
    return datong.drawn(datong.planned(document_number="同市监认证〔2025〕92号"))


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def sign(draw, by: User, **more) -> MinutesSignature:
    values = {"digest": minutes.minutes_of(draw).digest, "password": PASSWORD, **more}
    return minutes.sign_minutes(draw, by=with_password(by), **values)


def test_minutes_say_what_was_frozen_contributed_and_drawn(draw):
    found = minutes.minutes_of(draw).content

    frozen, drawn = found["frozen"], found["drawn"]
    assert (found["draw"], found["title"], found["document"]) == (
        draw.code,
        draw.manifest["title"],
        "同市监认证〔2025〕92号",
    )
    assert (found["lead"], found["issuers"]) == (
        "大同市市场监督管理局", ["大同市市场监督管理局", "大同市公安局", "大同市生态环境局"],
    )  # fmt: skip
    assert (frozen["commitment"], frozen["institutions"], frozen["inspectors"]) == (draw.commitment, 17, 16)
    assert (frozen["proposed_by"], frozen["confirmed_by"]) == (
        "大同市市场监督管理局 用户datong-officer",
        "大同市市场监督管理局 用户datong-approver",
    )
    assert (drawn["result"], drawn["institutions"]) == (draw.result_digest, 4)
    assert [(line["title"], line["rule"], line["population"], line["drawn"]) for line in found["lines"]] == [
        ("机动车检验", "抽 2 家", 8, 2),
        ("生态环境监测", "抽 1 家", 4, 1),
        ("其他", "抽 1 家", 5, 1),
    ]
    entry = LogEntry.objects.get(draw=draw, event="drawn")
    assert found["log"] == {"number": entry.number, "digest": entry.digest}


def test_minutes_tell_each_contribution_with_commitment_value_and_people(draw):
    people = [one for one in minutes.minutes_of(draw).content["contributions"] if one["commitment"]]
    public = [one for one in minutes.minutes_of(draw).content["contributions"] if not one["commitment"]]

    assert [(one["label"], one["value"], one["committed_by"]) for one in people] == [
        ("大同市市场监督管理局", "骰子 scjg:140200", "大同市市场监督管理局 用户datong-officer"),
        ("大同市公安局", "骰子 ga:140200", "大同市市场监督管理局 用户datong-officer"),
    ]
    assert [(one["label"], one["origin"], bool(one["occurred_at"])) for one in public] == [
        ("公开数值 双色球2025105期", "开奖公告", True)
    ]


def test_minutes_name_nobody_who_was_drawn(draw):
    text = minutes.minutes_of(draw).text

    drawn = draw.drawn_institutions.select_related("institution")
    words = [row.institution.name for row in drawn] + [row.institution.identifier for row in drawn]
    assert [word for word in [*words, *(row.ticket for row in drawn)] if word in text] == []


def test_minutes_hold_objections_with_their_answers_and_no_later_remarks(world):
    draw = datong.frozen()
    objection = remarks.add_remark(draw, kind=Remark.Kind.OBJECTION, words="名录不全", by=datong.supervisor())
    remarks.reject_objection(objection, words="已核对", by=datong.officer())
    datong.contribute(draw)
    draw = datong.run(draw)
    before = minutes.minutes_of(draw)

    remarks.add_remark(draw, kind=Remark.Kind.COMMENT, words="建议公开直播", by=datong.supervisor())

    after = minutes.minutes_of(draw)
    assert [(one["words"], one["outcome"], one["answer"]) for one in before.content["remarks"]] == [
        ("名录不全", "不予采纳", "已核对")
    ]
    assert (before.digest, [one.words for one in after.later]) == (after.digest, ["建议公开直播"])


def test_digest_is_that_of_the_text_which_is_canonical_json(draw):
    found = minutes.minutes_of(draw)

    assert found.digest == hashlib.sha256(found.text.encode()).hexdigest()
    assert found.text == json.dumps(found.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_words_in_another_unicode_form_are_written_in_nfc(world):
    draw = datong.frozen()
    remarks.add_remark(draw, kind=Remark.Kind.COMMENT, words="cafe\u0301 ≠", by=datong.supervisor())
    datong.contribute(draw)

    assert minutes.minutes_of(datong.run(draw)).content["remarks"][0]["words"] == "café ≠"


def test_draw_without_result_has_no_minutes(world):
    with pytest.raises(WrongState, match="还没有抽取"):
        minutes.minutes_of(datong.frozen())


def test_signatures_name_capacity_and_the_digest_that_was_shown(draw):
    digest = minutes.minutes_of(draw).digest

    for user in (datong.supervisor(), datong.officer(), datong.approver()):
        sign(draw, user)

    found = minutes.minutes_of(draw)
    assert [(one.capacity, one.bureau_id, one.digest) for one in found.signatures] == [
        ("监督见证人", datong.CITY, digest),
        ("经办人", datong.CITY, digest),
        ("负责人", datong.CITY, digest),
    ]
    events = AuditEvent.objects.filter(action="campaigns.sign_minutes").order_by("number")
    assert [event.facts for event in events] == [{"draw": draw.code, "minutes": digest, "reserve": False}] * 3


def test_what_was_signed_stays_word_for_word_when_names_change(draw):
    signed = sign(draw, datong.supervisor()).digest
    Bureau.objects.filter(pk=datong.CITY).update(name="大同市市场监督管理委员会")
    User.objects.filter(username="datong-officer").update(name="改名")

    found = minutes.minutes_of(draw)

    assert (found.digest, found.is_fixed, found.content["lead"]) == (signed, True, "大同市市场监督管理局")


def test_what_was_shown_before_a_name_changed_is_not_signed(draw):
    shown = minutes.minutes_of(draw).digest
    Bureau.objects.filter(pk=datong.CITY).update(name="大同市市场监督管理委员会")

    with pytest.raises(WrongState, match="请重新核对"):
        sign(draw, datong.supervisor(), digest=shown)

    assert MinutesSignature.objects.count() == 0


def test_nobody_signs_twice(draw):
    sign(draw, datong.supervisor())

    with pytest.raises(WrongState, match="您已经"):
        sign(draw, datong.supervisor())


def test_wrong_password_signs_nothing_and_is_recorded(draw):
    with pytest.raises(CampaignError, match="密码不正确"):
        sign(draw, datong.supervisor(), password="wrong")

    assert (MinutesSignature.objects.count(), minutes.minutes_of(draw).is_fixed) == (0, False)
    assert AuditEvent.objects.filter(action="accounts.sign_in_refused").count() == 1


def test_reserve_stands_beside_the_signature_and_changes_nothing_that_is_signed(draw):
    digest = minutes.minutes_of(draw).digest

    signature = sign(draw, datong.supervisor(), words=" 公开数值录入时未当场出示 ")

    assert (signature.digest, signature.remark.words, signature.remark.kind) == (
        digest, "公开数值录入时未当场出示", "comment",
    )  # fmt: skip


def test_void_draw_keeps_its_minutes_but_is_signed_no_more(draw):
    sign(draw, datong.officer())
    voiding.void_draw(datong.approved(draw.campaign, Act.VOID, draw=draw, reason="名录有误"))
    draw.refresh_from_db()

    with pytest.raises(WrongState, match="已经作废"):
        sign(draw, datong.supervisor())
    assert len(minutes.minutes_of(draw).signatures) == 1


def test_substitution_does_not_touch_the_minutes(draw):
    before = minutes.minutes_of(draw).text
    Substitution.objects.create(
        draw=draw, number=1, approval=datong.approved(draw.campaign, Act.SUBSTITUTE, draw=draw, subject="X"),
        kind=SubstitutionKind.WITHDRAWAL, cause="illness", record={}, transcript_digest="0" * 64,
        done_by=datong.approver(), done_at=draw.drawn_at,
    )  # fmt: skip

    assert minutes.minutes_of(draw).text == before


def test_practice_is_marked_and_has_no_log(world):
    draw = datong.drawn(datong.planned(kind=CampaignKind.PRACTICE))

    found = minutes.minutes_of(draw).content

    assert (found["is_practice"], found["log"]) == (True, None)


def test_database_refuses_to_change_signed_minutes(draw):
    sign(draw, datong.supervisor())

    for act in (
        lambda: draw.minutes.__class__.objects.update(text="{}"),
        lambda: draw.minutes.__class__.objects.all().delete(),
        lambda: MinutesSignature.objects.update(digest="0" * 64),
        lambda: MinutesSignature.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def page_of(draw) -> str:
    return reverse("campaigns:minutes", args=[draw.pk])


def test_supervisor_reads_and_signs_on_the_page(client, draw):
    supervisor = with_password(datong.supervisor())
    client.force_login(supervisor)
    found = minutes.minutes_of(draw)
    page = client.get(page_of(draw)).content.decode()

    client.post(page_of(draw), {"digest": found.digest, "password": PASSWORD, "words": "无"})

    assert all(word in page for word in ("双色球2025105期", "核对无误，签字", found.digest))
    assert [one.signer for one in minutes.minutes_of(draw).signatures] == [supervisor]
    assert "您已经签字" in client.get(page_of(draw)).content.decode()


def test_wrong_password_is_told_on_the_page(client, draw):
    client.force_login(with_password(datong.supervisor()))

    answer = client.post(page_of(draw), {"digest": minutes.minutes_of(draw).digest, "password": "wrong"})

    assert (answer.status_code, "密码不正确" in answer.content.decode()) == (200, True)


def test_downloaded_text_has_the_digest_on_the_page(client, draw):
    client.force_login(datong.supervisor())

    answer = client.get(reverse("campaigns:minutes_text", args=[draw.pk]))

    assert hashlib.sha256(answer.content).hexdigest() == minutes.minutes_of(draw).digest


def test_minutes_are_closed_to_all_but_lead_and_supervisors_of_the_region(client, draw):
    people = {
        "partner": datong.liaison(datong.POLICE),
        "foreign supervisor": accounts.user("xinzhou", Role.SUPERVISOR, at="scjg:140900"),
        "foreign lead": accounts.user("xinzhou-lead", Role.LEAD_APPROVER, at="scjg:140900"),
    }
    codes = {}
    for name, user in people.items():
        client.force_login(user)
        codes[name] = (client.get(page_of(draw)).status_code, client.post(page_of(draw)).status_code)

    assert codes == {"partner": (403, 403), "foreign supervisor": (404, 404), "foreign lead": (404, 404)}


def test_draw_that_has_no_result_has_no_page_of_minutes(client, world):
    client.force_login(datong.supervisor())

    assert client.get(page_of(datong.frozen())).status_code == 404
