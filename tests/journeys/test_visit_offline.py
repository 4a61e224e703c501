"""A whole visit on a phone without network, while a colleague enters things elsewhere; then everything arrives, once."""

import re

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.visitor import PATIENCE, PHONE, Visitor
from tests.journeys.visits import look_with_a_thumb, open_part, sign_in, sign_on_the_glass
from tests.visits import world
from visits import attending
from visits.models import Entry, Evidence, Operation, Visit, VisitSignature

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

EXPECTED = ("ERR_INTERNET_DISCONNECTED", "Failed to load resource", "status of 302")
"""What the browser itself writes on its console when the line is cut."""
MINE, THEIRS = "两人社保在别处", "一人没有劳动合同"
OWN_LINES = ("matter:M-scjg", "block:legal", "block:people", "block:equipment", "block:capability", "block:other")


@pytest.fixture
def visit(db, media_root, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    return world.planned()


@pytest.fixture
def phone(new_context, live_server):
    """A phone on which this person is signed in."""

    def opened(user):
        context = new_context(viewport=PHONE, has_touch=True)
        sign_in(context, user, live_server.url)
        return context

    return opened


def photo(folder):
    path = folder / "people.jpg"
    Image.effect_noise((900, 700), 90).convert("RGB").save(path, quality=95)
    return path


def take_along(officer, visit):
    """The list and the visit are on the phone, and so are the pages."""
    officer.go("/onsite/")
    expect(officer.page.get_by_role("link", name=visit.task.institution.name)).to_be_visible(timeout=PATIENCE)
    officer.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(officer.page.get_by_text("还没有保存到本机")).to_have_count(0, timeout=PATIENCE)
    officer.go(f"/onsite/visits/{visit.pk}/")
    expect(officer.page.get_by_role("link", name="出示证件")).to_be_visible(timeout=PATIENCE)


def says(page, words):
    expect(page.locator("[data-net]")).to_contain_text(words, timeout=PATIENCE)


def answer(page, line, words, facts=""):
    page.evaluate("line => { location.hash = `line=${encodeURIComponent(line)}`; }", line)
    title = page.locator(".os-line-title")
    expect(title).to_be_visible()
    page.locator(".os-choice-large").get_by_label(words, exact=True).check()
    if facts:
        page.get_by_label("情况描述").fill(facts)
        page.get_by_label("情况描述").blur()
    expect(page.locator(".os-of .os-mark")).to_contain_text(re.compile("已填写|已记录"))


def begin_offline(officer):
    page = officer.page
    open_part(page, "certificates")
    look_with_a_thumb(officer)
    expect(page.get_by_text("部门执法证").first).to_be_visible()
    open_part(page, "start")
    look_with_a_thumb(officer)
    page.get_by_role("button", name="现在开始检查").click()
    expect(page.get_by_text("已填 0 / 7 行")).to_be_visible()


def fill_offline(officer, picture):
    page = officer.page
    for line in OWN_LINES:
        answer(page, line, *(("发现问题", MINE) if line == "block:people" else ("未发现问题",)))
    open_part(page, "line=block%3Apeople")
    with page.expect_file_chooser() as chooser:
        page.locator(".os-bar-button", has_text="拍照").click()
    chooser.value.set_files(picture)
    expect(page.locator(".os-files li")).to_contain_text("在本机，等待上传")
    look_with_a_thumb(officer)


def sign_offline(officer, officers):
    open_part(officer.page, "signatures")
    for name in officers:
        sign_on_the_glass(officer, f"{name}（执法检查人员）")
    sign_on_the_glass(officer, "被检查机构", "高振华")
    look_with_a_thumb(officer)


def settle(officer):
    page = officer.page
    expect(page.locator(".os-rival")).to_contain_text(THEIRS, timeout=PATIENCE)
    expect(page.locator(".os-rival")).to_contain_text(MINE)
    look_with_a_thumb(officer)
    page.get_by_role("button", name="合并后修改").click()
    page.get_by_label("情况描述").blur()
    says(page, "已上传")
    expect(page.locator(".os-rival")).to_have_count(0)


def end(officer):
    page = officer.page
    open_part(page, "end")
    page.locator(".os-option", has_text="已实施检查").click()
    page.get_by_label("被检查机构的意见").fill("无异议")
    page.get_by_label("签字后记录变动的说明").fill("离线期间同组人员也有录入，已合并")
    look_with_a_thumb(officer)
    page.get_by_role("button", name="结束检查").click()
    expect(page.get_by_text("检查已结束：已实施检查")).to_be_visible(timeout=PATIENCE)


def test_whole_visit_without_network(visit, phone, live_server, faults, tmp_path):
    first, second, ecologist = world.team(visit.task)
    context = phone(first)
    officer = Visitor(context.new_page(), live_server.url, faults)
    page = officer.page
    take_along(officer, visit)
    look_with_a_thumb(officer)

    context.set_offline(True)
    page.reload()
    says(page, "没有网络")
    begin_offline(officer)
    fill_offline(officer, photo(tmp_path))
    sign_offline(officer, [each.name for each in visit.attendees.all() if each.enforces][:2])
    attending.start_visit(visit, by=second)
    world.give(visit, "block:people", second, answer="problem", facts=THEIRS)
    world.give(visit, "matter:M-sthj", ecologist, answer="sound")
    page.reload()
    open_part(page, "line=block%3Apeople")
    expect(page.get_by_label("情况描述")).to_have_value(MINE)
    assert (Operation.objects.count(), Evidence.objects.count(), VisitSignature.objects.count()) == (2, 0, 0)

    other_tab = context.new_page()
    other_tab.goto(f"{live_server.url}/onsite/visits/{visit.pk}/")
    context.set_offline(False)
    for each in (page, other_tab):
        says(each, "已上传")
    assert sorted(Operation.objects.filter(by=first).values_list("line", flat=True)) == sorted(OWN_LINES)
    assert (Evidence.objects.count(), Evidence.objects.whole().count(), VisitSignature.objects.count()) == (1, 1, 3)
    assert Entry.objects.get(line="block:people").facts == THEIRS

    settle(officer)
    end(officer)
    visit = Visit.objects.get(pk=visit.pk)
    assert (visit.state, visit.opinion) == ("ended", "无异议")
    assert set(Entry.objects.get(line="block:people").facts.split("\n")) == {THEIRS, MINE}
    assert not Operation.objects.filter(state="rival").exists()
    faults[:] = [fault for fault in faults if not any(words in fault for words in EXPECTED)]


def test_expired_session_keeps_everything_until_the_next_sign_in(visit, phone, live_server):
    attending.start_visit(visit, by=world.team(visit.task)[1])
    user = world.team(visit.task)[0]
    context = phone(user)
    officer = Visitor(context.new_page(), live_server.url, [])
    page = officer.page
    page.route("**/today.json", lambda route: route.abort())
    officer.go("/onsite/")
    officer.sees("没有网络，这里显示本机保存的内容。")
    officer.sees_no("没有安排给您的检查")
    page.unroute("**/today.json")
    take_along(officer, visit)

    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    answer(page, "block:people", "发现问题", MINE)
    says(page, "登录已过期")
    open_part(page, "kept")
    expect(page.get_by_role("link", name="重新登录")).to_be_visible()
    assert not Operation.objects.exists()

    sign_in(context, user, live_server.url)
    page.goto(f"{live_server.url}/onsite/")
    says(page, "已上传")
    assert Entry.objects.get(line="block:people").facts == MINE
    assert Operation.objects.count() == 1
