"""同市监认证〔2025〕92号. ⚠ 15 November 2025 is a Saturday and stays one."""

from datetime import date

from accounts.models import Region
from campaigns.blueprints.content import (
    ECOLOGY,
    MARKET,
    NOT_OPERATING,
    POLICE,
    BasisPlan,
    Blueprint,
    DutyPlan,
    LinePlan,
    StagePlan,
)
from campaigns.models import ExclusionKind, KeyTargetRule, NoticeWindow, SizeKind, Stage

EXCLUSIONS = (*NOT_OPERATING, ExclusionKind.DRAWN_BY_UPPER_LEVEL, ExclusionKind.INSPECTED_THIS_YEAR)


def _line(
    code: str, title: str, domain: str | None, count: int, partners: tuple[str, ...], owners: tuple[str, ...] = ()
) -> LinePlan:
    return LinePlan(
        code, title, domain, partners, size_kind=SizeKind.COUNT, count=count, key_target_rule=KeyTargetRule.CERTAIN,
        excluded_owners=owners, exclusions=EXCLUSIONS,
    )  # fmt: skip


DATONG_2025 = Blueprint(
    key="datong-2025",
    place="大同市",
    document_number="同市监认证〔2025〕92号",
    notice_title="大同市市场监督管理局 大同市公安局 大同市生态环境局关于组织开展2025年度检验检测机构监督抽查工作的通知",
    title="2025年度检验检测机构“双随机、一公开”监督抽查",
    level=Region.Level.CITY,
    year=2025,
    serial="92",
    issued_on=date(2025, 9, 9),
    summary="省局先抽取 100 家，其中 70 家按属地分配各市；市级在分配的机构中抽 4 家，领域不能覆盖的随机补充，其余交县区。对象是全市获得资质认定的机构。",
    demands=(
        "机构总量的 4%，4 家：机动车 2、生态环境 1、其他 1",
        "先在省局分配的机构中抽取，缺的领域补充抽取，余下的按属地交县区",
        "投诉举报、无故不参加能力验证、未按时统计直报的为重点抽查对象",
        "现场检查前 24 小时内告知",
        "18 项自查表，前期专项整治已自查的项目不重复",
        "县区可以自行确定对象，原则上不与上级重复",
    ),
    issuers=(MARKET, POLICE, ECOLOGY),
    basis=(
        BasisPlan(
            "山西省市场监督管理局 山西省公安厅 山西省生态环境厅关于组织开展2025年度检验检测机构监督抽查工作的通知",
            "晋市监发〔2025〕174号",
        ),
        BasisPlan(
            "大同市市场监督管理局关于印发〈大同市市场监管系统规范涉企行政检查实施方案〉的通知", "同市监发〔2025〕60号"
        ),
        BasisPlan("山西省资质认定获证检验检测机构合规经营专项整治行动方案", "晋市监发〔2025〕108号"),
        BasisPlan("2025年度市场监管领域部门联合“双随机、一公开”抽查计划"),
    ),
    stages=(
        StagePlan(Stage.Kind.SELF_CHECK, "机构自查和整改", date(2025, 9, 9), date(2025, 9, 15)),
        StagePlan(Stage.Kind.REPORT, "县区报送工作方案", None, date(2025, 9, 15)),
        StagePlan(Stage.Kind.ON_SITE, "现场检查", date(2025, 9, 16), date(2025, 11, 15), is_soft=True),
        StagePlan(Stage.Kind.REPORT, "报送总结和典型案例", None, date(2025, 11, 25)),
    ),
    lines=(
        _line("vehicle", "机动车检验检测机构", "vehicle", 2, (POLICE, ECOLOGY)),
        _line("eco", "生态环境检测机构", "eco", 1, (ECOLOGY,), (ECOLOGY,)),
        _line("other", "其他类型检验检测机构", None, 1, ()),
    ),
    description=(
        "查实出具虚假检验检测报告的机动车检验机构，由公安、生态环境部门依法处罚后，依法撤销检验资质，列入严重违法失信名单。\n"
        "生态环境监测机构不含各级生态环境部门所属监测机构。\n"
        "检查中可采取盲样考核、授权签字人考试等方式。由省局组织检查的，市局选派人员协助；由市局组织检查的，县区局选派人员协助。\n"
        "现场检查结束后，检查组汇总检查情况，市场监管部门会同其他检查部门分析研判，再按职责分工处理。"
    ),
    discipline=(
        "监督检查应严守公正、客观、严肃的工作纪律，遵守保密要求，严格依法履职，客观如实反映被检查机构的情况。"
        "现场检查应当严格执行中央八项规定精神和廉洁自律各项规定，不得由被检查机构承担任何费用，"
        "不得收取被检查机构给予的劳务费、礼金或礼品等。避免或尽量减少对机构正常生产经营活动的影响。"
    ),
    duties=(
        DutyPlan("institution", ("自查和整改（材料留存备查）",), date(2025, 9, 15)),
        DutyPlan("county", ("年度监督抽查工作方案",), date(2025, 9, 15), "市局认证科"),
        DutyPlan("county", ("年度监督抽查工作总结", "典型案例"), date(2025, 11, 25), "市局认证科"),
    ),
    notice_window=NoticeWindow.WITHIN_24H,
    overall_ratio="4%",
    overall_count=4,
    tasks_per_inspector=2,
    self_check_form="shanxi-2025",
)  # fmt: skip
