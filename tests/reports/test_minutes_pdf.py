"""The printed minutes: everything that is on the page, the code to the public record, and the stamp of a practice."""

import io

import pypdf
import pytest
from django.urls import reverse

from accounts.models import Role
from campaigns import minutes, remarks, voiding
from campaigns.models import Act, CampaignKind, Remark
from reports.documents import DrawMinutes, ItemList, Paragraph
from reports.minutes import draw_minutes
from reports.pdf import qr_data_uri, render_minutes
from reports.typesetting import in_fours
from tests.campaigns import datong
from tests.factories import accounts

pytestmark = pytest.mark.django_db
URL = "https://lianchou.example/public/draws/X/"


@pytest.fixture
def world():
    datong.pool()
    datong.officers()


@pytest.fixture
def draw(world):
    draw = datong.frozen(datong.planned(document_number="同市监认证〔2025〕92号", objection_days=0))
    objection = remarks.add_remark(draw, kind=Remark.Kind.OBJECTION, words="名录不全", by=datong.supervisor())
    remarks.reject_objection(objection, words="已核对", by=datong.officer())
    datong.contribute(draw)
    return datong.run(draw)


def sign(draw, user, words=""):
    user.set_password(accounts.PASSWORD)
    user.save()
    digest = minutes.minutes_of(draw).digest
    minutes.sign_minutes(draw, digest=digest, password=accounts.PASSWORD, by=user, words=words)


def document(draw) -> DrawMinutes:
    return draw_minutes(draw, minutes.minutes_of(draw), record_url=URL, made_by=datong.officer())


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_minutes_print_every_digest_value_person_and_signature(draw):
    sign(draw, datong.supervisor(), words="建议现场公布")
    sign(draw, datong.approver())
    remarks.add_remark(draw, kind=Remark.Kind.COMMENT, words="另附录像", by=datong.supervisor())

    text = text_of(render_minutes(document(draw)))

    found = minutes.minutes_of(draw)
    digests = [draw.commitment, draw.result_digest, found.digest, found.content["log"]["digest"]]
    digests += [one.commitment for one in draw.contributions.exclude(commitment="")]
    assert [digest for digest in digests if digest not in text] == []
    for part in (
        "2025年度检验检测机构监督抽查", "抽取记录", f"抽取编号：{draw.code}", "根据同市监认证〔2025〕92号，", "一、冻结", "本次抽取未设异议期。",
        "骰子scjg:140200", "出处：开奖公告", "五、意见和异议", "提出异议：名录不全", "不予采纳：已核对", "监督见证人用户witness", "负责人",
        "保留意见建议现场公布", "另附录像", URL,
    ):  # fmt: skip
        assert part in text, part


def test_printed_minutes_name_nobody_who_was_drawn(draw):
    text = text_of(render_minutes(document(draw)))

    drawn = [row.institution for row in draw.drawn_institutions.select_related("institution")]
    assert [one.name for one in drawn if one.name in text or one.identifier in text] == []


def test_unsigned_minutes_say_so(draw):
    assert "尚无人签字" in text_of(render_minutes(document(draw)))


def test_practice_is_stamped_on_every_page_and_has_no_code(world):
    practice = document(datong.drawn(datong.planned(kind=CampaignKind.PRACTICE)))

    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_minutes(practice))).pages]

    assert (practice.stamp, practice.record_url) == ("演练", "")
    assert (len(pages) > 1, ["演练" in page for page in pages]) == (True, [True] * len(pages))


def test_void_draw_is_stamped_with_its_reason(draw):
    voiding.void_draw(datong.approved(draw.campaign, Act.VOID, draw=draw, reason="名录有误"))
    draw.refresh_from_db()

    void = document(draw)

    assert (void.stamp, void.made.data_state) == ("已作废", f"抽取 {draw.code}，0 人签字；本次抽取已作废：名录有误")


def test_objection_is_listed_with_its_answer(draw):
    lists = [block for block in document(draw).body if isinstance(block, ItemList)]

    assert len(lists) == 1
    assert lists[0].items[0].startswith("大同市市场监督管理局 用户witness")
    assert lists[0].items[0].endswith("不予采纳：已核对")


def test_minutes_without_remarks_say_so(world):
    body = document(datong.drawn()).body

    assert body[-1] == Paragraph("到抽取完成时，没有人提出意见或异议。")


def test_digests_are_read_in_fours():
    assert in_fours("0123456789ab") == "0123 4567 89ab"


def test_code_leads_to_the_public_record_of_this_draw(client, draw, settings):
    settings.PUBLIC_URL = "https://lianchou.example"
    client.force_login(datong.supervisor())

    answer = client.get(reverse("reports:minutes", args=[draw.pk]))

    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store, private")
    assert f"https://lianchou.example/public/draws/{draw.code}/" in text_of(answer.content)
    assert qr_data_uri(URL).startswith("data:image/svg+xml")


def test_minutes_are_printed_for_nobody_else(client, draw):
    codes = {}
    for name, user in {
        "partner": datong.liaison(datong.POLICE),
        "foreign": accounts.user("xinzhou", Role.SUPERVISOR, at="scjg:140900"),
    }.items():
        client.force_login(user)
        codes[name] = client.get(reverse("reports:minutes", args=[draw.pk])).status_code

    assert codes == {"partner": 403, "foreign": 404}
