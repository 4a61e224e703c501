"""The vocabularies of the provincial platform (domain rule 2.2) and of the trade."""

from django.db import models


class Category(models.TextChoices):
    """检查结果 as the platform codes it."""

    NOTHING_FOUND = "1", "未发现问题"
    ORDERED = "E", "发现问题已责令改正"
    PENDING = "A", "发现问题待后续处理"
    NO_ACTIVITY = "F", "未发现开展本次抽查涉及的经营活动"
    CLOSED = "7", "已关闭停业或正在组织清算"
    UNCOOPERATIVE = "8", "不配合检查情节严重"
    DEREGISTERED = "9", "注销"
    LICENCE_REVOKED = "10", "被吊销"
    WITHDRAWN = "11", "被撤销"
    MOVED = "12", "迁出"


class SubCategory(models.TextChoices):
    """What kind of problem waits, under `A`."""

    INDUSTRY = "2", "违反工商相关规定"
    FOOD_DRUG = "3", "违反食药相关规定"
    QUALITY = "4", "违反质监相关规定"
    OTHER_DEPARTMENT = "5", "违反其他部门规定"
    UNREACHABLE = "6", "通过登记的住所（经营场所）无法联系"
    NOT_PUBLISHED = "B", "未按规定公示应当公示的信息"
    FALSELY_PUBLISHED = "C", "公示信息隐瞒真实情况、弄虚作假"
    OTHER = "D", "其他问题"


class FollowUp(models.TextChoices):
    """后续处置."""

    NONE = "none", "无需处置"
    ROUTINE = "routine", "停止检查反馈日常监管"
    ORDERED = "ordered", "违反本部门规定责令改正"
    CASE = "case", "案件线索移送办案机构"
    OTHER_DEPARTMENT = "other_department", "抄告其他部门"
    OTHER = "other", "其他"


class TradeOutcome(models.TextChoices):
    """How the bulletins of this trade count an inspection."""

    SOUND = "sound", "未发现问题"
    SELF = "self", "自行整改"
    ORDERED = "ordered", "责令改正"
    PENALTY = "penalty", "立案处罚"
    TRANSFERRED = "transferred", "移送"


class Outcome(models.TextChoices):
    """What became of going there."""

    INSPECTED = "inspected", "已实施检查"
    UNREACHABLE = "unreachable", "无法联系"
    CLOSED = "closed", "已关闭停业"
    MOVED = "moved", "已迁出"
    NO_ACTIVITY = "no_activity", "未开展相关活动"
    REFUSED = "refused", "拒绝或不配合检查"


CATEGORY_OF: dict[Outcome, tuple[Category, SubCategory | None]] = {
    Outcome.UNREACHABLE: (Category.PENDING, SubCategory.UNREACHABLE),
    Outcome.CLOSED: (Category.CLOSED, None),
    Outcome.MOVED: (Category.MOVED, None),
    Outcome.NO_ACTIVITY: (Category.NO_ACTIVITY, None),
    Outcome.REFUSED: (Category.UNCOOPERATIVE, None),
}
"""The category that an outcome without an inspection has."""


class Severity(models.TextChoices):
    FALSE = "false", "虚假报告"
    UNTRUE = "untrue", "不实报告"
    BEYOND = "beyond", "超范围检验检测"
    VIOLATION = "violation", "其他违反规定的行为"
    GENERAL = "general", "一般质量管理或技术问题"


class Check(models.TextChoices):
    """The answer to one line of the check sheet; none is preselected."""

    SOUND = "sound", "未发现问题"
    PROBLEM = "problem", "发现问题"
    NOT_APPLICABLE = "na", "不涉及"
    UNCHECKED = "unchecked", "未检查"


class Agreement(models.TextChoices):
    """Whether what was found on site bears out the self-check."""

    AGREES = "agrees", "与自查一致"
    CONTRADICTS = "contradicts", "与自查不一致"


class MeasureKind(models.TextChoices):
    SELF_RECTIFICATION = "self", "自行整改"
    INTERVIEW = "interview", "约谈"
    ORDER = "order", "责令改正"
    FINE = "fine", "罚款"
    CONFISCATION = "confiscation", "没收违法所得"
    DISQUALIFICATION = "disqualification", "取消检验资格"
    LICENCE_REVOCATION = "licence_revocation", "吊销"
    REVOCATION = "revocation", "撤销资质认定"
    DEREGISTRATION = "deregistration", "注销资质认定"
    NO_ADOPTION = "no_adoption", "停止采信"
    POLICE = "police", "移送公安"
    DISHONEST_LIST = "dishonest_list", "列入严重违法失信名单"
    INDUSTRY_BAN = "industry_ban", "行业禁入"


WITH_AMOUNT = frozenset({MeasureKind.FINE, MeasureKind.CONFISCATION})
"""Amounts are in 元."""

WITHOUT_DOCUMENT = frozenset({MeasureKind.SELF_RECTIFICATION, MeasureKind.INTERVIEW})

RANK: dict[MeasureKind, int] = {
    MeasureKind.FINE: 1,
    MeasureKind.CONFISCATION: 1,
    MeasureKind.DISQUALIFICATION: 1,
    MeasureKind.LICENCE_REVOCATION: 2,
    MeasureKind.REVOCATION: 2,
    MeasureKind.DEREGISTRATION: 2,
    MeasureKind.DISHONEST_LIST: 3,
    MeasureKind.INDUSTRY_BAN: 3,
}
"""The order of sanctions (requirement DT-10): who penalises comes first, then accreditation is revoked, then the
dishonest list. A measure waits for those of a lower rank that are still to be decided; the others wait for nothing."""


class DeliveryMode(models.TextChoices):
    IN_PERSON = "in_person", "直接送达"
    ELECTRONIC = "electronic", "电子送达"
    POST = "post", "邮寄送达"
    LEFT = "left", "留置送达"
