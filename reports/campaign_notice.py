"""The notice that opens a campaign, composed from the campaign's own data in the words of 同市监认证〔2025〕92号."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from accounts.models import Bureau, Region
from campaigns import draw as engine
from campaigns import listing
from campaigns.blueprints import BLUEPRINTS
from campaigns.freezing import frozen_sheet
from campaigns.models import Campaign, Draw, FrozenInstitution, KeyTargetRule, NoticeWindow, PlanLine, SizeKind, Stage
from campaigns.planning import preview_plan
from campaigns.sheets import plan_lines
from campaigns.states import DrawState
from reports.datasets import long_date
from reports.documents import Attachment, Block, Column, Contact, Heading, OfficialDocument, Paragraph, Table
from reports.duties.assigning import wanted_of
from reports.sheets.inspection_summary import figure_labels

WHOLE = {
    Region.Level.NATION: "全国", Region.Level.PROVINCE: "全省", Region.Level.CITY: "全市", Region.Level.COUNTY: "全县（区）",
}  # fmt: skip
BELOW = {
    Region.Level.NATION: "各省、自治区、直辖市", Region.Level.PROVINCE: "各市", Region.Level.CITY: "各县区",
    Region.Level.COUNTY: "",
}  # fmt: skip

KEY_TARGETS = "检验检测机构涉投诉举报、无故不参加市场监管部门组织的能力验证、未按时完成统计直报的，列为重点抽查对象"
KEY_TARGET_WORDS = {KeyTargetRule.CERTAIN: "，优先抽取", KeyTargetRule.LOTS: "，增加抽中机会"}

WINDOW_WORDS = {
    NoticeWindow.WITHIN_24H: "在现场检查前24小时内告知被检查机构，",
    NoticeWindow.AT_LEAST_24H: "至少提前24小时告知被检查机构，",
    NoticeWindow.NONE: "",
}

LINE_TABLE = (
    Column("序号", 0.5, "center", unbroken=True),
    Column("抽查对象", 2),
    Column("可抽机构（家）", 1, "center"),
    Column("计划抽查（家）", 1, "center"),
    Column("检查部门", 2.4),
)
LISTED_TABLE = (LINE_TABLE[0], Column("检查领域", 2), Column("列入机构（家）", 1, "center"), LINE_TABLE[-1])
"""Of a campaign without a draw."""
SUMMARY_SHEET = "检查信息汇总表"
SUMMARY_COLUMNS = (
    Column("领域", 2),
    Column("部门联合情况（部门名称）", 1.2),
    *(Column(label, 1, "center") for label in figure_labels()),
)

VEHICLE_WORDS = (
    "结合深化机动车检验制度改革优化车检服务等工作，严厉打击不执行国家标准检验、替检代检、篡改检验数据、出具虚假检验报告等违法违规行为。"
    "市场监管部门重点关注机动车检验机构资质认定条件和技术能力持续保持情况，配合公安、生态环境等部门重点通过技术手段查处机构违规出具虚假检验报告等问题。"
)
ECOLOGY_WORDS = (
    "重点检查检测场所、设施环境、设备人员等基本资质条件能否有效保持，以及未按照法律、法规和相关技术规范的要求提供有关环境服务活动情况。"
    "严厉打击未经检验检测出具监测数据和结果、篡改伪造监测数据和报告、未按规定采样等违法违规行为。"
)
WORDS_BY_DOMAIN = {"vehicle": VEHICLE_WORDS, "eco": ECOLOGY_WORDS}
FALSE_REPORTS = (
    "对查实出具虚假或不实检验检测报告的，由有关部门依法查处；对涉嫌构成犯罪的，移送司法机关依法追究刑事责任。"
)

FOLLOW_UP = (
    "现场检查结束后，检查组将检查情况汇总后交组织检查的部门，会同其他检查部门对初步结果进行分析研判，并按职责分工，"
    "将问题线索交由相关检查部门依法依规调查处理；对涉嫌犯罪的，要加强行刑衔接，及时依法追究刑事责任。"
)
DISCIPLINE_TITLE = "严守工作纪律。"
REQUIREMENTS = (
    (
        "严格落实“双随机、一公开”要求。",
        (
            "依托“一单两库”，随机抽取检查对象、随机选派检查人员，科学规范、公开透明地开展监督抽查工作。"
            "针对不同行业不同领域，可以邀请行业技术专家参与检查。"
        ),
    ),
    (
        "完善部门联合监管机制。",
        (
            "发挥综合监管和专业监管的各自优势，依法依规厘清责任边界，共同确定违法违规事实的判定依据，"
            "切实做到“进一次门、查多项事”，有效减轻检验检测机构负担。"
        ),
    ),
    (
        "做好信用监管衔接。",
        "强化信用风险分类结果的综合应用，采取差异化监管措施，按照有关规定将监督检查和行政处罚信息归集于经营主体名下。",
    ),
    (
        DISCIPLINE_TITLE,
        (
            "监督检查应严守公正、客观、严肃的工作纪律，遵守保密要求，严格依法履职。现场检查应当严格执行中央八项规定精神和廉洁自律各项规定，"
            "严格规范涉企行政检查，不得由被检查机构承担任何费用，不得收取被检查机构给予的劳务费、礼金或礼品等，"
            "避免或尽量减少对机构正常生产经营活动的影响。"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class LineFigures:
    """A plan line with what the notice says of it: as frozen, or as the plan stands now."""

    line: PlanLine
    population: int
    size: int
    excluded: tuple[tuple[str, int], ...]
    bureaus: tuple[str, ...]

    @property
    def is_joint(self) -> bool:
        return len(self.bureaus) > 1


def compose_campaign_notice(campaign: Campaign) -> OfficialDocument:
    issuers = [issuer.bureau for issuer in campaign.issuers.select_related("bureau__department", "bureau__region")]
    issuers = issuers or [campaign.lead_bureau]
    lead = campaign.lead_bureau
    figures, blueprint = line_figures(campaign), BLUEPRINTS.get(campaign.blueprint)
    return OfficialDocument(
        issuers=tuple(bureau.name for bureau in issuers),
        number=campaign.document_number or "（发文字号待编）",
        title=f"关于组织开展{campaign.title}工作的通知",
        recipients=recipients(issuers),
        body=tuple(_body(campaign, issuers, figures)),
        issued_on=campaign.issued_on,
        attachments=tuple(_annexes(campaign)),
        openness=_openness(campaign),
        cc=(
            *(blueprint.copies_to if blueprint else ()),
            *((campaign.parent.lead_bureau.name,) if campaign.parent else ()),
        ),
        printed_by=f"{lead.name}办公室" if campaign.issued_on else "",
        printed_on=campaign.issued_on,
        contacts=(Contact(lead.contact_office, lead.contact_phone),) if lead.contact_phone else (),
    )


def _openness(campaign: Campaign) -> str:
    """此件公开发布, or 此件主动公开, as the notice that the campaign follows has it."""
    if blueprint := BLUEPRINTS.get(campaign.blueprint):
        return blueprint.publication_words
    return "此件公开发布" if campaign.publishes_plan else ""


def recipients(issuers: list[Bureau]) -> str:
    """The bodies below the issuers and the institutions; where a department has only branches below, they are 分局."""
    below = BELOW[Region.Level(issuers[0].region.level)]
    if not below:
        return "各检验检测机构"
    bureaus = Bureau.objects.filter(
        region__parent=issuers[0].region, department__in=[each.department for each in issuers]
    )
    kinds: dict[str, set[bool]] = {}
    for department, branch_of in bureaus.values_list("department", "branch_of"):
        kinds.setdefault(department, set()).add(branch_of is not None)
    suffix = {department: "分局" if found == {True} else "局" for department, found in kinds.items()}
    bodies = [f"{each.department.short_name}{suffix.get(each.department_id, '局')}" for each in issuers]
    return f"{below}{'、'.join(bodies)}，各检验检测机构"


def line_figures(campaign: Campaign) -> list[LineFigures]:
    draw = campaign.draws.exclude(state=DrawState.VOID).first()
    if draw:
        return _frozen_figures(campaign, draw)
    if campaign.has_tasks:
        listed = listing.listed_lines(campaign)
        return [
            LineFigures(each.line, each.listed, each.listed, each.excluded, _bureaus(each.line, campaign))
            for each in listed
        ]
    return [
        LineFigures(each.line, each.population, each.size, each.excluded, _bureaus(each.line, campaign))
        for each in preview_plan(campaign).lines
    ]


def _frozen_figures(campaign: Campaign, draw: Draw) -> list[LineFigures]:
    sizes = {size.code: size for size in engine.preview(frozen_sheet(draw))}
    reasons: dict[str, Counter[str]] = {}
    rows = FrozenInstitution.objects.filter(draw=draw).exclude(excluded="").values_list("line_code", "excluded")
    for code, reason in rows:
        reasons.setdefault(code, Counter())[reason] += 1
    return [
        LineFigures(
            line, sizes[line.code].population, sizes[line.code].size,
            tuple(reasons.get(line.code, Counter()).most_common()), _bureaus(line, campaign),
        )
        for line in plan_lines(campaign)
    ]  # fmt: skip


def _bureaus(line: PlanLine, campaign: Campaign) -> tuple[str, ...]:
    names = [line.lead_bureau.name, *(partner.name for partner in line.partners.all())]
    return tuple(dict.fromkeys(names)) or (campaign.lead_bureau.name,)


def _body(campaign: Campaign, issuers: list[Bureau], figures: list[LineFigures]) -> Iterator[Block]:
    yield Paragraph(_opening(campaign, issuers))
    yield Heading(1, "抽查对象" if campaign.draws_lots else "检查对象")
    yield from _targets(campaign, figures)
    yield Heading(1, "重点任务")
    for each in figures:
        yield Heading(2, _line_title(each), follow_on=_line_words(each))
    yield Heading(1, "实施进度")
    yield from _progress(campaign)
    yield Heading(1, "工作要求")
    yield from _requirements(campaign)


def _opening(campaign: Campaign, issuers: list[Bureau]) -> str:
    names = "、".join(bureau.name for bureau in issuers)
    bases = "、".join(str(basis) for basis in campaign.basis_documents.all())
    plan = f"及{campaign.year}年度市场监管领域部门联合“双随机、一公开”抽查计划"
    further = plan if campaign.draws_lots and "抽查计划" not in bases else ""
    basis = f"根据{bases}{further}，" if bases else ""
    return (
        f"为加强检验检测机构监管，规范检验检测市场秩序，营造公平竞争的市场环境，{basis}{names}决定组织开展{campaign.title}工作。"
        "现将有关事项通知如下："
    )


def _targets(campaign: Campaign, figures: list[LineFigures]) -> Iterator[Block]:
    region = campaign.lead_bureau.region
    whole = WHOLE[Region.Level(region.level)]
    ratio = f"按照机构总量的{campaign.overall_ratio}进行抽查，" if campaign.overall_ratio else ""
    shares = "、".join(_share(each) for each in figures)
    count = sum(each.size for each in figures)
    words = (
        f"{ratio}共计划抽查{count}家" if campaign.draws_lots else f"下列领域的机构全部列入检查，不作抽取，共{count}家"
    )
    kind = "监督抽查" if campaign.draws_lots else "检查"
    words += _centres(campaign)
    yield Paragraph(f"本次{kind}对象为{whole}范围内获得{_accreditation(figures)}的检验检测机构。{words}（{shares}）。")
    table = LINE_TABLE if campaign.draws_lots else LISTED_TABLE
    yield Table(table, tuple(_table_row(place, each) for place, each in enumerate(figures, start=1)))
    if words := _exclusions(figures):
        yield Paragraph(f"下列机构不列入{'抽取' if campaign.draws_lots else '检查'}范围：{words}。")
    yield from _allotment(campaign)
    rules = {each.line.key_target_rule for each in figures} - {KeyTargetRule.NONE}
    if rules:
        yield Paragraph(KEY_TARGETS + "".join(KEY_TARGET_WORDS[rule] for rule in KeyTargetRule if rule in rules) + "。")


def _share(each: LineFigures) -> str:
    ratio = f"按{each.line.ratio}抽取" if each.line.size_kind == SizeKind.RATIO else ""
    return f"{each.line.title}{ratio}{each.size}家"


def _centres(campaign: Campaign) -> str:
    """The guarantee that lies across the lines (requirement GJ-5)."""
    if campaign.quota_count is None:
        return ""
    return f"，其中国家质检中心{'恰好' if campaign.quota_mode == 'exactly' else '不少于'}{campaign.quota_count}家"


def _accreditation(figures: list[LineFigures]) -> str:
    """Of one level, where all lines ask for it."""
    levels = {each.line.get_level_display() if each.line.level else "" for each in figures}
    only = levels.pop() if len(levels) == 1 else ""
    return f"{only}资质认定" if only else "CMA资质认定"


def _table_row(place: int, each: LineFigures) -> tuple[str, ...]:
    sizes = (str(each.population), str(each.size)) if each.line.campaign.draws_lots else (str(each.size),)
    return (str(place), each.line.title, *sizes, "、".join(each.bureaus))


def _exclusions(figures: list[LineFigures]) -> str:
    return "；".join(
        f"{each.line.title}中{'、'.join(f'{reason}的{count}家' for reason, count in each.excluded)}"
        for each in figures
        if each.excluded
    )


def _allotment(campaign: Campaign) -> Iterator[Block]:
    """How the institutions that the upper level handed down are shared between the lead and the counties."""
    origins = Counter(campaign.allotted.filter(is_received=True).values_list("origin", flat=True))
    if not origins:
        return
    received = "、".join(f"{origin}所列{count}家" for origin, count in origins.items())
    yield Paragraph(
        f"上级分配我{campaign.lead_bureau.region.get_level_display().removesuffix('级')}的机构（{received}），"
        "从中随机抽取对应领域的机构作为被检查对象，其余被上级抽取的机构按照属地分配给各县区市场监管部门组织检查。"
        "不足或者领域不能覆盖的，随机抽取机构进行补充。"
    )


def _line_title(each: LineFigures) -> str:
    verb = "联合实施" if each.is_joint else "实施"
    kind = "“双随机、一公开”监督抽查" if each.line.campaign.draws_lots else "全面检查"
    return f"{verb}{each.line.title}{kind}。"


def _line_words(each: LineFigures) -> str:
    matters = "、".join(matter.name for matter in each.line.matters.all())
    draws = each.line.campaign.draws_lots
    size = f"计划抽查机构{each.size}家" if draws else f"列入机构{each.size}家，由各机构所在县区市场监管部门组织检查"
    by = f"{'、'.join(each.bureaus)}{'联合' if each.is_joint else ''}对{each.line.title}实施监督检查，{size}。"
    what = f"{'抽查' if draws else '检查'}事项为{matters}。" if matters else ""
    domain = (each.line.domain_id or "").split("-")[0]
    return f"{by}{what}{WORDS_BY_DOMAIN.get(domain, '')}{FALSE_REPORTS}"


def _progress(campaign: Campaign) -> Iterator[Block]:
    stages = [stage for stage in campaign.stages.all() if stage.kind != Stage.Kind.REPORT]
    for stage in stages:
        yield Heading(2, f"{stage.name}。", follow_on=_stage_words(campaign, stage))
    if Stage.Kind.FOLLOW_UP not in {stage.kind for stage in stages}:
        yield Heading(2, "抽查结果处置。", follow_on=FOLLOW_UP)


def _stage_words(campaign: Campaign, stage: Stage) -> str:
    soft = "原则上" if stage.is_soft else ""
    until = f"{soft}于{long_date(stage.ends_on)}前完成"
    match stage.kind:
        case Stage.Kind.SELF_CHECK:
            return f"各检验检测机构对照自查表开展自查，并{until}自查和整改，相关材料按要求留存备查。"
        case Stage.Kind.ON_SITE:
            return (
                f"本次监督抽查采用现场检查的方式进行，{until}。{WINDOW_WORDS[NoticeWindow(campaign.notice_window)]}"
                "被检查机构不得以任何理由推脱或逃避现场检查。检查中可采取盲样考核、授权签字人考试等方式核验机构资质能力能否持续保持。"
                f"{_assistance(campaign)}"
            )
        case Stage.Kind.FOLLOW_UP:
            return f"{until}。{FOLLOW_UP}"
    begins = f"自{long_date(stage.starts_on)}起，" if stage.starts_on else ""
    return f"{begins}{until}。"


def _assistance(campaign: Campaign) -> str:
    if campaign.lead_bureau.region.level != Region.Level.CITY:
        return ""
    return "市级市场监管部门组织检查的，县区市场监管部门选派监管人员协助检查。"


def _requirements(campaign: Campaign) -> Iterator[Block]:
    for title, words in REQUIREMENTS if campaign.draws_lots else REQUIREMENTS[1:]:
        is_discipline = title == DISCIPLINE_TITLE and campaign.discipline
        yield Heading(2, title, follow_on=campaign.discipline if is_discipline else words)
    if campaign.publishes_results:
        title = "公开抽查结果。" if campaign.draws_lots else "公开检查结果。"
        yield Heading(2, title, follow_on="监督检查结果应及时向社会公开，接受社会监督，形成有效震慑。")
    if words := "；".join(_reports(campaign)):
        yield Heading(2, "加强信息报送。", follow_on=f"{words}。")


def _reports(campaign: Campaign) -> Iterator[str]:
    """What is handed in to whom, by days; last what is told whenever it happens."""
    wanted = wanted_of(campaign)
    for (day, is_soft), items in groupby(
        sorted(wanted, key=lambda each: (each.due_on or date.max, each.is_soft)),
        key=lambda each: (each.due_on, each.is_soft),
    ):
        same = list(items)
        titles = "、".join(dict.fromkeys(each.title.removeprefix("报送") for each in same))
        to = next((each.channel for each in same if each.channel), _office(campaign))
        until = f"{'原则上' if is_soft else ''}于{long_date(day)}前将" if day else "遇有"
        yield f"{until}{titles}{'报送' if day else '，及时报告'}{to}"


def _office(campaign: Campaign) -> str:
    return f"{campaign.lead_bureau.name}{campaign.lead_bureau.contact_office}"


def _annexes(campaign: Campaign) -> Iterator[Attachment]:
    """The blank sheet that is to be filled and handed in, where one is."""
    if any(SUMMARY_SHEET in each.title for each in wanted_of(campaign)):
        blank = ("",) * (len(SUMMARY_COLUMNS) - 1)
        rows = [(line.title, *blank) for line in plan_lines(campaign)]
        yield Attachment(f"{campaign.title}{SUMMARY_SHEET}", (Table(SUMMARY_COLUMNS, (*rows, ("总数", *blank))),))
