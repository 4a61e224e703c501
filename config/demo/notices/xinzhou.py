"""忻市监认证〔2023〕221号: two domains with their own initiators and ratios, a full-coverage track beside the draw, results
that are entered before follow-up ends, and one adopted from a special campaign."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from accounts.models import User
from campaigns.adding import Added, add_tasks, not_covered
from campaigns.blueprints import Wishes
from campaigns.models import Campaign, Task, TaskMode
from config.demo.notices import opening, planning, playing, pools, publishing
from config.demo.notices.mixes import ECO_FATES, LIMITS, VEHICLE_FATES
from config.demo.notices.opening import Rows
from config.demo.notices.playing import Calendar
from config.demo.notices.pools import Kind, Pool
from config.demo.notices.publishing import Paper, Reports
from config.demo.notices.stages import Say, Show, StageReached
from config.demo.visits.clock import Story, at, workday
from config.demo.visits.clock import play as tell
from institutions.models import Institution
from reports.models.documents import DocumentKind
from visits import adopting, results

DAY = date(2023, 11, 10)
"""Follow-up and summary end; visits were due on 2023-10-20, entry on 2023-10-31."""

ISSUED, DRAWN = date(2023, 9, 1), date(2023, 9, 6)
VISITS = Calendar(-38, -16)
BOTH = ("机动车安全技术检验", "机动车排放检验")
KINDS = (
    Kind(BOTH, "机动车检测有限公司", 118),
    Kind(("机动车排放检验",), "机动车尾气检测有限公司", 12),
    Kind(("机动车安全技术检验",), "机动车检测服务有限公司", 7),
    Kind(("生态环境监测",), "环境监测有限公司", 33),
    Kind(("生态环境监测",), "生态环境监测站", 4, owner="生态环境"),
    Kind((*BOTH, "机动车综合检验"), "机动车质量检验中心有限公司", 2, level="国家级"),
    Kind(("食品",), "食品检测有限公司", 9),
    Kind(("水利水质",), "水质检测有限公司", 5),
)
"""Of province level 137 in vehicle inspection and 33 in ecology that can be drawn (domain.md, acceptance case A1)."""

PEOPLE = {"scjg:140900": 16, "ga:140900": 8, "sthj:140900": 10}
IN_COUNTIES = {"scjg": 3, "ga": 1, "sthj": 1}


CASES = (
    "某机动车检验机构未经检验出具检验报告，市场监管部门依法罚款、没收违法所得并撤销资质认定，移送公安机关。\n"
    "某生态环境监测机构的检测数据与原始记录不一致，市场监管部门依法罚款。"
)


def fill(accounts: Mapping[str, User], visits: int | None, kinds: Sequence[Kind] = KINDS) -> None:
    officer = accounts["xinzhou-officer"]
    homes = pools.counties_of("1409")
    posts = pools.posts_of(PEOPLE, counties="1409", each=IN_COUNTIES)
    rows = Rows(
        pools.institution_rows(Pool(kinds, homes, DAY, "山西省市场监督管理局"), seed=221),
        pools.inspector_rows(posts, DAY, seed=222),
    )
    opening.fill_pools(rows, "忻州市", by=officer)
    contacts = {"scjg:140900": "认证科", "ga:140900": "车辆管理科", "sthj:140900": "监测科"}
    opening.name_contacts(contacts, accounts)


def play(show: Show, say: Say) -> None:
    source = special(show)
    campaign = plan(show)
    if not show.reaches(StageReached.DRAWN):
        return
    say("冻结、抽取、派发；各县（市、区）全覆盖检查机动车检验机构")
    campaign = planning.draw(campaign, show, DRAWN)
    opening.appoint(campaign, show)
    covered = list(cover(campaign, show))
    if show.reaches(StageReached.INSPECTED):
        say("现场检查、结果录入和处置")
        tell(_stories(campaign, source, covered, show), show.clock)
    if show.reaches(StageReached.PUBLISHED):
        say("公示、公文和报送")
        _conclude(campaign, show)


def _conclude(campaign: Campaign, show: Show) -> None:
    show.clock.turn_to(at(date(2023, 11, 13), "15:00"))
    publishing.conclude(campaign, show, cases=CASES)
    publishing.issue(campaign, Paper(DocumentKind.NOTICE, ISSUED, "忻市监认证〔2023〕221号"), show)
    publishing.issue(campaign, Paper(DocumentKind.SUMMARY, date(2023, 11, 10)), show)
    publishing.report_up(campaign, Reports("检查情况及处理结果已录入监管工作平台。"), show)


def cover(campaign: Campaign, show: Show) -> Iterator[Task]:
    """全覆盖监管 beside the draw: every county takes the vehicle inspection bodies that were not drawn; those of two of
    them, which are visited."""
    line = campaign.lines.get(domain="vehicle")
    free = not_covered(campaign, line)
    for number, county in enumerate(pools.counties_of("1409")):
        there = [each for each in free if each.county_id == county.pk]
        if number < 2 or show.visits is None:
            tasks = _covered_by(campaign, f"scjg:{county.pk}", there, show)
            yield from tasks if number < 2 else []


def _covered_by(campaign: Campaign, bureau: str, institutions: list[Institution], show: Show) -> list[Task]:
    line = campaign.lines.get(domain="vehicle")
    reason = "对辖区内机动车检验机构实现全覆盖监管（通知第二部分）"
    given = Added(TaskMode.FULL, line, institutions, reason, playing.team_of_county(bureau.partition(":")[2]))
    return add_tasks(campaign, given, by=show.cast.speaker(bureau))


def _stories(campaign: Campaign, source: Campaign, covered: list[Task], show: Show) -> Iterator[Story]:
    drawn = campaign.tasks.filter(draw__isnull=False).order_by("number")
    vehicle = list(drawn.filter(line__domain="vehicle"))
    eco = list(drawn.filter(line__domain="eco"))
    most = show.visits or 1000
    adopted, *vehicle = vehicle
    yield adoption(adopted, source, show)
    yield from playing.visits(vehicle[:most], VEHICLE_FATES, VISITS, show.cast)
    yield from playing.visits(eco[: max(most // 2, 2)], ECO_FATES, VISITS, show.cast)
    yield from playing.visits(covered[:most], VEHICLE_FATES[:6], VISITS, show.cast)
    yield amended(eco[0], show)
    if show.reaches(StageReached.PUBLISHED):
        yield publishing.plan_and_batches(campaign, show, (-26, -14, -6))


def amended(task: Task, show: Show) -> Story:
    """Results are entered by 10-31, follow-up ends on 11-10: what was found out in between is a new version."""
    cast = show.cast
    yield at(date(2023, 11, 6), "10:00")
    result = task.results.get(bureau=cast.home)
    because = "后处理中核实：1 份归档报告的原始记录已由机构补充提交，更正原录入的情况说明。"
    result = results.amend_result(result, because=because, by=cast.officer)
    results.edit_result(result, words=f"{result.words}（11 月 6 日更正）", by=cast.officer)
    results.submit_result(result, by=cast.officer)
    results.pass_result(result, by=cast.officer)
    bureaus = [each.bureau for each in task.results.select_related("bureau")]
    results.conclude(
        Task.objects.get(pk=task.pk), held_on=date(2023, 11, 6), bureaus=bureaus, words="同意更正。", by=cast.approver
    )
    if show.reaches(StageReached.PUBLISHED):
        yield at(date(2023, 11, 8), "15:00")
        publishing.correct(task, show, reason="机构补充提交了原始记录，更正情况说明。")


def plan(show: Show) -> Campaign:
    show.clock.turn_to(at(ISSUED, "09:00"))
    campaign = planning.from_notice("xinzhou-2023", show.cast, Wishes(issued_on=ISSUED))
    return planning.agree(campaign, show, ISSUED)


def special(show: Show) -> Campaign:
    """专项整治 of bodies that also make 综合检验: no draw, all of them are listed."""
    given = planning.Special(
        "140900-2023-156", "2023年机动车检验领域专项整治", "vehicle-comprehensive", "机动车综合检验机构",
        ("C06", "C06-01", "HB-01"), ("sthj:140900",), date(2023, 6, 30), date(2023, 11, 10),
    )  # fmt: skip
    return planning.listed(given, show, date(2023, 7, 3))


def adoption(task: Task, source: Campaign, show: Show) -> Story:
    """The special campaign goes there too, and its result stands for the drawn task: no second visit (XZ-15)."""
    cast = show.cast
    yield at(workday(-44, cast.today), "09:00")
    team = [member.inspector for member in task.members.filter(role="officer") if member.inspector]
    given = Added(
        TaskMode.KEY, source.lines.get(), [task.institution], "遥感监测发现该机构检验合格车辆排放超标比例偏高", team,
        "与双随机任务合并实施，检查结果供双随机任务采纳",
    )  # fmt: skip
    added = add_tasks(source, given, by=cast.officer)[0]
    yield from playing.visited(added, LIMITS, -40, VISITS, playing.Numbers(), cast)
    yield at(workday(-25, cast.today), "10:00")
    reason = "专项整治已联合检查资质认定、从业规范和排放检验事项，同一家机构不重复检查。"
    asked = adopting.ask_adoption(
        Task.objects.get(pk=task.pk), Task.objects.get(pk=added.pk), reason=reason, by=cast.officer
    )
    yield at(workday(-24, cast.today), "10:00")
    adopting.approve_adoption(asked, by=cast.approver)
