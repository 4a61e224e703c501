"""国市监检测发〔2023〕90号. 100 institutions over 11 domains; the day of issue is not printed."""

from datetime import date

from accounts.models import Region
from campaigns.blueprints.content import (
    CUSTOMS,
    DRUGS,
    ECOLOGY,
    MARKET,
    POLICE,
    RESOURCES,
    TRANSPORT,
    WATER,
    BasisPlan,
    Blueprint,
    DutyPlan,
    LinePlan,
    StagePlan,
)
from campaigns.models import SizeKind, Stage
from institutions.models import CertificateLevel


def _line(
    code: str, title: str, count: int, partners: tuple[str, ...] = (), initiator: str = MARKET, *, is_rest: bool = False
) -> LinePlan:
    return LinePlan(
        code, title, None if is_rest else code, partners, initiator, CertificateLevel.NATIONAL,
        size_kind=SizeKind.COUNT, count=count,
    )  # fmt: skip


NATIONAL_2023 = Blueprint(
    key="national-2023",
    place="全国",
    document_number="国市监检测发〔2023〕90号",
    notice_title="关于组织开展2023年度检验检测机构监督抽查工作的通知",
    title="2023年度国家级资质认定检验检测机构监督抽查",
    level=Region.Level.NATION,
    year=2023,
    serial="90",
    issued_on=None,
    summary="八部门在全国抽查国家级资质认定机构 100 家，分布在 11 个领域，其中国家质检中心不少于 20 家。各领域由不同部门牵头或配合。",
    demands=(
        "11 个领域 5、10、10、5、5、5、10、5、5、5、35 家，合计 100 家",
        "各领域合计含国家质检中心至少 20 家",
        "进出口商品由海关牵头，市场监管配合",
        "自查表、整改和签署的承诺书在 10 月 27 日前全部完成",
        "跨省线索移交资质认定地查实并反馈",
        "各省报送计划、统计表、总结和典型案例",
    ),
    issuers=(MARKET, POLICE, RESOURCES, ECOLOGY, TRANSPORT, WATER, CUSTOMS, DRUGS),
    basis=(
        BasisPlan("国务院办公厅关于深入推进跨部门综合监管的指导意见", "国办发〔2023〕1号"),
        BasisPlan("市场监管总局关于推进企业信用风险分类管理进一步提升监管效能的意见", "国市监信发〔2022〕6号"),
        BasisPlan("关于深化机动车检验制度改革优化车检服务工作的意见"),
    ),
    stages=(
        StagePlan(Stage.Kind.SELF_CHECK, "自查、整改和签署承诺书", None, date(2023, 10, 27)),
        StagePlan(Stage.Kind.REPORT, "各省报送年度监督抽查计划", None, date(2023, 10, 27)),
        StagePlan(
            Stage.Kind.ON_SITE, "现场检查（10月至11月中旬）", date(2023, 10, 1), date(2023, 11, 20), is_soft=True
        ),
        StagePlan(Stage.Kind.REPORT, "各省报送统计表、总结和典型案例", None, date(2023, 11, 24)),
    ),
    lines=(
        _line("natural-resources", "自然资源检验检测", 5, (RESOURCES,)),
        _line("eco", "生态环境监测", 10, (ECOLOGY,)),
        _line("vehicle", "机动车检验", 10, (POLICE, ECOLOGY, TRANSPORT)),
        _line("water", "水利水质监测", 5, (WATER,)),
        _line("import-export", "进出口商品检验", 5, (MARKET,), CUSTOMS),
        _line("medical-protection", "医疗器械防护用品检验检测", 5, (DRUGS,)),
        _line("food", "食品检验", 10),
        _line("oil", "成品油检验", 5),
        _line("cyber", "网络关键设备和网络安全专用产品检验", 5),
        _line("tank", "常压液体危险货物罐体出厂检验", 5, (TRANSPORT,)),
        _line("other", "其他领域", 35, is_rest=True),
    ),
    description=(
        "对 2022 年检验检测市场专项整治开展“回头看”，坚持“检查一批、严处一批、曝光一批、规范一批”。\n"
        "发现跨省级行政区开展业务的机构问题线索的，由业务委托地省级生态环境、市场监管部门移交资质认定获取地同级部门查实并反馈检查结果。\n"
        "对产品质量监督抽查等环节中发现存在工作质量问题的机构加强监管；依法调查处理涉嫌违反《反垄断法》的行为。\n"
        "监督抽查方案、现场检查作业指导书和现场检查表提供给地方参照。"
    ),
    discipline=(
        "监督抽查应严守公正、客观、严肃的工作纪律，遵守保密要求，严格依法实施。现场检查应当严格遵守中央八项规定及其实施细则精神，"
        "不得由被检查机构承担任何费用，不得收取被检查机构给予的劳务费、礼金或礼品，不得参加任何参观或宴请。"
    ),
    duties=(
        DutyPlan("institution", ("自查表", "整改", "诚信守法承诺书"), date(2023, 10, 27), "网上报送"),
        DutyPlan("province", ("年度监督抽查计划",), date(2023, 10, 27), "总局公文交换系统"),
        DutyPlan("province", ("监督检查信息统计表", "工作总结", "典型案例"), date(2023, 11, 24), "总局公文交换系统"),
    ),
    overall_count=100,
    quota_count=20,
    tasks_per_inspector=10,
    self_check_form="national-2023",
)  # fmt: skip
