"""国市监检测发〔2023〕90号: 100 institutions of eleven domains over the country, at least 20 national centres among them,
each domain with its own departments; form and letter are both due; leads go from province to province."""

from collections.abc import Iterator, Mapping
from datetime import date

from accounts.models import Region, User
from campaigns.blueprints import Wishes
from campaigns.models import Campaign
from config.demo.notices import opening, planning, playing, pools, publishing
from config.demo.notices.mixes import ECO_FATES, OTHER_FATES, VEHICLE_FATES
from config.demo.notices.opening import Rows
from config.demo.notices.playing import Calendar
from config.demo.notices.pools import Kind, Pool
from config.demo.notices.publishing import Paper, Reports
from config.demo.notices.stages import Say, Show, StageReached
from config.demo.self_checks import hand_in
from config.demo.visits import following
from config.demo.visits.clock import Story, at, workday
from config.demo.visits.clock import play as tell
from institutions.models import Institution
from reports.models.documents import DocumentKind
from selftest import rounds
from selftest.models import FormTemplate, Round
from visits import referring
from visits.models import Finding

DAY = date(2023, 11, 24)
"""Statistics, summaries and cases are due."""

ISSUED, DRAWN, SELF_CHECKED = date(2023, 9, 25), date(2023, 10, 9), date(2023, 10, 27)
VISITS = Calendar(-28, -10)
ANSWERED = {"shanxi": "scjg:140000", "hebei": "scjg:130000"}
NATIONAL = "国家级"
KINDS = (
    Kind(("自然资源",), "矿产测试研究中心", 40, NATIONAL, centres=5),
    Kind(("生态环境监测",), "环境监测技术中心", 70, NATIONAL, centres=6),
    Kind(("机动车安全技术检验", "机动车排放检验"), "机动车检验检测中心", 60, NATIONAL, centres=4),
    Kind(("水利水质",), "水质监测中心", 40, NATIONAL, centres=4),
    Kind(("进出口商品",), "进出口商品检验中心", 40, NATIONAL, centres=6),
    Kind(("医疗器械防护用品",), "医疗器械检验中心", 35, NATIONAL, centres=6),
    Kind(("食品",), "食品质量检验中心", 80, NATIONAL, centres=12),
    Kind(("成品油",), "石油产品检验中心", 30, NATIONAL, centres=5),
    Kind(("网络关键设备和网络安全专用产品",), "信息安全测评中心", 20, NATIONAL, centres=4),
    Kind(("常压液体危险货物罐体",), "罐体检验中心", 25, NATIONAL, centres=3),
    Kind(("建设工程质量检测",), "建筑工程检测中心", 90, NATIONAL, centres=12),
    Kind(("其他",), "产品质量检验中心", 90, NATIONAL, centres=14),
    Kind(("食品",), "食品检测有限公司", 20),
)
"""620 with a national accreditation; twenty of province level, which this campaign does not reach."""

FEW = (8, 12, 12, 8, 8, 8, 14, 8, 8, 8, 24, 30, 4)
PEOPLE = {
    "scjg:000000": 40, "zrzy:000000": 6, "sthj:000000": 10, "ga:000000": 6, "jt:000000": 8, "sl:000000": 6,
    "hg:000000": 8, "yj:000000": 6,
}  # fmt: skip
MARKET, FOUR = "scjg", 4


CASES = "某检验机构的检测数据与原始记录不一致，出具不实报告，依法罚款，责令收回报告。"


def fill(accounts: Mapping[str, User], visits: int | None) -> None:
    homes = _homes()
    posts = pools.posts_of(PEOPLE | {f"{MARKET}:{home.code}": 1 for home in homes})
    kinds = KINDS if visits is None else pools.fewer(KINDS, FEW)
    rows = Rows(
        pools.institution_rows(Pool(kinds, homes, DAY, "省级市场监督管理局"), seed=90),
        pools.inspector_rows(posts, DAY, seed=91),
    )
    opening.fill_pools(rows, "全国", by=accounts["national-officer"])
    opening.name_contacts({"scjg:000000": "认可检测司", "scjg:130000": "认证检测处"}, accounts)


def _homes() -> list[Region]:
    """One county of every province."""
    first: dict[str, Region] = {}
    for county in pools.counties_of(""):
        first.setdefault(county.code[:2], county)
    return list(first.values())


def play(show: Show, say: Say) -> None:
    show.clock.turn_to(at(ISSUED, "09:00"))
    campaign = planning.from_notice("national-2023", show.cast, Wishes(issued_on=ISSUED))
    campaign = planning.agree(campaign, show, ISSUED)
    if not show.reaches(StageReached.DRAWN):
        return
    say("自查和承诺书；冻结、抽取 100 家、派发")
    round = _asked(campaign, show)
    campaign = planning.draw(campaign, show, DRAWN)
    opening.appoint(campaign, show)
    if show.reaches(StageReached.INSPECTED):
        say("现场检查、结果和跨省线索")
        tell(_stories(campaign, round, show), show.clock)

    if show.reaches(StageReached.PUBLISHED):
        say("公示、公文和报送")
        _conclude(campaign, show)


def _conclude(campaign: Campaign, show: Show) -> None:
    show.clock.turn_to(at(DAY, "15:00"))
    publishing.conclude(campaign, show, cases=CASES)
    publishing.issue(campaign, Paper(DocumentKind.NOTICE, ISSUED, "国市监检测发〔2023〕90号"), show)
    publishing.issue(campaign, Paper(DocumentKind.BULLETIN, DAY), show)
    publishing.report_up(campaign, Reports("统计表、工作总结和典型案例已通过公文交换系统报送。"), show)


def _asked(campaign: Campaign, show: Show) -> Round:
    show.clock.turn_to(at(ISSUED, "16:00"))
    by = show.cast.officer
    round = rounds.create_round(
        campaign, form=FormTemplate.objects.get(code="national-2023", version=1), needs_letter=True,
        title="2023年度国家级资质认定检验检测机构自查", deadline=SELF_CHECKED, materials="uploaded", by=by,
    )  # fmt: skip
    rounds.open_round(round, by=by)
    return round


def _stories(campaign: Campaign, round: Round, show: Show) -> Iterator[Story]:
    tasks = list(campaign.tasks.order_by("number").select_related("line", "institution"))
    most = show.visits or len(tasks)
    for code, fates in (("vehicle", VEHICLE_FATES), ("eco", ECO_FATES), ("", OTHER_FATES)):
        own = [
            task for task in tasks if task.line.code == code or (not code and task.line.code not in ("vehicle", "eco"))
        ]
        yield from playing.visits(own[: most // 3 if show.visits else most], fates, VISITS, show.cast)
    for task in tasks[:FOUR]:
        yield _checked_itself(round, task.institution, show)
    yield _lead(tasks[0].institution, show)
    if show.reaches(StageReached.PUBLISHED):
        yield publishing.plan_and_batches(campaign, show, (-18, -6))


def _checked_itself(round: Round, institution: Institution, show: Show) -> Story:
    """Form and signed letter for the same version: only then it is complete (GJ-11)."""
    yield at(date(2023, 10, 12), "10:00")
    hand_in(round.self_checks.get(institution=institution), show.cast.clerk_of(institution))


def _lead(institution: Institution, show: Show) -> Story:
    """Business was done in Shanxi, the accreditation is Hebei's: Hebei verifies and answers (GJ-2)."""
    cast = show.cast
    yield at(workday(-9, cast.today), "10:00")
    finding = Finding.objects.filter(severity__in=playing.GRAVE).order_by("pk").first() or Finding.objects.earliest(
        "pk"
    )
    text = "该机构跨省在山西承接环境监测业务，监测报告与采样记录时间矛盾，请资质认定获取地核查并反馈结果。"
    lead = following.refer(
        finding, "河北清源环境监测有限公司", text, cast, to=ANSWERED["hebei"], sender=ANSWERED["shanxi"], days=20
    )
    yield at(workday(-8, cast.today), "09:00")
    referring.accept_referral(lead, by=cast["hebei-officer"])
    yield at(workday(-2, cast.today), "15:00")
    feedback = "经查属实：3 份监测报告未按规定采样，已依法立案，责令停止采信相关数据，处理结果另函通报。"
    referring.answer_referral(lead, feedback=feedback, by=cast["hebei-officer"])
    yield at(workday(-1, cast.today), "10:00")
    referring.close_referral(lead, by=cast.speaker(ANSWERED["shanxi"]))
