"""A citizen reads: every public page without fault for eyes, ears, a phone and a slow line; the way from a name to what
was found and why it was corrected needs no JavaScript."""

import gzip

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.visitor import PHONE, Visitor
from tests.publications import canaries

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LARGEST = 300_000
WITH_CHARTS = "/public/figures/"
LOADED = "performance.getEntries().filter(e => e.name.startsWith(location.origin)).map(e => e.name)"


@pytest.fixture
def aviary(live_server, media_root):
    return canaries.build()


@pytest.fixture
def visitor(context, live_server, faults):
    return Visitor(context.new_page(), live_server.url, faults)


def pages(aviary: canaries.Aviary) -> list[str]:
    code, draw = aviary.institution.identifier, aviary.draw.code
    results, penalties, *_, withdrawn, _practice = [each.code for each in aviary.publications]
    lists = (
        "matters",
        "plans",
        "bulletins",
        "publications",
        "campaigns",
        "results",
        "penalties",
        "institutions",
        "data",
    )
    return [
        "/", "/public/search/?q=画眉", WITH_CHARTS, *(f"/public/{name}/" for name in lists),
        f"/public/publications/{results}/", f"/public/publications/{results}/1/", f"/public/publications/{penalties}/",
        f"/public/publications/{withdrawn}/", "/public/campaigns/140200-2025-7/", f"/public/institutions/{code}/",
        "/public/draws/", f"/public/draws/{draw}/", "/public/log/", "/verify/", "/complaints/new/", "/complaints/status/",
    ]  # fmt: skip


def sent(page: Page) -> int:
    """Bytes of the page with all that it loads, compressed as production sends it."""
    return sum(weight_of(page, address) for address in set(page.evaluate(LOADED)))


def weight_of(page: Page, address: str) -> int:
    if address not in weights or "/static/" not in address:
        weights[address] = len(gzip.compress(page.request.get(address).body()))
    return weights[address]


weights: dict[str, int] = {}
"""Of what was loaded, by address."""


def test_every_public_page_is_without_fault_and_light(visitor, aviary):
    for path in pages(aviary):
        visitor.go(path)
        expect(visitor.page.locator("h1")).to_have_count(1)
        weight = sent(visitor.page)
        assert weight < LARGEST or path == WITH_CHARTS, f"{path}: {weight:,} bytes"
        if path.startswith("/public/results/"):
            assert not visitor.page.locator("script").count()


def test_from_a_name_to_what_was_found_without_javascript_on_a_phone(new_context, live_server, aviary):
    page = new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(f"{live_server.url}/")
    page.get_by_label("查机构、查抽查").fill("画眉")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="画眉检测有限公司").click()

    main = page.locator("main")
    for words in (aviary.institution.identifier, "画眉问题2", "画眉违法事实", "更正：检查日期有误", "画眉承诺"):
        expect(main.get_by_text(words).first).to_be_visible()

    page.get_by_role("link", name="画眉结果初版").click()
    expect(main).to_contain_text("已被更正的第 1 版")
    page.get_by_role("link", name="看现行的一版").click()
    expect(page.locator("h1")).to_have_text("画眉结果更正版")
