from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models import Bureau, Department, User
from campaigns.models.campaign import Campaign
from campaigns.models.matters import InspectionMatter
from institutions.models import CertificateLevel, Domain

RATIO = RegexValidator(
    r"^(?:100(?:\.0{1,2})?|(?:0|[1-9]\d?)(?:\.\d{1,2})?)%$", "比例写作 4%% 或 2.5%%，0%% 到 100%%，最多两位小数。"
)


class SizeKind(models.TextChoices):
    COUNT = "count", "固定数量"
    RATIO = "ratio", "按比例"
    RATIO_BY_CLASS = "ratio_by_class", "按信用风险分类定比例"
    ALL = "all", "全部"


class Rounding(models.TextChoices):
    CEIL = "ceil", "向上取整"
    HALF_UP = "half_up", "四舍五入"
    FLOOR = "floor", "向下取整"


class KeyTargetRule(models.TextChoices):
    """How 重点抽查对象 count; frozen and published with the rules (product.md, decision 2)."""

    CERTAIN = "certain", "优先抽取"
    LOTS = "lots", "增加签数"
    NONE = "none", "不作区别"


class PlanLine(models.Model):
    """计划条目: what is drawn in one domain, how many, by whom.

    An institution belongs to the first line whose domain one of its certificates covers; the line that
    `takes_rest` has no domain and takes all others.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="lines", verbose_name="活动")
    position = models.PositiveSmallIntegerField("排序", default=0)
    code = models.SlugField("代码", max_length=20)
    title = models.CharField("名称", max_length=60)
    domain = models.ForeignKey(Domain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="领域")
    takes_rest = models.BooleanField("其他各领域", default=False)
    level = models.CharField(
        "资质认定级别", max_length=10, choices=CertificateLevel.choices, blank=True, help_text="空为不限级别"
    )
    lead_bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="led_lines", verbose_name="发起单位")
    partners = models.ManyToManyField(Bureau, blank=True, related_name="partner_lines", verbose_name="配合单位")
    matters = models.ManyToManyField(InspectionMatter, blank=True, related_name="+", verbose_name="抽查事项")
    size_kind = models.CharField("抽取方式", max_length=20, choices=SizeKind.choices, default=SizeKind.COUNT)
    count = models.PositiveIntegerField("数量", null=True, blank=True)
    ratio = models.CharField("比例", max_length=7, blank=True, validators=[RATIO])
    ratio_by_class = models.JSONField("各分类比例", default=dict, blank=True)
    rounding = models.CharField("取整", max_length=10, choices=Rounding.choices, default=Rounding.CEIL)
    stated_count = models.PositiveIntegerField(
        "通知写明的数量", null=True, blank=True, help_text="按比例抽取时，用于与计算结果核对"
    )
    key_target_rule = models.CharField(
        "重点抽查对象", max_length=10, choices=KeyTargetRule.choices, default=KeyTargetRule.NONE
    )
    key_target_lots = models.PositiveSmallIntegerField("重点对象签数", default=3, validators=[MinValueValidator(2)])
    lots_by_class = models.JSONField("各分类签数", default=dict, blank=True)
    reserve = models.PositiveSmallIntegerField("候补数", default=3)

    class Meta:
        verbose_name = verbose_name_plural = "计划条目"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="plan_line_code_is_unique_in_its_campaign"),
            models.CheckConstraint(
                condition=Q(takes_rest=True, domain__isnull=True) | Q(takes_rest=False, domain__isnull=False),
                name="plan_line_has_a_domain_or_takes_the_rest",
            ),
            models.CheckConstraint(
                condition=(Q(size_kind="count") & Q(count__isnull=False))
                | (Q(size_kind="ratio") & ~Q(ratio=""))
                | Q(size_kind__in=["ratio_by_class", "all"]),
                name="plan_line_says_its_size",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ExclusionKind(models.TextChoices):
    OWNER_DEPARTMENT = "owner_department", "所属部门"
    CERTIFICATE_STATE = "certificate_state", "资质认定证书不在有效状态"
    INSTITUTION_STATE = "institution_state", "机构不在营"
    INSPECTED_THIS_YEAR = "inspected_this_year", "本年度已被检查"
    DRAWN_BY_UPPER_LEVEL = "drawn_by_upper_level", "已被上级抽取"
    NO_FINDING_BEFORE = "no_finding_before", "回头看的活动中没有认定问题"


class Exclusion(models.Model):
    """排除情形: institutions of the line that take no part, with the reason that is frozen and shown."""

    line = models.ForeignKey(PlanLine, models.CASCADE, related_name="exclusions", verbose_name="条目")
    kind = models.CharField("情形", max_length=30, choices=ExclusionKind.choices)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="部门"
    )

    class Meta:
        verbose_name = verbose_name_plural = "排除情形"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="owner_department") | Q(department__isnull=False),
                name="exclusion_by_owner_names_the_department",
            )
        ]

    def __str__(self) -> str:
        if self.kind == ExclusionKind.OWNER_DEPARTMENT and self.department:
            return f"{self.department.name}部门所属机构"
        return self.get_kind_display()


class SlotRole(models.TextChoices):
    OFFICER = "officer", "执法检查人员"
    COOPERATING = "cooperating", "配合人员"
    EXPERT = "expert", "专家"


class TeamSlot(models.Model):
    """检查组席位: how many people from which bureau. Without a bureau, from the department's body in the
    institution's county; experts come from the experts of the line's domain."""

    line = models.ForeignKey(PlanLine, models.CASCADE, related_name="slots", verbose_name="条目")
    position = models.PositiveSmallIntegerField("排序", default=0)
    role = models.CharField("身份", max_length=12, choices=SlotRole.choices, default=SlotRole.OFFICER)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位")
    county_department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="机构所在县区的部门"
    )
    number = models.PositiveSmallIntegerField("人数", default=1, validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = verbose_name_plural = "检查组席位"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role="expert", bureau__isnull=True, county_department__isnull=True)
                | (~Q(role="expert") & Q(bureau__isnull=False, county_department__isnull=True))
                | (~Q(role="expert") & Q(bureau__isnull=True, county_department__isnull=False)),
                name="team_slot_names_one_pool",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_label} {self.number} 名（{self.get_role_display()}）"

    @property
    def source_label(self) -> str:
        if self.bureau:
            return self.bureau.short_name
        return f"所在县区{self.county_department.short_name}" if self.county_department else "专家库"


class LineAgreement(models.Model):
    """协商意见: what a partner bureau says to one plan line."""

    class State(models.TextChoices):
        PENDING = "pending", "待回复"
        AGREED = "agreed", "同意"
        OBJECTED = "objected", "有异议"

    line = models.ForeignKey(PlanLine, models.CASCADE, related_name="agreements", verbose_name="条目")
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="agreements", verbose_name="单位")
    state = models.CharField("意见", max_length=10, choices=State.choices, default=State.PENDING, editable=False)
    words = models.CharField("说明", max_length=300, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="回复人")
    decided_at = models.DateTimeField("回复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "协商意见"
        ordering = ["line_id", "bureau_id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "bureau"], name="bureau_answers_a_plan_line_once"),
            models.CheckConstraint(
                condition=~Q(state="objected") | ~Q(words=""), name="objection_to_a_plan_line_has_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bureau} {self.get_state_display()}"
