"""From the paper to the proof: whoever scans the code on a notice has it checked in the own browser, without an account."""

import pytest
from playwright.sync_api import expect

from campaigns import notices, transitions
from reports import datasets
from tests.campaigns import datong
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def notice(live_server):
    datong.pool()
    datong.officers()
    draw = datong.drawn()
    transitions.dispatch(draw.campaign, by=datong.officer())
    datong.declared(draw.campaign)
    task = draw.tasks.order_by("pk").first()
    notices.issue_notice(task, by=datong.officer())
    found = datasets.with_notice(type(task).objects.filter(pk=task.pk)).get()
    return datasets.inspection_notice(found, site=live_server.url, made_by=datong.officer())


@pytest.fixture
def visitor(context, live_server, faults):
    return Visitor(context.new_page(), live_server.url, faults)


def test_code_on_a_notice_leads_to_a_proof_that_holds(visitor, live_server, notice):
    visitor.go(notice.verify_url.removeprefix(live_server.url))
    page = visitor.page
    expect(page.get_by_text(notice.institution_name)).to_be_visible()
    digits = page.locator("main").inner_text().replace(" ", "").replace("\n", "")
    assert [label for label, text in notice.evidence if text.replace(" ", "") not in digits] == []

    page.locator("a.btn-primary", has_text="在浏览器里核对").click()
    page.get_by_role("button", name="核验这份入池证明").click()

    expect(page.locator("[data-result][data-done=good]")).to_be_visible()


def test_head_printed_on_a_notice_is_found_in_the_public_log(visitor, live_server, notice):
    visitor.go(notice.verify_url.removeprefix(live_server.url))

    visitor.page.get_by_role("link", name="在公开日志里核对").click()

    expect(visitor.page.locator("main")).to_contain_text("一致")
