"""A self-check from the bureau's letter to the accepted form: on a phone and at a desk, through a cut line, returned once."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Role
from tests.campaigns import datong as campaigns
from tests.journeys import self_check as steps
from tests.journeys.visitor import DESK, PHONE, Visitor
from tests.selftest import files

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.long]

PHOTO, WITHOUT, PROBLEM = 5, 2, 9
REASON, BETTER_REASON = "没有异地分支机构", "没有异地分支机构，全部检验在永泰南路128号进行"
DESCRIPTION, CAUSE = "两份原始记录没有复核人签字", "复核人外出培训，没有指定代理人"
MEASURE, BETTER_MEASURE = "补签并指定代理人", "逐份核对2025年全部原始记录，补签两份，指定代理人"
RETURNED = {WITHOUT: "请写明检验场所", PROBLEM: "请说明是否核对了其他原始记录"}
CUT_LINE = "ERR_INTERNET_DISCONNECTED"
"""What the browser itself writes on its console."""


@pytest.fixture
def arrive(new_context, live_server, faults):
    """Somebody who has not signed in, with a phone or at a desk."""

    def opened(size):
        context = new_context(viewport=size, has_touch=size == PHONE)
        return Visitor(context.new_page(), live_server.url, faults)

    return opened


def test_self_check_from_the_letter_to_the_accepted_form(people, enter, arrive, faults, tmp_path):
    steps.institution()
    steps.open_round(enter("datong-officer"), campaigns.campaign().pk)
    county = enter("pingcheng")
    letter = steps.print_letters(county, tmp_path / "通知函.pdf")
    assert all(words in letter.text for words in (steps.INSTITUTION, "机构自查通知函", steps.form().title))

    phone = arrive(PHONE)
    begin_on_the_phone(phone, letter, tmp_path)
    fill_through_a_cut_line(phone)
    desk = arrive(DESK)
    go_on_at_the_desk(desk)
    preview(desk)
    steps.hand_in(desk)

    head = arrive(PHONE)
    steps.activate(
        head, letter.address, letter.heads_code, name=steps.HEAD, username="gao", role=Role.LEGAL_REPRESENTATIVE
    )
    number, signed_at = steps.sign(head)
    anybody = arrive(PHONE)
    receipt = steps.address_of(head, "公开查验页")
    anybody.go(receipt)
    anybody.sees("回执有效", number, signed_at, steps.INSTITUTION)

    steps.send_back(county, RETURNED)
    correct_two_items(desk)
    newer, _ = steps.sign(head)
    receipt_is_downloaded(head, newer, tmp_path)
    anybody.go(receipt)
    anybody.sees("此后又报送了新的版本", number, signed_at)
    anybody.look()

    steps.review(county)
    county.press("审核通过")
    county.sees("的自查表已审核通过")
    county.look()
    official_form_is_downloaded(county, newer, tmp_path)
    steps.open_own(desk)
    desk.sees("监管部门已经审核通过。还有 1 个自查发现的问题在整改")
    desk.look()
    faults[:] = [fault for fault in faults if CUT_LINE not in fault]


def begin_on_the_phone(phone, letter, folder):
    """Activates, completes the header, answers items 1 to 8."""
    steps.activate(
        phone, letter.address, letter.clerks_code, name=steps.CLERK, username="guo", role=Role.INSTITUTION_CLERK
    )
    phone.press("开始填报")
    phone.sees("已按名录库预填，请核对")
    phone.fill("联系电话", "0352-5550123")
    steps.is_told(phone, "已保存")
    steps.go_on(phone, 1)
    steps.find_nothing(phone, [1], then=WITHOUT)
    steps.choose(phone, steps.NOT_APPLICABLE)
    phone.fill("不适用理由", REASON)
    steps.go_on(phone, 3)
    steps.find_nothing(phone, [3, 4], then=PHOTO)
    picture = folder / "保密承诺.jpg"
    picture.write_bytes(files.photo(size=(640, 480)))
    steps.take_photo(phone, picture)
    steps.find_nothing(phone, [PHOTO, 6, 7, 8], then=PROBLEM)


def fill_through_a_cut_line(phone):
    """Item 9: half of it is typed before the line is cut, half of it meanwhile."""
    steps.choose(phone, steps.YES)
    phone.fill("问题描述", DESCRIPTION)
    steps.is_told(phone, "已保存")
    phone.page.context.set_offline(True)
    steps.is_told(phone, "网络已断开")
    phone.fill("原因分析", CAUSE)
    phone.fill("整改措施", MEASURE)
    phone.fill("整改完成日期", in_a_week())
    steps.is_told(phone, "网络已断开，内容保存在本机")
    phone.look()
    phone.page.context.set_offline(False)
    steps.is_told(phone, "已保存")
    steps.go_on(phone, 10)


def in_a_week():
    return f"{timezone.localdate() + timedelta(days=7):%Y-%m-%d}"


def go_on_at_the_desk(desk):
    """The other machine shows what the phone has saved; the rest is answered there."""
    steps.sign_in(desk, "guo")
    steps.open_own(desk)
    fine = "没有问题"
    filled = ["已填", fine, "不适用", fine, fine, fine, fine, fine, fine, "发现问题"]
    assert steps.marks(desk) == filled + ["未填"] * 9
    desk.look()
    desk.page.locator(".fill-items").get_by_role("link", name="数据和信息管理要求").click()
    found = steps.values(desk, "问题描述", "原因分析", "整改措施", "整改完成日期")
    assert found == [DESCRIPTION, CAUSE, MEASURE, in_a_week()]
    steps.go_on(desk, 10)
    steps.find_nothing(desk, range(10, 19), then=None)


def preview(desk):
    """The whole form for the printer, and back."""
    overview = desk.page.url.removeprefix(desk.site)
    desk.go(steps.address_of(desk, "打印预览"))
    desk.sees(steps.INSTITUTION, DESCRIPTION, REASON, "参加能力验证和技术比对。")
    desk.go(overview)


def correct_two_items(desk):
    """The clerk finds just these two open, each with the bureau's words."""
    steps.open_own(desk)
    desk.look()
    assert desk.page.locator(".fill-returned a").all_inner_texts() == ["第 2 项", "第 9 项"]
    assert [item for item, mark in enumerate(steps.marks(desk)) if mark == "待补正"] == list(RETURNED)
    desk.page.locator(".fill-items").get_by_role("link", name="人员管理要求").click()
    steps.is_told(desk, "只读")
    assert desk.page.locator(".fill-option").count() == 0
    for item, label, words in ((WITHOUT, "不适用理由", BETTER_REASON), (PROBLEM, "整改措施", BETTER_MEASURE)):
        steps.open_own(desk)
        desk.open(f"第 {item} 项")
        desk.sees("监管部门退回意见", RETURNED[item])
        desk.fill(label, words)
        steps.is_told(desk, "已保存")
    desk.look()
    steps.open_own(desk)
    steps.hand_in(desk)


def receipt_is_downloaded(head, number, folder):
    digest = "".join(head.page.locator("main .digest").first.inner_text().split())
    text = steps.download(head, "下载回执（PDF）", folder / "回执.pdf")
    counts = "发现问题1项，未发现问题16项，不适用1项"
    expected = [number, steps.INSTITUTION, "第2版", steps.HEAD, counts, digest]
    assert [words for words in expected if words not in text] == []


def official_form_is_downloaded(county, number, folder):
    """The landscape table of the annex, with what was signed last."""
    form = steps.form()
    text = steps.download(county, "本版自查表（PDF）", folder / "自查表.pdf")
    first = PdfReader(folder / "自查表.pdf").pages[0].mediabox
    assert first.width > first.height
    titles = [form.title, *("".join(item.title.split()) for item in form.parsed.items)]
    answers = [BETTER_REASON, DESCRIPTION, CAUSE, BETTER_MEASURE, in_a_week(), "保密承诺.jpg"]
    signed = [steps.INSTITUTION, "210405110028", "0352-5550123", "王建军、赵文斌", steps.HEAD, number]
    assert [words for words in [*titles, *answers, *signed] if "".join(words.split()) not in text] == []
    assert [text.count(mark) for mark in ("√是", "√否", "√不适用")] == [1, 16, 1]
    assert REASON + "附" not in text
