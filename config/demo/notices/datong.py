"""同市监认证〔2025〕92号: six institutions received from the province, none of them in ecology; the city draws three of them
and supplements one, the rest goes to counties, which add targets of their own; the 18-item self-check, without what was
checked in an earlier campaign."""

from collections.abc import Iterator, Mapping
from datetime import date

from accounts.models import User
from campaigns import allotment
from campaigns.adding import Added, add_tasks
from campaigns.models import Campaign, Task, TaskMode
from config.demo.notices import opening, planning, playing, pools, publishing
from config.demo.notices.mixes import CALIBRATED, CLEAN, FORGED, KEPT, TRAINED, UNTRUE
from config.demo.notices.opening import Rows
from config.demo.notices.playing import Calendar
from config.demo.notices.pools import Kind, Pool
from config.demo.notices.publishing import Paper, Reports
from config.demo.notices.stages import Say, Show, StageReached
from config.demo.self_checks import hand_in
from config.demo.visits.clock import Story, at, workday
from config.demo.visits.clock import play as tell
from institutions.models import Institution, RiskKind
from institutions.services import add_risk_flag
from reports.models.documents import DocumentKind
from selftest import reviewing, rounds
from selftest.models import FormTemplate, Round, SelfCheck

DAY = date(2025, 11, 25)
"""Counties' summaries and typical cases are due."""

ISSUED, DRAWN = date(2025, 9, 9), date(2025, 9, 17)
VISITS = Calendar(-42, -14)
PROVINCE_LIST = "省局下发名单（晋市监发〔2025〕174号）"
BOTH = ("机动车安全技术检验", "机动车排放检验")
KINDS = (
    Kind(BOTH, "机动车检测有限公司", 46),
    Kind(("生态环境监测",), "环境监测有限公司", 10),
    Kind(("生态环境监测",), "生态环境监测站", 3, owner="生态环境"),
    Kind(("食品",), "食品检测有限公司", 14),
    Kind(("建设工程质量检测",), "建设工程质量检测有限公司", 16),
    Kind(("其他",), "产品检测有限公司", 14),
)
"""103, of which the 4 percent of the notice are 4."""

FEW = (10, 4, 1, 4, 4, 4)
PEOPLE = {"scjg:140200": 12, "ga:140200": 5, "sthj:140200": 5}
EARLIER_ITEMS = [1, 2, 5]
"""Done in the campaign of 晋市监发〔2025〕108号 already: not asked again (DT-11)."""


CASES = "某机动车检验机构伪造排放检验结果，生态环境部门依法处罚后，市场监管部门撤销其资质认定，列入严重违法失信名单。"


def fill(accounts: Mapping[str, User], visits: int | None) -> None:
    homes = pools.counties_of("1402")
    kinds = KINDS if visits is None else pools.fewer(KINDS, FEW)
    posts = pools.posts_of(PEOPLE, counties="1402", each={"scjg": 3, "ga": 1, "sthj": 1})
    people = pools.named(pools.inspector_rows(posts, DAY, seed=93), accounts["datong-inspector"].name)
    rows = Rows(pools.institution_rows(Pool(kinds, homes, DAY, "山西省市场监督管理局"), seed=92), people)
    opening.fill_pools(rows, "大同市", by=accounts["datong-officer"])
    opening.link_inspector(accounts["datong-inspector"], by=accounts["datong-officer"])
    contacts = {"scjg:140200": "认证科", "ga:140200": "车辆管理科", "sthj:140200": "监测科、机噪科"}
    opening.name_contacts(contacts, accounts)


def play(show: Show, say: Say) -> None:
    say("合规经营专项整治：已开展一轮自查")
    before = _earlier_round(show)
    campaign = plan(show)
    round = _round(campaign, before, show)
    if not show.reaches(StageReached.DRAWN):
        return
    say("抽取 4 家（其中生态环境 1 家补充抽取），其余交县区")
    campaign = planning.draw(campaign, show, DRAWN)
    opening.appoint(campaign, show)
    own = own_target(campaign, show)
    if show.reaches(StageReached.INSPECTED):
        say("现场检查、自查核对、处理")
        tell(_stories(campaign, own, round, show), show.clock)

    if show.reaches(StageReached.PUBLISHED):
        say("公示、公文和报送")
        _conclude(campaign, show)


def _conclude(campaign: Campaign, show: Show) -> None:
    show.clock.turn_to(at(DAY, "15:00"))
    publishing.conclude(campaign, show, cases=CASES)
    publishing.issue(campaign, Paper(DocumentKind.NOTICE, ISSUED, "同市监认证〔2025〕92号"), show)
    publishing.issue(campaign, Paper(DocumentKind.SUMMARY, DAY), show)
    publishing.report_up(campaign, Reports("见附后工作总结和典型案例。"), show)


def plan(show: Show) -> Campaign:
    show.clock.turn_to(at(ISSUED, "08:30"))
    _flag(show)
    campaign = planning.from_notice("datong-2025", show.cast)
    allotment.receive(campaign, received(), origin=PROVINCE_LIST, by=show.cast.officer)
    return planning.agree(campaign, show, ISSUED)


def received() -> dict[int, bool]:
    """Six handed down, none of them in ecology, and three that the province inspects itself (acceptance case A5)."""
    vehicle = list(Institution.objects.filter(certificates__domains="vehicle-safety").order_by("uscc")[:6])
    others = Institution.objects.exclude(certificates__domains__code__regex="^(vehicle|eco)")
    other = list(others.order_by("uscc")[:3])
    handed, kept = vehicle[:4] + other[:2], vehicle[4:] + other[2:]
    return {each.pk: True for each in handed} | {each.pk: False for each in kept}


def _flag(show: Show) -> None:
    evidence = {
        RiskKind.COMPLAINT: "投诉举报件 2025-07-18 登记",
        RiskKind.PT_ABSENT: "2025 年能力验证计划未参加且未说明",
        RiskKind.STATISTICS_NOT_REPORTED: "2024 年度统计直报逾期",
    }
    for (kind, words), institution in zip(evidence.items(), Institution.objects.order_by("uscc")[::7], strict=False):
        values = {"kind": kind, "evidence": words, "noted_on": date(2025, 8, 1)}
        add_risk_flag(institution, values, by=show.cast.officer)


def _earlier_round(show: Show) -> Round:
    given = planning.Special(
        "140200-2025-108", "资质认定获证检验检测机构合规经营专项整治", "food", "食品检验机构", ("C06", "C06-01"), (),
        date(2025, 6, 3), date(2025, 8, 29), "晋市监发〔2025〕108号",
    )  # fmt: skip
    campaign = planning.listed(given, show, date(2025, 6, 3))
    round = _opened(campaign, "合规经营专项整治自查", date(2025, 7, 31), show)
    show.clock.turn_to(at(date(2025, 7, 8), "10:00"))
    _accepted(round.self_checks.get(institution=_vehicle()), show)
    return round


def _vehicle() -> Institution:
    """The first that the province hands down: it has filled in both rounds."""
    return Institution.objects.get(pk=next(iter(received())))


def _opened(campaign: Campaign, title: str, deadline: date, show: Show, **values: object) -> Round:
    by = show.cast.officer
    form = FormTemplate.objects.get(code="shanxi-2025", version=1)
    round = rounds.create_round(campaign, form=form, title=title, deadline=deadline, by=by, **values)
    rounds.open_round(round, by=by)
    return Round.objects.get(pk=round.pk)


def _round(campaign: Campaign, before: Round, show: Show) -> Round:
    """Materials stay with the institution: 相关材料按要求留存备查."""
    show.clock.turn_to(at(ISSUED, "16:30"))
    round = _opened(
        campaign, "2025年度检验检测机构自查", date(2025, 9, 15), show, materials="kept", carries_from=before,
        carried_items=EARLIER_ITEMS,
    )  # fmt: skip
    show.clock.turn_to(at(date(2025, 9, 11), "11:00"))
    _accepted(round.self_checks.get(institution=_vehicle()), show)
    return round


def _accepted(self_check: SelfCheck, show: Show) -> None:
    hand_in(self_check, show.cast.clerk_of(self_check.institution), problem=True)
    reviewing.accept(SelfCheck.objects.get(pk=self_check.pk), by=show.cast.officer)


def own_target(campaign: Campaign, show: Show) -> Task:
    """Option B: a county adds a target of its own, none that an upper level has (DT-8)."""
    show.clock.turn_to(at(date(2025, 9, 19), "09:00"))
    taken = [*received(), *campaign.tasks.values_list("institution", flat=True)]
    others = Institution.objects.exclude(certificates__domains__code__regex="^(vehicle|eco|food)").exclude(pk__in=taken)
    target = others.filter(county="140213").order_by("uscc").first() or others.order_by("uscc")[0]
    given = Added(
        TaskMode.KEY, campaign.lines.get(code="other"), [target], "本区信用风险分类较高，列入区级自主检查对象"
    )
    return add_tasks(campaign, given, by=show.cast.speaker(f"scjg:{target.county_id}"))[0]


def _stories(campaign: Campaign, own: Task, round: Round, show: Show) -> Iterator[Story]:
    tasks = campaign.tasks.order_by("line__position", "number").exclude(pk=own.pk)
    drawn, handed = list(tasks.filter(mode="drawn")), list(tasks.filter(mode="allotted"))
    yield from playing.visits(drawn, (FORGED, CALIBRATED, UNTRUE, CLEAN), VISITS, show.cast)
    yield from playing.visits(handed, (KEPT, CLEAN, TRAINED), VISITS, show.cast)
    yield playing.visited(own, CALIBRATED, VISITS.first + 3, VISITS, playing.Numbers(), show.cast)
    yield _closed(round, show)
    if show.reaches(StageReached.PUBLISHED):
        yield publishing.plan_and_batches(campaign, show, (-30, -12))


def _closed(round: Round, show: Show) -> Story:
    yield at(workday(-46, show.cast.today), "18:00")
    rounds.close_round(round, by=show.cast.officer)
