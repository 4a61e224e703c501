"""晋市市监办发〔2022〕34号. ⚠ The stages share their boundary days, and the first began two days before the notice."""

from datetime import date

from accounts.models import Region
from campaigns.blueprints.content import MARKET, BasisPlan, Blueprint, DutyPlan, LinePlan, StagePlan
from campaigns.models import CampaignKind, Stage

JINCHENG_2022 = Blueprint(
    key="jincheng-2022",
    place="晋城市",
    document_number="晋市市监办发〔2022〕34号",
    notice_title="晋城市市场监督管理局办公室关于印发《2022年检验检测市场专项整治行动工作方案》的通知",
    title="2022年检验检测市场专项整治行动",
    level=Region.Level.CITY,
    year=2022,
    serial="34",
    issued_on=date(2022, 4, 22),
    summary="市场监管一家对六个重点领域的检验检测机构全面排查，不抽取，由各县（市、区）局属地实施。分三个阶段，结束时报送总结和检查信息汇总表。",
    demands=(
        "六个领域的机构全部检查，没有抽取",
        "三个阶段首尾相接，首日早于发文日期",
        "《检查信息汇总表》栏目、单位（家、万元、起）和总数照印",
        "处罚到人，依法实施行业禁入",
        "与年度“双随机、一公开”监督抽查同步进行，互不影响",
    ),
    issuers=(MARKET,),
    basis=(BasisPlan("关于2022年检验检测市场专项整治行动方案", "晋市监办发〔2022〕10号"),),
    stages=(
        StagePlan(Stage.Kind.OTHER, "安排部署阶段", date(2022, 4, 20), date(2022, 4, 30)),
        StagePlan(Stage.Kind.ON_SITE, "全面实施阶段", date(2022, 4, 30), date(2022, 7, 25)),
        StagePlan(Stage.Kind.REPORT, "总结汇总阶段", date(2022, 7, 25), date(2022, 7, 31)),
    ),
    lines=(
        LinePlan("medical-protection", "疫情防控有关医疗器械防护用品", "medical-protection"),
        LinePlan("food", "食品", "food"),
        LinePlan("personal-protection", "个人防护装备", "personal-protection"),
        LinePlan("building-materials", "建筑材料", "building-materials"),
        LinePlan("tank", "常压液体危险货物罐体", "tank"),
        LinePlan("carbon", "碳排放核查", "carbon"),
    ),
    description=(
        "对涉及六个领域的检验检测机构全面排查、严格整顿；其他密切关系人民群众健康安全、风险问题较为突出的领域，可以添加条目。\n"
        "严查不实和虚假检验检测，加大现场检查中对检验检测报告的抽查比例，严格追溯数据质量、真实性和有效性。\n"
        "依法从严从重处罚，处罚到人，依法实施行业禁入；通过国家企业信用信息公示系统公示行政检查、行政处罚信息。\n"
        "年度部门联合“双随机、一公开”监督抽查继续实施，时间可重叠、同步，领域可交叉、重合。"
    ),
    discipline="",
    duties=(
        DutyPlan("county", ("专项整治行动总结", "检查信息汇总表"), date(2022, 7, 31), "市局认证科"),
        DutyPlan("county", ("社会影响较大的违法案件",), None, "市局认证科"),
    ),
    kind=CampaignKind.SPECIAL,
    draws_lots=False,
    publishes_plan=False,
    copies_to=("驻局纪检监察组",),
    publication_words="此件主动公开",
)  # fmt: skip
