"""忻市监认证〔2023〕221号. ⚠ No day of issue is printed, although the inspections begin with it."""

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
from campaigns.models import ExclusionKind, SizeKind, Stage
from institutions.models import CertificateLevel

EXCLUSIONS = (*NOT_OPERATING, ExclusionKind.INSPECTED_THIS_YEAR)
"""原则上，同一家机构不重复检查."""

XINZHOU_2023 = Blueprint(
    key="xinzhou-2023",
    place="忻州市",
    document_number="忻市监认证〔2023〕221号",
    notice_title="关于开展2023年度检验检测机构部门联合监督抽查工作的通知",
    title="2023年度检验检测机构部门联合监督抽查",
    level=Region.Level.CITY,
    year=2023,
    serial="221",
    issued_on=None,
    summary="市场监管、公安、生态环境三部门对省级资质认定的机动车检验机构和生态环境监测机构联合抽查。两个领域各定发起单位、参加单位和比例。",
    demands=(
        "机动车检验由市场监管发起，抽 10%；生态环境监测由生态环境发起，抽 25%",
        "排除生态环境部门所属监测机构，并显示理由",
        "抽取之外，各部门对机动车检验机构全覆盖监管，单独统计",
        "录入期限早于后处理期限，录入后仍可更正",
        "专项整治结果相互采纳，同一家机构原则上不重复检查",
    ),
    issuers=(MARKET, POLICE, ECOLOGY),
    basis=(
        BasisPlan("山西省人民政府关于在市场监管领域全面实行部门联合“双随机、一公开”监管的通知", "晋政发〔2019〕15号"),
        BasisPlan("关于组织开展2023年度检验检测机构监督抽查工作的通知", "晋市监发〔2023〕223号"),
    ),
    stages=(
        StagePlan(Stage.Kind.ON_SITE, "现场检查（从文件下发日起）", None, date(2023, 10, 20)),
        StagePlan(Stage.Kind.ENTRY, "检查情况及处理结果录入监管工作平台", None, date(2023, 10, 31)),
        StagePlan(Stage.Kind.FOLLOW_UP, "检查后处理和总结汇总", None, date(2023, 11, 10)),
    ),
    lines=(
        LinePlan(
            "vehicle", "机动车检验机构", "vehicle", (POLICE, ECOLOGY), level=CertificateLevel.PROVINCE,
            size_kind=SizeKind.RATIO, ratio="10%", exclusions=EXCLUSIONS,
        ),
        LinePlan(
            "eco", "生态环境监测机构", "eco", (MARKET,), ECOLOGY, CertificateLevel.PROVINCE,
            size_kind=SizeKind.RATIO, ratio="25%", excluded_owners=(ECOLOGY,), exclusions=EXCLUSIONS,
        ),
    ),
    description=(
        "市场监管部门重点检查资质认定条件和技术能力持续保持情况；公安交管、生态环境部门重点查处虚假检验结果。\n"
        "抽取之外，市场监管、公安交管、生态环境部门按照监管职责分别对辖区内的机动车检验机构实现全覆盖监管：派发后从“检查任务”增列，方式选“全覆盖检查”。\n"
        "机构自查按忻市监认证〔2023〕192号的期限完成，联合检查时对自查情况进行核查。\n"
        "与全市检验检测机构监督检查工作有机结合，专项整治行动检查结果与年度监督检查结果相互采纳。"
    ),
    discipline=(
        "监督抽查严守公正、客观、严肃的工作纪律，遵守保密要求，严格依法履职。现场检查应当严格遵守廉洁自律各项规定，"
        "不得由被检查机构承担任何费用，不得收受被检查机构给予的劳务费、礼金或礼品等。"
    ),
    duties=(
        DutyPlan("department", ("检查情况及处理结果",), date(2023, 10, 31), "双随机、一公开监管工作平台"),
    ),
    publication_words="",
)  # fmt: skip
