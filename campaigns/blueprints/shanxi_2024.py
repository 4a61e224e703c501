"""晋市监发〔2024〕193号, which hands on 国市监检测发〔2024〕80号. ⚠ 8 December 2024 is a Sunday and stays one.

The notice prints no days for the inspections: they begin with its issue and end, softly, with the cities' reports.
"""

from datetime import date

from accounts.models import Region
from campaigns.blueprints.content import (
    ECOLOGY,
    HOUSING,
    MARKET,
    NOT_OPERATING,
    POLICE,
    TRANSPORT,
    BasisPlan,
    Blueprint,
    DutyPlan,
    LinePlan,
    StagePlan,
)
from campaigns.models import CampaignKind, ExclusionKind, Stage

EXCLUSIONS = (*NOT_OPERATING, ExclusionKind.NO_FINDING_BEFORE)
HEADINGS = ("基本情况", "主要成效", "经验做法", "存在问题及原因分析", "典型案例", "意见建议")
"""Of the reports of progress and of the work summary."""

PLAN = BasisPlan("检验检测领域综合治理行动方案", "国市监检测发〔2024〕80号")


def _line(
    code: str, title: str, domain: str | None, partners: tuple[str, ...] = (), initiator: str = MARKET
) -> LinePlan:
    return LinePlan(code, title, domain, partners, initiator, exclusions=EXCLUSIONS)


SHANXI_2024 = Blueprint(
    key="shanxi-2024",
    place="山西省",
    document_number="晋市监发〔2024〕193号",
    notice_title=(
        "山西省市场监督管理局 山西省公安厅 山西省生态环境厅 山西省住房和城乡建设厅 山西省交通运输厅"
        "关于贯彻落实市场监管总局等5部门《检验检测领域综合治理行动方案》的通知"
    ),
    title="检验检测领域综合治理暨专项整治“回头看”",
    level=Region.Level.PROVINCE,
    year=2024,
    serial="193",
    issued_on=date(2024, 9, 29),
    summary="五部门转发国家五部委行动方案，对以前检查发现的问题开展为期 5 个月的专项整治“回头看”。按固定标题和期限逐级报送，大案要案随时报送。",
    demands=(
        "转发上级文件，上级文件作为附件",
        "回头看：检查对象限于以前活动中认定问题的机构，逐项复查",
        "机构基本信息、能力附表、报告“三公开”",
        "按六个固定标题逐级报送，期限遇星期日照印",
        "跨部门、跨地区移送线索并反馈，延伸检查",
        "畅通投诉举报；可请外地检查人员交叉检查",
    ),
    issuers=(MARKET, POLICE, ECOLOGY, HOUSING, TRANSPORT),
    basis=(PLAN,),
    stages=(
        StagePlan(Stage.Kind.ON_SITE, "专项整治“回头看”（为期5个月）", date(2024, 9, 29), date(2024, 12, 8), is_soft=True),
        StagePlan(Stage.Kind.REPORT, "各市报送工作总结", None, date(2024, 12, 8)),
        StagePlan(Stage.Kind.REPORT, "省局报送工作总结", None, date(2024, 12, 10)),
    ),
    lines=(
        _line("food", "食品安全检验", "food"),
        _line("special", "特种设备检验检测", "special-equipment"),
        _line("vehicle", "机动车检验", "vehicle", (POLICE, ECOLOGY, TRANSPORT)),
        _line("tank", "常压液体危险货物罐体检验", "tank", (TRANSPORT,)),
        _line("construction", "建设工程质量检测", "construction", (MARKET,), HOUSING),
        _line("eco", "生态环境检验检测", "eco", (ECOLOGY,)),
        _line("product", "产品质量及其他检验", None),
    ),
    description=(
        "整治弄虚作假、违规经营、吃拿卡要等突出问题，对以前认定的问题逐项“回头看”。\n"
        "随机抽查、重点抽查并用：回头看以外的机构，可以增列重点检查，或另行建立双随机活动。\n"
        "机动车检验机构使用作弊软硬件、出具虚假报告的，由公安、生态环境部门依法处罚并停止采信数据结果，移送市场监管部门。\n"
        "建设工程质量检测机构不再符合资质标准的，责令限期整改并向社会公开。\n"
        "监测设备质量不合格、预置接口篡改数据的，对设备生产厂家延伸检查，或通报属地监管部门。\n"
        "评审人员违规收受礼品、礼金、接受宴请的，公开通报、终生禁用。"
    ),
    discipline=(
        "避免随意检查、多头检查、重复检查，切实减少对经营主体正常生产经营活动的干预。推进行政监管执法公示、执法全程记录和"
        "重大监管执法集体决定。严禁任性执法、简单粗暴、以检代管、以罚代管，严禁办关系案、人情案、金钱案，"
        "严禁利用监管权、执法权吃拿卡要、索贿受贿或参加可能影响公正执行公务的各种消费活动。"
    ),
    duties=(
        DutyPlan("province", ("工作进展情况",), date(2024, 9, 20), "市场监管总局认可检测司"),
        DutyPlan("city", ("工作总结",), date(2024, 12, 8), "省市场监管局"),
        DutyPlan("province", ("工作总结",), date(2024, 12, 10), "市场监管总局认可检测司"),
        DutyPlan("city", ("大案要案和重要情况",), None, "省市场监管局"),
    ),
    kind=CampaignKind.LOOK_BACK,
    draws_lots=False,
    publishes_plan=False,
    transmits=PLAN,
)  # fmt: skip
