"""晋市监发〔2024〕193号: what an earlier campaign found is looked at again, leads go between departments and regions and are
answered, officers come from elsewhere, a third party is inspected, complaints come in."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from accounts.models import Region, User
from campaigns import listing
from campaigns.adding import Added, add_tasks
from campaigns.blueprints import Wishes
from campaigns.models import Act, Campaign, TaskMode
from config.demo.notices import opening, planning, playing, pools, publishing
from config.demo.notices.mixes import BEYOND, CALIBRATED, CLEAN, KEPT, TRAINED, UNTRUE
from config.demo.notices.opening import Rows
from config.demo.notices.playing import Calendar
from config.demo.notices.pools import Kind, Pool
from config.demo.notices.publishing import Paper, Reports
from config.demo.notices.stages import Say, Show, StageReached
from config.demo.visits import following
from config.demo.visits.clock import Story, at, workday
from config.demo.visits.clock import play as tell
from institutions.models import Institution
from publications import disclosing
from publications.disclosing import Told
from publications.models import Disclosure
from reports.models.documents import DocumentKind
from visits import complaining, referring
from visits.complaining import Complainant
from visits.models import Finding

DAY = date(2024, 12, 8)
"""A Sunday: the cities' summaries are due."""

ISSUED = date(2024, 9, 29)
BEFORE = Calendar(-150, -110)
VISITS = Calendar(-38, -14)
TAIYUAN = "scjg:140100"
KINDS = (
    Kind(("食品",), "食品检测有限公司", 6),
    Kind(("特种设备",), "特种设备检验有限公司", 3),
    Kind(("机动车安全技术检验", "机动车排放检验"), "机动车检测有限公司", 8),
    Kind(("常压液体危险货物罐体",), "罐体检测有限公司", 2),
    Kind(("建设工程质量检测",), "建设工程质量检测有限公司", 4),
    Kind(("生态环境监测",), "环境监测有限公司", 5),
    Kind(("其他",), "产品检测有限公司", 4),
)
FEW = (2, 1, 2, 1, 1, 1, 0)
GUESTS = ("scjg:140213", "scjg:140702")
"""跨区域交叉检查: whose officers go elsewhere (SX-10)."""

PLACES = ("140105", "140106", "140213", "140702")
EARLIER_FATES = (CALIBRATED, UNTRUE, CLEAN, KEPT, TRAINED, BEYOND, CLEAN, CALIBRATED)
AGAIN = (CLEAN, CALIBRATED, CLEAN, KEPT, CLEAN, UNTRUE)
"""Of those looked at again most have put things right; some have not."""


CASES = "“回头看”发现，某检验机构此前认定的不实报告问题没有整改，依法从重处罚。"
ACTION_PLAN = "聚焦食品、特种设备、交通、建筑、环境等领域的检验检测弄虚作假、违规经营、吃拿卡要等突出问题，开展为期5个月的专项整治“回头看”"
"""What the upper document, 国市监检测发〔2024〕80号, asks for."""


def fill(accounts: Mapping[str, User], visits: int | None) -> None:
    homes = list(Region.objects.filter(pk__in=PLACES).select_related("parent").order_by("code"))
    kinds = KINDS if visits is None else pools.fewer(KINDS, FEW)
    posts = pools.posts_of(
        {"scjg:140000": 6, "ga:140000": 3, "sthj:140000": 3, "zj:140000": 4, "jt:140000": 4, "scjg:140100": 4}
        | {f"{department}:{place}": 3 for place in PLACES for department in ("scjg", "ga", "sthj")}
    )  # fmt: skip
    rows = Rows(
        pools.institution_rows(Pool(kinds, homes, DAY, "山西省市场监督管理局"), seed=193),
        pools.inspector_rows(posts, DAY, seed=194),
    )
    opening.fill_pools(rows, "山西省", by=accounts["shanxi-officer"])
    opening.name_contacts({"scjg:140000": "认可检测处", "scjg:140100": "认证检测科"}, accounts)


def play(show: Show, say: Say) -> None:
    say("以前的专项整治，其中认定的问题是回头看的对象")
    before = earlier(show)
    show.clock.turn_to(at(ISSUED, "09:00"))
    campaign = planning.from_notice("shanxi-2024", show.cast, Wishes(looks_back_at=[before]))
    campaign = planning.agree(campaign, show, ISSUED)
    if not show.reaches(StageReached.DRAWN):
        return
    say("列入以前认定过问题的机构")
    show.clock.turn_to(at(date(2024, 9, 30), "10:00"))
    campaign = listing.list_all(planning.confirmed(campaign, Act.LIST, show.cast))
    opening.appoint(campaign, show)
    if show.reaches(StageReached.INSPECTED):
        say("回头看、线索移送和反馈、投诉举报")
        tell(_stories(campaign, show), show.clock)

    if show.reaches(StageReached.PUBLISHED):
        say("公示、公文和报送")
        _conclude(campaign, show)


def _conclude(campaign: Campaign, show: Show) -> None:
    show.clock.turn_to(at(DAY, "15:00"))
    publishing.conclude(campaign, show, cases=CASES)
    publishing.issue(campaign, Paper(DocumentKind.TRANSMITTAL, ISSUED, "晋市监发〔2024〕193号", ACTION_PLAN), show)
    publishing.issue(campaign, Paper(DocumentKind.SUMMARY, DAY), show)
    publishing.report_up(campaign, Reports("按六个方面报送工作总结。"), show)
    disclose(campaign, show)


def disclose(campaign: Campaign, show: Show) -> None:
    """“三公开”: the institution makes its capability annex, its commitment and its fees public (SX-3, SX-16)."""
    institution = campaign.tasks.order_by("number")[1].institution
    clerk = show.accounts["institution-clerk"]
    kinds = Disclosure.Kind
    told = (
        Told(kinds.CAPABILITY, "资质认定能力附表", "检测项目 86 项，方法 112 个。", institution.certificates.first()),
        Told(kinds.COMMITMENT, "诚信守法自我承诺", "独立、公正、诚信从业，对出具的数据和结果负责。"),
        Told(kinds.FEES, "收费标准", "按委托合同约定收费，收费标准在业务大厅公示。"),
    )
    for each in told:
        submitted = disclosing.submit_disclosure(institution, each, by=clerk)
        disclosing.accept_disclosure(submitted, by=show.cast.officer)


def earlier(show: Show) -> Campaign:
    """The rectification campaign of spring: all institutions, by their counties."""
    given = planning.Special(
        "140000-2024-86", "2024年检验检测市场专项整治", "", "检验检测机构", ("C06", "C06-01"), (), date(2024, 4, 8),
        date(2024, 7, 31), "晋市监发〔2024〕86号",
    )  # fmt: skip
    campaign = planning.listed(given, show, date(2024, 4, 9))
    tasks = list(campaign.tasks.order_by("number"))
    tell(playing.visits(tasks, EARLIER_FATES, BEFORE, show.cast), show.clock)
    return campaign


def _stories(campaign: Campaign, show: Show) -> Iterator[Story]:
    tasks = list(campaign.tasks.order_by("number").select_related("institution", "line"))
    first, *rest = tasks
    guest_from = next(code for code in GUESTS if not code.endswith(first.institution.county_id))
    joint = replace(CLEAN, guest_from=guest_from)
    yield playing.visited(first, joint, VISITS.first, VISITS, playing.Numbers(), show.cast)
    yield from playing.visits(rest, AGAIN, VISITS, show.cast)
    yield _leads(show)
    yield _third_party(campaign, show)
    yield _complaint(tasks[-1].institution, show)
    if show.reaches(StageReached.PUBLISHED):
        yield publishing.plan_and_batches(campaign, show, (-24, -8))


def _leads(show: Show) -> Story:
    """To another department and to another region, each accepted, answered and read (SX-2, SX-7)."""
    cast = show.cast
    yield at(workday(-12, cast.today), "09:30")
    finding = Finding.objects.filter(result__task__campaign__kind="look_back").order_by("pk").first()
    found = finding or Finding.objects.order_by("-pk")[0]
    home = found.result.task.bureau_id
    to_ecology = following.refer(
        found, found.result.task.institution.name, "检验过程数据异常，请调取联网数据核查，视情停止采信数据结果。", cast,
        to="sthj:140000", sender=home, days=15,
    )  # fmt: skip
    to_region = following.refer(
        found, "太原同准检验检测技术有限公司", "分包数据涉嫌未经检测出具，请属地核查并反馈。", cast, to=TAIYUAN,
        sender="scjg:140000", days=15,
    )  # fmt: skip
    yield at(workday(-10, cast.today), "10:00")
    for lead in (to_ecology, to_region):
        referring.accept_referral(lead, by=cast.speaker(lead.receiver_id))
    yield at(workday(-4, cast.today), "16:00")
    answers = (
        "已调取联网数据，异常属实，停止采信该机构数据结果 6 个月。",
        "经查，分包单位有原始记录，未发现未经检测出具数据。",
    )
    for lead, answer in zip((to_ecology, to_region), answers, strict=True):
        referring.answer_referral(lead, feedback=answer, by=cast.speaker(lead.receiver_id))
    yield at(workday(-3, cast.today), "09:00")
    referring.close_referral(to_region, by=cast.officer)


def _third_party(campaign: Campaign, show: Show) -> Story:
    """延伸检查 of somebody outside the listed ones (SX-9)."""
    cast = show.cast
    yield at(workday(-20, cast.today), "10:00")
    taken = campaign.tasks.values("institution")
    line = campaign.lines.order_by("position").last()
    institution = Institution.objects.filter(state="operating").exclude(pk__in=taken).order_by("pk").first()
    if line is None or institution is None:
        return
    reason = "回头看发现该单位承接被检查机构的分包项目，延伸核查分包数据"
    given = Added(TaskMode.EXTENDED, line, [institution], reason, repeated_because="此前检查未涉及分包数据")
    task = add_tasks(campaign, given, by=cast.officer)[0]
    yield from playing.visited(task, CLEAN, -16, VISITS, playing.Numbers(), cast)


def _complaint(institution: Institution, show: Show) -> Story:
    """From the public, answered (SX-12)."""
    cast = show.cast
    yield at(workday(-30, cast.today), "20:10")
    complaint, _ = complaining.receive_complaint(
        institution_words=institution.name, county=institution.county, institution=institution,
        text="没有到现场采样就出了检测报告。", who=Complainant("柳女士", "0351-0000000"),
    )  # fmt: skip
    yield at(workday(-29, cast.today), "09:00")
    complaint = complaining.accept_complaint(complaint, by=cast.officer)
    complaining.flag_institution(complaint, by=cast.officer)
    yield at(workday(-12, cast.today), "16:30")
    answer = "经现场核查，1 份报告的采样记录不完整，已责令改正并纳入重点抽查对象。感谢您的监督。"
    complaining.answer_complaint(complaint, answer=answer, by=cast.officer)
