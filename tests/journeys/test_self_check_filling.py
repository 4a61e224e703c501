"""Filling a self-check in real browsers: two people at once, a cut connection, an expired session, another account."""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from selftest.models import Answer
from tests.journeys.visitor import DESK, PATIENCE, PHONE, Visitor
from tests.selftest import world

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

EXPECTED = ("status of 409", "status of 403", "ERR_INTERNET_DISCONNECTED")
"""What the browser itself writes on its console when the server tells of a conflict, or the line is cut."""
PROBLEM = "两份原始记录没有复核人签字"


@pytest.fixture
def self_check(db):
    found = world.begun()
    world.person(found.institution, name="second-clerk")
    return found


@pytest.fixture
def open_browser(new_context, live_server):
    """A browser in which this person is signed in."""

    def opened(user, size=DESK):
        context = new_context(viewport=size)
        sign_in(context, user, live_server.url)
        return context

    return opened


def sign_in(context, user, site):
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site}])


def page_of(self_check, item):
    return f"/my/selfchecks/{self_check.pk}/items/{item}/"


def choose(page, words):
    page.locator(".fill-option", has_text=words).click()


def says(page, words):
    expect(page.locator("[data-save-state]")).to_contain_text(words, timeout=PATIENCE)


def answer_of(self_check, item):
    return Answer.objects.get(self_check=self_check, item=item)


def test_two_clerks_lose_nothing_and_the_later_one_is_told(self_check, open_browser, live_server, faults):
    clerk, second = world.clerk(self_check), world.person(self_check.institution, name="second-clerk")
    left = Visitor(open_browser(clerk).new_page(), live_server.url, faults)
    right = Visitor(open_browser(second).new_page(), live_server.url, faults)
    left.go(page_of(self_check, 1))
    right.go(page_of(self_check, 2))
    right.go(f"/my/selfchecks/{self_check.pk}/")
    right.go(f"/my/selfchecks/{self_check.pk}/check/")
    right.go(f"/my/selfchecks/{self_check.pk}/header/")
    right.go(page_of(self_check, 2))

    choose(left.page, "发现了问题")
    left.fill("问题描述", PROBLEM)
    choose(right.page, "没有这种情形")
    right.fill("不适用理由", "没有异地分支机构")
    for each in (left, right):
        says(each.page, "已保存")
        each.look()
    assert (answer_of(self_check, 1).description, answer_of(self_check, 2).reason) == (PROBLEM, "没有异地分支机构")

    right.press("下一项")
    left.go(page_of(self_check, 3))
    expect(right.page).to_have_url(f"{live_server.url}{page_of(self_check, 3)}")
    choose(left.page, "没有发现问题")
    says(left.page, "已保存")
    choose(right.page, "发现了问题")
    says(right.page, "有人同时修改了这一项")
    expect(right.page.locator("[data-conflict-panel]")).to_contain_text(clerk.name)
    right.look()
    assert answer_of(self_check, 3).choice == "no"
    right.press("保存下面填写的内容")
    says(right.page, "已保存")
    assert answer_of(self_check, 3).choice == "yes"
    faults[:] = [fault for fault in faults if not any(words in fault for words in EXPECTED)]


def test_cut_line_and_closed_tab_lose_nothing_and_another_account_sees_nothing(self_check, open_browser, live_server):
    clerk, second = world.clerk(self_check), world.person(self_check.institution, name="second-clerk")
    browser = open_browser(clerk, PHONE)
    place = f"{live_server.url}{page_of(self_check, 1)}"
    page = browser.new_page()
    page.goto(place)
    browser.set_offline(True)
    choose(page, "发现了问题")
    page.get_by_label("问题描述").fill(PROBLEM)
    page.get_by_label("整改完成日期").fill("2025-09-30")
    says(page, "网络已断开")
    page.close()
    assert answer_of(self_check, 1).revision == 0

    browser.set_offline(False)
    sign_in(browser, second, live_server.url)
    page = browser.new_page()
    page.goto(place)
    expect(page.locator("#choice-yes")).not_to_be_checked()
    page.goto(f"{live_server.url}/my/selfchecks/{self_check.pk}/")
    assert answer_of(self_check, 1).revision == 0

    sign_in(browser, clerk, live_server.url)
    page.goto(place)
    expect(page.get_by_label("问题描述")).to_have_value(PROBLEM)
    says(page, "已保存")
    saved = answer_of(self_check, 1)
    assert (saved.choice, saved.description, saved.due_on) == ("yes", PROBLEM, date(2025, 9, 30))


def test_expired_session_keeps_the_draft_until_the_next_sign_in(self_check, open_browser, live_server):
    clerk = world.clerk(self_check)
    browser = open_browser(clerk, PHONE)
    page = browser.new_page()
    page.goto(f"{live_server.url}{page_of(self_check, 2)}")
    browser.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    choose(page, "没有发现问题")
    says(page, "登录已过期")
    expect(page.get_by_role("link", name="重新登录")).to_be_visible()

    sign_in(browser, clerk, live_server.url)
    page.goto(f"{live_server.url}/my/selfchecks/{self_check.pk}/")
    expect(page.locator("[data-entry='2'] [data-mark]").first).to_have_text("没有问题")
