"""晋市市监办发〔2022〕34号: no draw, all institutions of six domains are inspected by their counties, some of them stand in
two domains; fines in 元, transfers to the police, penalties for persons."""

from collections.abc import Mapping
from datetime import date

from accounts.models import Region, User
from campaigns import listing
from campaigns.models import Act, Campaign
from config.demo.notices import opening, planning, playing, pools, publishing
from config.demo.notices.mixes import BEYOND, CALIBRATED, CLEAN, FALSE, GONE, KEPT, TRAINED, UNTRUE
from config.demo.notices.opening import Rows
from config.demo.notices.playing import Calendar, Fate
from config.demo.notices.pools import Kind, Pool
from config.demo.notices.publishing import Paper, Reports
from config.demo.notices.stages import Say, Show, StageReached
from config.demo.visits import words
from config.demo.visits.clock import at
from config.demo.visits.clock import play as tell
from reports.models.documents import DocumentKind
from visits.codes import MeasureKind

DAY = date(2022, 7, 31)
"""A Sunday: the summary and the sheet are due."""

ISSUED = date(2022, 4, 22)
VISITS = Calendar(-58, -20)
ZONE = "140571"
"""开发区分局 is among the addressees; its code is no national one."""

KINDS = (
    Kind(("食品",), "食品检测有限公司", 9),
    Kind(("建筑材料",), "建材检测有限公司", 8),
    Kind(("医疗器械防护用品",), "医疗器械检测有限公司", 2),
    Kind(("食品", "医疗器械防护用品"), "综合检验检测中心有限公司", 2),
    Kind(("个人防护装备",), "劳动防护用品检测有限公司", 2),
    Kind(("个人防护装备", "建筑材料"), "安全技术检测有限公司", 2),
    Kind(("常压液体危险货物罐体",), "罐体检测有限公司", 2),
    Kind(("碳排放核查",), "低碳技术服务有限公司", 2),
    Kind(("机动车安全技术检验", "机动车排放检验"), "机动车检测有限公司", 6),
)
"""29 in the six domains, four of them in two; those of vehicles are none of this campaign's business."""

FEW = (1, 1, 1, 1, 0, 1, 1, 1, 1)
"""How many of each kind where few are visited."""

CONFISCATED = Fate([words.UNTRUE, words.TRAINING], amount=35600, measures=(MeasureKind.FINE, MeasureKind.CONFISCATION))
FATES = (UNTRUE, CLEAN, FALSE, CALIBRATED, CONFISCATED, TRAINED, BEYOND, CLEAN, KEPT, GONE)


CASES = (
    "某检验检测机构未经检验检测出具报告，市场监管部门依法罚款、没收违法所得、撤销资质认定，对其法定代表人实施行业禁入。"
)


def fill(accounts: Mapping[str, User], visits: int | None) -> None:
    homes = [*pools.counties_of("1405"), Region.objects.select_related("parent").get(pk=ZONE)]
    kinds = KINDS if visits is None else pools.fewer(KINDS, FEW)
    posts = pools.posts_of({"scjg:140500": 6}, counties="1405", each={"scjg": 4})
    rows = Rows(
        pools.institution_rows(Pool(kinds, homes, DAY, "山西省市场监督管理局"), seed=34),
        pools.inspector_rows(posts, DAY, seed=35),
    )
    opening.fill_pools(rows, "晋城市", by=accounts["jincheng-officer"])
    opening.name_contacts({"scjg:140500": "认证科"}, accounts)


def play(show: Show, say: Say) -> None:
    show.clock.turn_to(at(ISSUED, "08:40"))
    campaign = planning.agree(planning.from_notice("jincheng-2022", show.cast), show, ISSUED)
    if not show.reaches(StageReached.DRAWN):
        return
    say("不抽取，全部列入，交各县（市、区）局检查")
    campaign = _listed(campaign, show)
    opening.appoint(campaign, show)
    if show.reaches(StageReached.INSPECTED):
        say("全面检查、处理和处罚")
        stories = list(playing.visits(list(campaign.tasks.order_by("number")), FATES, VISITS, show.cast))
        if show.reaches(StageReached.PUBLISHED) and publishing.is_public(campaign):
            stories.append(publishing.plan_and_batches(campaign, show, (-45, -30, -14)))
        tell(stories, show.clock)

    if show.reaches(StageReached.PUBLISHED):
        say("公示、公文和报送")
        _conclude(campaign, show)


def _conclude(campaign: Campaign, show: Show) -> None:
    show.clock.turn_to(at(DAY, "15:00"))
    publishing.conclude(campaign, show, cases=CASES)
    publishing.issue(campaign, Paper(DocumentKind.NOTICE, ISSUED, "晋市市监办发〔2022〕34号"), show)
    publishing.issue(campaign, Paper(DocumentKind.SUMMARY, DAY), show)
    publishing.report_up(campaign, Reports("已按时限完成。"), show)


def _listed(campaign: Campaign, show: Show) -> Campaign:
    show.clock.turn_to(at(date(2022, 4, 28), "10:00"))
    return listing.list_all(planning.confirmed(campaign, Act.LIST, show.cast))
