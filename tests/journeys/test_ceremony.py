"""The open draw in three browsers and on the projector: sealed, revealed, drawn; refused; voided and drawn anew."""

import pytest
from playwright.sync_api import Page, expect

from campaigns import services
from campaigns.models import Draw, Source
from campaigns.states import DrawState
from tests.campaigns import datong as campaigns
from tests.factories import accounts
from tests.journeys import datong
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.long]

PROJECTOR = {"width": 1920, "height": 1080}
LOTTERY = "03 08 15 16 24 30 + 07"


@pytest.fixture
def parties(people, enter) -> tuple[Visitor, Visitor, Visitor, Visitor]:
    """Officer, approver, the police and the witness, before a plan that all have agreed to."""
    campaigns.officers()
    campaigns.pool()
    campaign = campaigns.planned()
    bureaus = [
        Source(kind=Source.Kind.BUREAU, bureau=accounts.bureau(code)) for code in (campaigns.CITY, campaigns.POLICE)
    ]
    witness = Source(kind=Source.Kind.WITNESS, bureau=accounts.bureau(campaigns.CITY), name="纪检")
    lottery = Source(kind=Source.Kind.PUBLIC, name="双色球2025105期")
    services.replace_sources(campaign, [*bureaus, witness, lottery], by=campaigns.officer())
    campaigns.agreed(campaign)
    officer, approver, police, watcher = map(enter, ("datong-officer", "datong-approver", "police", "witness"))
    return officer, approver, police, watcher


def test_three_parties_draw_in_public(parties):
    officer, approver, police, witness = parties
    datong.freeze(officer, approver)
    screen = projector(witness)
    shows(screen, "等待各方承诺")
    for each in (officer, police, witness):
        datong.commit(each)
    shows(screen, "各方已承诺，等待公开数值产生")
    connection_is_cut(screen, while_it_is_down=lambda: datong.enter_public_value(officer, LOTTERY))
    shows(screen, "公开数值已产生，等待各方揭示")
    a_wrong_value_is_refused(police)
    for each in (officer, police, witness):
        datong.reveal(each)
    shows(screen, "随机数已齐，可以抽取")
    drawn = datong.draw(officer, approver)
    screen_shows_what_was_drawn(screen, drawn)
    screen.reload()
    screen_shows_what_was_drawn(screen, drawn)
    witness.go(screen.url.removeprefix(witness.site))
    witness.sees("抽取完成")


def projector(visitor: Visitor) -> Page:
    """A second page of this person, which is never loaded again; what the first one shows is judged."""
    path = f"/draws/{Draw.objects.get().pk}/ceremony/"
    visitor.go(path)
    screen = visitor.page.context.new_page()
    screen.set_viewport_size(PROJECTOR)
    screen.goto(f"{visitor.site}{path}")
    return screen


def shows(screen: Page, words: str) -> None:
    expect(screen.locator(".ceremony-words")).to_have_text(words, timeout=15_000)


def connection_is_cut(screen: Page, while_it_is_down) -> None:
    screen.context.set_offline(True)
    while_it_is_down()
    expect(screen.get_by_text("连接中断")).to_be_visible(timeout=15_000)
    screen.context.set_offline(False)


def a_wrong_value_is_refused(visitor: Visitor) -> None:
    visitor.go("/workbench/")
    visitor.open("去揭示")
    visitor.fill("数值", "另一个数")
    visitor.press("揭示")
    visitor.sees("与公布的封条不一致")
    assert Draw.objects.get().contributions.get(bureau=campaigns.POLICE).value == ""


def screen_shows_what_was_drawn(screen: Page, drawn: dict[str, list[str]]) -> None:
    """Every drawn name with its team, no reserve, and nothing is asked for any more."""
    expect(screen.locator(".ceremony-name")).to_have_text([name for names in drawn.values() for name in names])
    assert "—" not in screen.locator(".ceremony-team").all_inner_texts()
    reserves = Draw.objects.get().drawn_institutions.filter(is_reserve=True).select_related("institution")
    assert reserves
    shown = screen.content()
    assert [row.institution.name for row in reserves if row.institution.name in shown] == []
    assert screen.locator("[hx-get]").count() == 0


def test_who_refuses_to_reveal_voids_the_draw_in_public(parties):
    officer, approver, police, witness = parties
    datong.freeze(officer, approver)
    screen = projector(witness)
    for each in (officer, police, witness):
        datong.commit(each)
    datong.enter_public_value(officer, LOTTERY)
    datong.reveal(officer)
    police.go("/workbench/")
    police.open("去揭示")
    police.page.get_by_text("数值丢失，或者不能揭示").click()
    police.look()
    police.press("确认拒绝揭示")
    police.sees("本次抽取已作废", "未揭示随机数：大同市公安局", "拒绝揭示")
    shows(screen, "本次抽取已作废")
    expect(screen.get_by_text("未揭示随机数：大同市公安局")).to_be_visible()
    draw = Draw.objects.get()
    assert (draw.state, draw.contributions.get(bureau=campaigns.POLICE).value) == (DrawState.VOID, "")
    police.go(f"/public/draws/{draw.code}/")
    police.sees("未揭示随机数：大同市公安局")


def test_two_people_void_a_freeze_and_the_next_draw_has_its_own_number(parties):
    officer, approver, police, witness = parties
    datong.freeze(officer, approver)
    datong.commit(police)
    officer.page.reload()
    officer.open("作废本次抽取")
    officer.fill("作废理由", "名录漏列两家机构")
    officer.press("提请作废")
    datong.approve(approver, "作废抽取")
    approver.sees("名录漏列两家机构")
    datong.freeze(officer, approver)
    assert officer.rows("本活动的其他抽取")[0][:3] == ["140200-2025-92-1", "抽取", "已作废"]
    first, second = Draw.objects.order_by("number")
    assert (first.state, second.state) == (DrawState.VOID, DrawState.FROZEN)
    assert first.commitment != second.commitment
    assert not second.contributions.exclude(commitment="").exists()
    datong.commit(police)
    witness.go(f"/campaigns/{second.campaign_id}/draw/?number=1")
    witness.sees("本次抽取已作废", "名录漏列两家机构")
