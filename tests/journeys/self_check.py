"""The steps of a self-check, each as a person takes it on the screen: the bureau, the clerk, the legal representative."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Locator, expect

from accounts.models import Role
from institutions.models import Institution
from selftest.models import FormTemplate
from tests.factories import accounts, institutions
from tests.journeys import datong
from tests.journeys.visitor import PATIENCE, Visitor

INSTITUTION = "大同市平城区顺达机动车检测有限公司"
CLERK, HEAD = "郭小燕", "高振华"
ROUND = "2025年度机构自查"
YES, NO, NOT_APPLICABLE = "发现了问题", "没有发现问题", "没有这种情形"
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
STROKES = (
    ((0.15, 0.3), (0.3, 0.28), (0.42, 0.3)),
    ((0.28, 0.15), (0.27, 0.5), (0.2, 0.8)),
    ((0.55, 0.2), (0.6, 0.5), (0.72, 0.8)),
    ((0.8, 0.2), (0.7, 0.55), (0.55, 0.8)),
)
"""A name as a finger writes it, in parts of the pad."""
AS_A_HAND = 20
"""Milliseconds from point to point: the pad overlooks what no hand could do."""


@dataclass(frozen=True)
class Letter:
    address: str
    clerks_code: str
    heads_code: str
    text: str


def institution() -> Institution:
    """All that the form's header asks, but for the telephone of the person to talk to."""
    found = institutions.institution(
        INSTITUTION, address="平城区永泰南路128号", legal_representative=HEAD, contact=CLERK,
        legal_representative_phone="13800000001",
    )  # fmt: skip
    institutions.certificate(
        found, institutions.domain(), number="210405110028", issuer="山西省市场监督管理局", top_manager=HEAD,
        top_manager_phone="13800000001", technical_lead="王建军", signatories=["王建军", "赵文斌"],
    )  # fmt: skip
    return found


def form() -> FormTemplate:
    return FormTemplate.objects.get(code="shanxi-2025")


def open_round(officer: Visitor, campaign: int) -> None:
    """Ends on the page of the round, once the worker has asked the institutions."""
    officer.go(f"/campaigns/{campaign}/selfchecks/")
    officer.open("新建自查轮次")
    officer.fill("名称", ROUND)
    officer.fill("自查表", str(form()))
    officer.fill("截止日期", f"{timezone.localdate() + timedelta(days=10):%Y-%m-%d}")
    officer.tick("上传到系统")
    officer.press("保存")
    officer.sees("还在筹备，机构看不到")
    officer.open("启动自查")
    officer.press("启动自查")
    officer.sees("启动时间", "请了哪些县区的机构自查？")
    officer.look()


def print_letters(county: Visitor, into: Path) -> Letter:
    county.go("/selfchecks/rounds/")
    county.open(ROUND)
    county.open("通知函")
    county.press("生成")
    text = datong.text_of(datong.download_made(county, into))
    clerks_code, heads_code = CODE.findall(text)
    address = re.search(r"打开(http\S+?/activate/)输入邀请码", text)
    assert address
    return Letter(address.group(1), clerks_code, heads_code, text)


def activate(visitor: Visitor, address: str, code: str, *, name: str, username: str, role: Role) -> None:
    """From the address on the letter to one's own self-checks."""
    assert address.startswith(f"{visitor.site}/")
    visitor.go(address.removeprefix(visitor.site))
    visitor.fill("邀请码", code)
    visitor.press("下一步")
    visitor.sees(INSTITUTION, str(role.label))
    visitor.fill("姓名", name)
    visitor.fill("手机或电话", "13800000002")
    visitor.fill("用户名", username)
    visitor.fill("密码", accounts.PASSWORD)
    visitor.fill("再次输入密码", accounts.PASSWORD)
    visitor.press("开通账号并登录")
    visitor.sees(f"您已成为{INSTITUTION}的{role.label}", ROUND)


def sign_in(visitor: Visitor, username: str) -> None:
    visitor.go("/accounts/sign-in/")
    visitor.fill("用户名", username)
    visitor.fill("密码", accounts.PASSWORD)
    visitor.press("登录")
    visitor.sees("您好")


def open_own(visitor: Visitor) -> None:
    """The institution's self-check as a whole."""
    visitor.go("/my/selfchecks/")
    visitor.page.locator("main").get_by_role("link", name=INSTITUTION).click()
    visitor.sees("自查项目")


def choose(visitor: Visitor, words: str) -> None:
    visitor.page.locator(".fill-option", has_text=words).click()


def is_told(visitor: Visitor, words: str) -> None:
    """At the foot of the page, where it says what has become of the typed words."""
    expect(visitor.page.locator("[data-save-state]")).to_contain_text(words, timeout=PATIENCE)


def go_on(visitor: Visitor, to: int | None) -> None:
    """To the item `to` once this one is saved; None: to the whole."""
    visitor.page.locator(".fill-bar").get_by_role("button").click()
    where = rf"/items/{to}/$" if to else r"/my/selfchecks/\d+/$"
    expect(visitor.page).to_have_url(re.compile(where), timeout=PATIENCE)


def find_nothing(visitor: Visitor, items: Sequence[int], *, then: int | None) -> None:
    for item, following in zip(items, [*items[1:], then], strict=True):
        expect(visitor.page.locator("h1")).to_contain_text(f"第 {item} 项")
        choose(visitor, NO)
        go_on(visitor, following)


def take_photo(visitor: Visitor, picture: Path) -> None:
    visitor.page.locator("main summary", has_text="证明材料").click()
    visitor.page.locator(".evidence-camera input").set_input_files(picture)
    expect(visitor.page.get_by_role("link", name=picture.name)).to_be_visible(timeout=PATIENCE)
    visitor.look()


def marks(visitor: Visitor) -> list[str]:
    """How far the header and each item are, by the list on the page of the whole."""
    return visitor.page.locator(".fill-items [data-mark]").all_inner_texts()


def values(visitor: Visitor, *labels: str) -> list[str]:
    return [visitor.field(label).input_value() for label in labels]


def hand_in(clerk: Visitor) -> None:
    """From the page of the whole to the page where the legal representative will sign."""
    clerk.open("检查并提交")
    clerk.sees("各项都已填完")
    clerk.press("提交签署")
    clerk.sees("受委托人在这里手写签名")


def sign(head: Visitor) -> tuple[str, str]:
    """With the finger; gives the number of the receipt and the time, as the page says them."""
    head.go("/my/selfchecks/")
    head.open("去签署")
    head.sees("诚信守法承诺书")
    draw(head, head.page.locator("canvas"))
    signing = head.page.locator("form[data-signing]")
    head.fill("签署人姓名", HEAD, within=signing)
    head.fill("您的登录密码", accounts.PASSWORD, within=signing)
    head.press("签署并报送", within=signing)
    head.sees("已经报送")
    return head.page.locator(".sign-done .code").inner_text(), fact(head, "报送时间")


def draw(visitor: Visitor, canvas: Locator) -> None:
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    glass = visitor.page.context.new_cdp_session(visitor.page)
    for stroke in STROKES:
        points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in stroke]
        for number, point in enumerate(points):
            kind = "touchMove" if number else "touchStart"
            glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
            visitor.page.wait_for_timeout(AS_A_HAND)
        glass.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def fact(visitor: Visitor, term: str) -> str:
    """What stands beside this term."""
    beside = visitor.page.locator("main dl > div", has=visitor.page.locator("dt", has_text=term))
    return " ".join(beside.locator("dd").first.inner_text().split())


def address_of(visitor: Visitor, link: str) -> str:
    """Where a link leads that opens a page of its own."""
    return visitor.page.locator("main").get_by_role("link", name=link).first.get_attribute("href") or ""


def review(county: Visitor) -> None:
    """From the list of rounds to the signed form."""
    county.go("/selfchecks/rounds/")
    county.open(ROUND)
    county.page.locator("main").get_by_role("link", name="自查表", exact=True).first.click()
    county.page.locator("#list").get_by_role("link", name=INSTITUTION).click()
    county.sees("审核意见")


def send_back(county: Visitor, items: dict[int, str]) -> None:
    review(county)
    county.look()
    for item, words in items.items():
        county.tick(f"退回第 {item} 项", within=county.page.locator(f"#item-{item}"))
        county.fill(f"退回第 {item} 项的理由", words)
    county.press("退回勾选的项目补正")
    county.sees(f"已退回“{INSTITUTION}” {len(items)} 处")
    county.look()


def download(visitor: Visitor, link: str, into: Path) -> str:
    """The text of the PDF behind this link, without any white space."""
    with visitor.downloads(into):
        visitor.page.locator("main").get_by_role("link", name=link).click()
    return datong.text_of(into)
