"""What inspectors of this trade find and write; the institutions and people are invented."""

from dataclasses import dataclass
from datetime import date

from campaigns.models import LegalBasis
from visits.codes import Severity

OVERSIGHT, ACCREDITATION = "检验检测机构监督管理办法", "检验检测机构资质认定管理办法"
AIR, TRAFFIC = "中华人民共和国大气污染防治法", "中华人民共和国道路交通安全法"
RENUMBERED_ON = date(2025, 3, 18)
FORMERLY = {"第十四条": "第十三条", "第十五条": "第十四条", "第二十六条": "第二十五条"}
"""Articles of the 监督管理办法 as they were numbered before."""
CLEAN_OPINION = "检查情况属实，无异议。"
OPINION = "对检查发现的问题无异议，将按要求整改。"


@dataclass(frozen=True, slots=True)
class Ill:
    """A problem as it is noted on its line of the sheet, and as it is entered as a finding."""

    line: str
    matter: str
    facts: str
    severity: Severity
    rule: tuple[str, str] = ("", "")


def basis_of(ill: Ill, day: date) -> LegalBasis | None:
    title, article = ill.rule
    if title == OVERSIGHT and day < RENUMBERED_ON:
        article = FORMERLY[article]
    return LegalBasis.objects.valid_on(day).get(title=title, article=article) if title else None


TRAINING = Ill(
    "block:people", "人员能力确认",
    "2 名新进检验员已独立上岗，人员档案中没有岗位能力确认和监督记录。", Severity.GENERAL,
)  # fmt: skip
CALIBRATION = Ill(
    "block:equipment", "设备检定校准",
    "1 台电子天平的校准证书已过计划校准日期 47 天，期间仍用于出具检验检测报告；设备状态标识未更换。",
    Severity.VIOLATION, (OVERSIGHT, "第二十六条"),
)  # fmt: skip
ARCHIVES = Ill(
    "block:other", "报告和原始记录保存",
    "抽查 2 份归档报告，原始记录缺少复核人签字，电子数据备份只保存到上年 12 月，不满 6 年。",
    Severity.VIOLATION, (OVERSIGHT, "第二十六条"),
)  # fmt: skip
STATISTICS = Ill(
    "block:other", "统计直报",
    "年度统计直报数据中的人员数与社保缴纳人数不一致，机构不能说明差异原因。", Severity.GENERAL,
)  # fmt: skip
CONFIRMATIONS = Ill(
    "item:8", "人员能力确认",
    "2 名新进检验员的岗位能力确认记录不全，与自查所述一致，补做记录尚未归档。", Severity.GENERAL,
)  # fmt: skip
DATA = Ill(
    "item:9", "数据和信息管理",
    "自查填报没有问题；现场查看，2 台仪器的电子数据未开启自动备份，操作账号多人共用。", Severity.GENERAL,
)  # fmt: skip
SAMPLES = Ill(
    "block:capability", "样品管理",
    "留样柜内 3 份样品没有唯一性标识，样品流转单未记录保存条件。", Severity.GENERAL,
)  # fmt: skip
BEYOND = Ill(
    "block:capability", "能力范围",
    "抽查 5 份报告，其中 1 份含“石油类”项目并加盖资质认定标志，该项目不在资质认定证书能力附表内。",
    Severity.BEYOND, (ACCREDITATION, "第三十六条"),
)  # fmt: skip
UNTRUE = Ill(
    "block:capability", "检验检测报告",
    "抽查 5 份报告，其中 1 份的检测数据与原始记录不一致，且样品的采集时间晚于报告所载检测时间。",
    Severity.UNTRUE, (OVERSIGHT, "第十四条"),
)  # fmt: skip
FALSE_EMISSIONS = Ill(
    "matter:HB-01", "机动车排放检验",
    "调阅过程数据和视频：3 辆柴油货车检验时未连接转速传感器，过程数据逐秒相同，仍出具排放检验合格报告。",
    Severity.FALSE, (AIR, "第一百一十二条"),
)  # fmt: skip
FALSE_SAFETY = Ill(
    "matter:GA-01", "机动车安全技术检验",
    "2 辆小型客车没有制动检验过程视频，车辆检验时实际停放在厂区外，仍出具安全技术检验合格报告。",
    Severity.FALSE, (TRAFFIC, "第九十四条"),
)  # fmt: skip
FALSE_REPORTS = Ill(
    "block:capability", "检验检测报告",
    "抽查 8 份报告，其中 2 份未经检验检测即出具数据和结果，授权签字人对此知情。",
    Severity.FALSE, (OVERSIGHT, "第十五条"),
)  # fmt: skip
LIMITS = Ill(
    "matter:HB-01", "排放检验限值",
    "1 辆轻型汽油车的检验报告引用了已经废止的限值，结论不受影响。", Severity.GENERAL,
)  # fmt: skip
SAMPLING_POINTS = Ill(
    "matter:HB-02", "采样点位",
    "有组织废气采样孔位置与监测方案不一致，现场采样记录没有说明偏离原因。", Severity.VIOLATION,
    (OVERSIGHT, "第二十六条"),
)  # fmt: skip
