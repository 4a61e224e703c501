"""Signing on screen, by a delegate, on paper: the pages as a browser without JavaScript would use them."""

import base64
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw

from accounts.models import Role
from selftest import papers
from selftest.errors import SelfCheckError
from selftest.models import Capacity, SelfCheck, Signature, Submission, Way
from selftest.states import SelfCheckState
from selftest.summaries import summary_of
from tests.factories import accounts
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def drawing(*strokes, size=(600, 300)) -> str:
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    for stroke in strokes:
        ImageDraw.Draw(picture).line(stroke, fill=(0, 0, 0, 255), width=5)
    return papers.DRAWING_PREFIX + base64.b64encode(encoded(picture, "PNG")).decode()


def encoded(picture: Image.Image, form: str) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form)
    return stream.getvalue()


NAME = drawing([(80, 90), (300, 140)], [(120, 60), (140, 250)], [(320, 80), (460, 220)])


@pytest.fixture
def submission() -> Submission:
    return world.submitted()


def browser(submission: Submission, role: Role = Role.LEGAL_REPRESENTATIVE) -> Client:
    user = world.person(submission.self_check.institution, role)
    user.set_password(accounts.PASSWORD)
    user.save()
    client = Client()
    client.force_login(user)
    return client


def post(submission: Submission, client: Client, **given: object):
    values = {"way": "on_screen", "digest": submission.digest, "signer_name": "高振华", "password": accounts.PASSWORD}
    return client.post(reverse("selftest:sign", args=[submission.self_check_id]), {**values, **given})


def state_of(submission: Submission) -> str:
    return SelfCheck.objects.get(pk=submission.self_check_id).state


def upload(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_page_tells_what_is_signed_and_shows_the_letter_and_the_digest(submission):
    page = browser(submission).get(reverse("selftest:signing", args=[submission.self_check_id]))

    text = page.content.decode()
    groups = [submission.digest[start : start + 4] for start in range(0, 64, 4)]
    words = [
        "营业执照地址没有变更",
        "搬迁后没有及时办理",
        "办理变更登记",
        "没有异地分支机构",
        "二、对出具的数据、结果负责。",
        "在这里手写签名",
    ]
    assert [word for word in (*words, *groups) if word not in text] == []
    assert 'name="written"' in text.split("打印签字盖章后上传<")[-1]


def test_summary_counts_choices_and_names_differences_from_the_pool():
    self_check = world.filled()
    basic = self_check.blocks.get(kind="basic")
    world.filling.save_header(basic, {"address": "新街2号"}, base=0, by=world.clerk(self_check))

    summary = summary_of(world.submitting.submit(self_check, by=world.clerk(self_check)))

    assert (summary.total, summary.yes, summary.no, summary.not_applicable) == (3, 1, 1, 1)
    assert [(found.number, found.due_on.isoformat()) for found in summary.problems] == [(1, "2025-09-30")]
    assert [(found.number, found.answer["reason"]) for found in summary.without] == [(2, "没有异地分支机构")]
    assert [(each.place, each.label, each.new) for each in summary.changes] == [("基本信息", "单位地址", "新街2号")]


def test_representative_signs_on_screen_and_gets_a_receipt(submission):
    client = browser(submission)
    answer = post(submission, client, drawing=NAME)

    signature = Signature.objects.get(submission=submission)
    page = client.get(answer.url).content.decode()
    assert state_of(submission) == SelfCheckState.SUBMITTED
    assert (signature.way, signature.capacity, signature.signer_name) == (
        Way.ON_SCREEN, Capacity.REPRESENTATIVE, "高振华",
    )  # fmt: skip
    with Image.open(signature.image) as picture:
        assert (picture.format, picture.mode, picture.width > 300) == ("PNG", "LA", True)
    assert signature.receipt_number in page
    assert reverse("selftest:receipt", args=[signature.token]) in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"drawing": ""}, "签名框是空的"),
        ({"drawing": drawing()}, "签名框是空的"),
        ({"drawing": drawing([(10, 10), (14, 12)])}, "签名太短"),
        ({"drawing": papers.DRAWING_PREFIX + "AAAA"}, "签名没有完整送达"),
        ({"drawing": "data:image/svg+xml;base64,PHN2Zy8+"}, "签名没有完整送达"),
        ({"drawing": NAME, "password": "wrong"}, "密码不正确"),
        ({"drawing": NAME, "signer_name": "别人"}, "自查表中的法定代表人是“高振华”"),
        ({"drawing": NAME, "digest": "0" * 64}, "请刷新页面、重新阅读后再签署"),
        ({"way": "on_paper"}, "该字段是必填项"),
    ],
)
def test_signature_is_refused_in_words_and_nothing_is_signed(submission, given, words):
    answer = post(submission, browser(submission), **given)

    assert (answer.status_code, words in answer.content.decode()) == (200, True)
    assert (state_of(submission), Signature.objects.count()) == (SelfCheckState.SIGNING, 0)


def test_clerk_signs_as_delegate_only_with_the_written_delegation(submission):
    client = browser(submission, Role.INSTITUTION_CLERK)
    without = post(submission, client, drawing=NAME, signer_name="李晓燕")
    assert (without.status_code, Signature.objects.count()) == (200, 0)

    photo = encoded(Image.new("RGB", (400, 300), "white"), "JPEG")
    post(submission, client, drawing=NAME, signer_name="李晓燕", written=upload("委托书.jpg", photo))

    signature = Signature.objects.get()
    assert (signature.capacity, signature.signer_name, bool(signature.delegation)) == (
        Capacity.DELEGATE,
        "李晓燕",
        True,
    )


def test_signed_page_is_uploaded_and_given_to_who_sees_the_self_check_only(submission):
    client = browser(submission, Role.INSTITUTION_CLERK)
    refused = post(submission, client, way="on_paper", page=upload("签字页.pdf", b"MZ not a pdf"))
    assert "文件内容与扩展名 .pdf 不符" in refused.content.decode()

    post(submission, client, way="on_paper", page=upload("签字页.pdf"))

    signature = Signature.objects.get()
    assert (signature.way, signature.capacity) == (Way.ON_PAPER, Capacity.REPRESENTATIVE)
    url = reverse("selftest:signature_file", args=[submission.self_check_id, 1, "signature"])
    officer = Client()
    officer.force_login(world.county_officer())
    file = officer.get(url)
    assert (b"".join(file.streaming_content), file.headers["Content-Type"]) == (PDF, "application/octet-stream")
    stranger = Client()
    stranger.force_login(world.county_officer("140214"))
    assert stranger.get(url).status_code == 404
    assert officer.get(url.replace("signature", "delegation")).status_code == 404


def test_version_is_withdrawn_and_then_there_is_nothing_to_sign(submission):
    client = browser(submission, Role.INSTITUTION_CLERK)
    client.post(reverse("selftest:withdraw_submission", args=[submission.self_check_id]))

    assert state_of(submission) == SelfCheckState.FILLING
    answer = post(submission, browser(submission), drawing=NAME)
    assert "现在没有待签署的版本" in browser(submission).get(answer.url).content.decode()
    assert Signature.objects.count() == 0


def test_ink_is_cut_out_and_kept_small():
    paper = papers.drawn_signature(drawing([(500, 400), (3000, 900)], size=(3600, 1800)))

    with Image.open(io.BytesIO(paper.content)) as picture:
        assert (picture.format, picture.width <= papers.DRAWING_SIZE[0], len(paper.content) < 60_000) == (
            "PNG",
            True,
            True,
        )
    with pytest.raises(SelfCheckError, match="没有完整送达"):
        papers.drawn_signature(drawing([(0, 0), (900, 900)], size=(4000, 2100)))
