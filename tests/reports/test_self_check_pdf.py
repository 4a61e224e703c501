"""The printed self-check: a person should take it for the official form of the notice's annex."""

import io
import zipfile

import pypdf
import pytest

from accounts.models import Role
from jobs.models import JobState
from jobs.running import run_job
from jobs.services import start_job
from reports.pdf import qr_data_uri
from reports.self_check_batch import KIND, asked_for
from reports.self_check_form import HeaderTable, blank_sheet, draft_sheet, version_sheet
from reports.self_check_pdf import form_html, render_receipt, render_self_check
from reports.self_check_receipt import receipt_of
from reports.typesetting import in_fours
from selftest import filling
from selftest.models import Signature
from tests.campaigns import datong
from tests.factories import accounts
from tests.reports import self_check_samples as samples
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
TITLE = "2025年度资质认定检验检测机构自查表"
COLUMNS = "序号自查内容检查方法及证明材料要求是否发现问题（选择）问题描述"


def pages_of(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture
def signature() -> Signature:
    return samples.signed()


def test_signed_version_prints_as_the_official_form(signature):
    sheet = version_sheet(signature.submission, made_by=datong.officer(), address=samples.ADDRESS)
    pdf = render_self_check(sheet)

    reader, pages = pypdf.PdfReader(io.BytesIO(pdf)), pages_of(pdf)
    text, html = "".join(pages), form_html(sheet)
    *table, letter = reader.pages
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in table} == {(842, 595)}
    assert (round(letter.mediabox.width), round(letter.mediabox.height)) == (595, 842)
    assert pages[0].startswith(TITLE + "基本信息")
    assert [COLUMNS in page for page in pages[:-1]] == [True] * (len(pages) - 1)
    asked = [
        squeezed(words)
        for item in samples.SHANXI["content"]["items"]
        for words in (item["title"], item["method"], *(point["label"] + point["text"] for point in item["points"]))
    ]
    on_paper = squeezed(html.replace("<p>", "").replace("</p>", ""))
    assert [words for words in asked if words not in on_paper] == []
    told = [*samples.BASIC.values(), *(str(part) for row in samples.PROBLEMS.values() for part in row), "没有分包"]
    assert [words for words in told if squeezed(words) not in squeezed(html)] == []
    assert html.count("√") == 18
    foot = f"回执{signature.receipt_number}内容摘要{signature.digest}"
    assert [foot in page for page in pages] == [True] * len(pages)
    assert (html.count('class="hand"'), qr_data_uri(samples.ADDRESS) in html, "草稿" in text) == (2, True, False)
    assert "诚信守法承诺书" in pages[-1]


def test_choice_is_ticked_and_its_words_stand_beside_it(signature):
    sheet = version_sheet(signature.submission, made_by=datong.officer())

    ticked = {item.number: [label for label, chosen in item.options if chosen] for item in sheet.items}
    assert ticked == {number: [_label(number)] for number in range(1, 19)}
    assert sheet.items[1].words == (("不适用理由", "没有异地分支机构和分场所"),)
    assert [label for label, _ in sheet.items[7].words] == ["问题描述", "原因分析", "整改措施", "完成日期"]
    assert [(table.label, len(table.rows)) for table in sheet.headers] == [("基本信息", 1), ("取得资质认定的情况", 2)]
    assert sheet.headers[1].rows[0][-1] == "王建军、赵文斌、镕喆"


def _label(number: int) -> str:
    return "是" if number in samples.PROBLEMS else "不适用" if number in samples.WITHOUT else "否"


def test_draft_and_blank_form_carry_no_signature_and_the_draft_is_stamped_on_every_page():
    self_check = world.filled()
    officer = datong.officer()

    draft = draft_sheet(self_check, made_by=world.clerk(self_check))
    blank = blank_sheet(self_check.round.form, made_by=officer)

    pages = pages_of(render_self_check(draft))
    assert ["草稿" in page for page in pages] == [True] * len(pages)
    assert (draft.digest, draft.signature.picture, draft.check_url) == ("", "", "")
    assert (blank.stamp, form_html(blank).count("√"), set(blank.headers[0].rows[0])) == ("", 0, {""})


def test_longest_answers_run_over_pages_and_nothing_is_lost():
    self_check = world.begun()
    clerk = world.clerk(self_check)
    long = {name: f"{name}开始" + "检" * 1900 + f"{name}结束" for name in ("description", "cause", "measure")}
    filling.save_answer(self_check, 1, {**world.YES, **long}, base=0, by=clerk)
    block = self_check.blocks.get(kind="certificate")
    filling.save_header(block, {"signatories": [f"签字人{number:02d}" for number in range(60)]}, base=0, by=clerk)

    text = "".join(pages_of(render_self_check(draft_sheet(self_check, made_by=clerk))))

    assert [name for name in long if f"{name}开始" not in text or f"{name}结束" not in text] == []
    assert [number for number in range(60) if f"签字人{number:02d}" not in text] == []
    assert text.count("检" * 3) > 0
    assert isinstance(draft_sheet(self_check, made_by=clerk).headers[0], HeaderTable)


def test_receipt_prints_what_the_public_page_is_compared_with(signature):
    receipt = receipt_of(signature, made_by=datong.officer())

    (page,) = pages_of(render_receipt(receipt))

    parts = [
        signature.receipt_number,
        samples.BASIC["name"],
        signature.digest,
        "发现问题2项，未发现问题14项，不适用2项",
        signature.token,
    ]
    assert [part for part in (*parts, "高振华（法定代表人，在线签名）", "第1版") if part not in page] == []
    assert receipt.digest == in_fours(signature.digest)


def test_signed_self_checks_of_a_round_come_in_one_file_for_who_sees_them():
    self_check = world.signed(of=world.institution(name="平城机动车检测有限公司"))
    officer = world.county_officer()

    def made(form: str, by):
        return run_job(start_job(KIND, "自查表", by=by, parameters=asked_for(self_check.round, "140213", form)).pk)

    printed, kept = made("pdf", officer), made("zip", officer)
    refused = made("pdf", accounts.user("elsewhere", Role.COUNTY_OFFICER, at="scjg:140214"))

    assert (printed.state, printed.result) == (JobState.DONE, {"self_checks": 1})
    assert "平城机动车检测有限公司" in "".join(pages_of(printed.file.read()))
    with zipfile.ZipFile(kept.file) as package:
        assert package.namelist() == ["0001 平城机动车检测有限公司.pdf"]
        assert pages_of(package.read("0001 平城机动车检测有限公司.pdf"))[0].startswith("检验检测机构自查表")
    assert (refused.state, bool(refused.file)) == (JobState.FAILED, False)
