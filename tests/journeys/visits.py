"""People before the screen of a visit or of what follows: signed in at once, and what they do more than once."""

import re
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from tests.journeys.self_check import draw
from tests.journeys.visitor import PATIENCE, Visitor

FOR_A_THUMB = 44
"""Pixels, both ways, of what is touched on a phone."""
TOO_SMALL = """least => [...document.querySelectorAll("a, button, input, select, textarea, summary, canvas")]
  .map(each => ({ each, box: (each.closest("label:has(input)") ?? each).getBoundingClientRect() }))
  .filter(({ box }) => box.width > 0 && box.height > 0 && (box.width < least || box.height < least))
  .map(({ each, box }) => `${each.tagName} ${each.textContent} ${Math.round(box.width)}x${Math.round(box.height)}`)"""


def sign_in(context: BrowserContext, user: User, site: str) -> None:
    """As the page to sign in would, which other journeys go through."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site}])


def in_days(count: int) -> str:
    return f"{timezone.localdate() + timedelta(days=count):%Y-%m-%d}"


def follow(visitor: Visitor, words: str) -> None:
    """A link of the page itself, where the navigation has one like it."""
    visitor.page.locator("main").get_by_role("link", name=words).first.click()
    visitor.page.wait_for_load_state()
    visitor.look()


def look_with_a_thumb(visitor: Visitor) -> None:
    visitor.look()
    too_small = visitor.page.evaluate(TOO_SMALL, FOR_A_THUMB)
    assert not too_small, too_small


def open_part(page: Page, name: str) -> None:
    """A part of the visit on the device, as its links do."""
    page.evaluate("name => { location.hash = name; }", name)
    expect(page.locator("[data-main]")).to_have_attribute("data-part", name.partition("=")[0])


def sign_on_the_glass(officer: Visitor, who: str, name: str = "") -> None:
    page = officer.page
    page.get_by_label("谁签字").select_option(label=who)
    if name:
        page.get_by_label("签字人姓名").fill(name)
    draw(officer, page.locator("canvas"))
    page.get_by_role("button", name="确认签字").click()
    expect(page.locator(".os-signed li", has_text=name or who.partition("（")[0])).to_be_visible()


def end_on_site(officer: Visitor, outcome: str, *, words: str = "", opinion: str = "") -> None:
    page = officer.page
    open_part(page, "end")
    page.locator(".os-option", has_text=outcome).click()
    if words:
        page.get_by_label(re.compile("^情况说明")).fill(words)
    if opinion:
        page.get_by_label(re.compile("^被检查机构的意见")).fill(opinion)
    look_with_a_thumb(officer)
    page.get_by_role("button", name="结束检查").click()
    expect(page.get_by_text(f"检查已结束：{outcome}")).to_be_visible(timeout=PATIENCE)
