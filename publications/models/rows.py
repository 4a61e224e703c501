from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Region, Role, User
from accounts.models.users import INSTITUTION_PEOPLE, LEADS
from campaigns.models import Task
from institutions.models import Domain, Institution
from publications.models.publications import PublicationVersion
from publications.states import RepairState
from visits.codes import Category, MeasureKind, TradeOutcome
from visits.models import Measure


class PublishedRow(models.Model):
    """A row of a version about one institution, named as it was then. `is_current`: its version is the public one."""

    name = models.CharField("机构名称", max_length=120)
    code = models.CharField("统一社会信用代码", max_length=18)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="所在县区")
    year = models.PositiveSmallIntegerField("年度")
    is_current = models.BooleanField("现行", default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class PublishedResult(PublishedRow):
    """抽查结果 of one institution in one campaign.

    departments: [[bureau, 检查结果, 情况说明], …]; problems: [[matter, severity, words], …];
    measures: [[措施, bureau, 日期, 文号], …]; all in words that may be public.
    """

    version = models.ForeignKey(PublicationVersion, models.PROTECT, related_name="results", verbose_name="版本")
    task = models.ForeignKey(Task, models.PROTECT, related_name="published_results", verbose_name="任务")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="published_results", verbose_name="机构")
    domains = models.ManyToManyField(Domain, related_name="+", verbose_name="领域")
    campaign_title = models.CharField("抽查活动", max_length=120)
    bureaus = models.CharField("检查机关", max_length=300)
    mode = models.CharField("抽查方式", max_length=20)
    inspected_on = models.DateField("检查完成日期", null=True, blank=True)
    category = models.CharField("检查结果", max_length=2, choices=Category.choices)
    trade_outcome = models.CharField("处理情况", max_length=12, choices=TradeOutcome.choices, blank=True)
    problem_count = models.PositiveIntegerField("问题数", default=0)
    departments = models.JSONField("各部门检查结果", default=list)
    problems = models.JSONField("发现的问题", default=list)
    measures = models.JSONField("处理措施", default=list)
    is_rectified = models.BooleanField("已整改到位", null=True, blank=True)
    taken_at = models.DateTimeField("取自记录的时间", default=timezone.now, help_text="此后认定的更正还没有公示")

    class Meta:
        verbose_name = verbose_name_plural = "公示的抽查结果"
        ordering = ["-inspected_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "task"], name="task_stands_once_in_a_version"),
            models.UniqueConstraint(fields=["task"], condition=Q(is_current=True), name="task_has_one_public_result"),
        ]
        indexes = [
            models.Index(fields=["-inspected_on", "-id"], condition=Q(is_current=True), name="public_result_by_day"),
            models.Index(fields=["code"], condition=Q(is_current=True), name="public_result_by_code"),
            models.Index(
                fields=["county", "-inspected_on", "-id"], condition=Q(is_current=True), name="public_result_by_county"
            ),
            models.Index(
                fields=["year", "-inspected_on", "-id"], condition=Q(is_current=True), name="public_result_by_year"
            ),
        ]


class PublishedPenaltyQuerySet(models.QuerySet["PublishedPenalty"]):
    def shown(self) -> "PublishedPenaltyQuerySet":
        """Not yet hidden: `shown_until` is the first day on which a repaired one is shown no more, in any version."""
        return self.filter(Q(shown_until__isnull=True) | Q(shown_until__gt=timezone.localdate()))


class PublishedPenalty(PublishedRow):
    """行政处罚 of one institution, as decided; a person is never named. Hidden once the credit is repaired."""

    version = models.ForeignKey(PublicationVersion, models.PROTECT, related_name="penalties", verbose_name="版本")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="published", verbose_name="措施")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="published_penalties", verbose_name="机构"
    )
    kind = models.CharField("措施", max_length=20, choices=MeasureKind.choices)
    bureau_name = models.CharField("决定机关", max_length=60)
    document_number = models.CharField("文号", max_length=60, blank=True)
    decided_on = models.DateField("决定日期")
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    facts = models.CharField("违法事实", max_length=500, blank=True)
    legal_basis = models.CharField("依据", max_length=300, blank=True)
    shown_until = models.DateField("公示至", null=True, blank=True)

    objects = PublishedPenaltyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示的行政处罚"
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "measure"], name="measure_stands_once_in_a_version"),
            models.UniqueConstraint(
                fields=["measure"], condition=Q(is_current=True), name="measure_has_one_public_row"
            ),
        ]
        indexes = [
            models.Index(fields=["-decided_on", "-id"], condition=Q(is_current=True), name="public_penalty_by_day"),
            models.Index(fields=["code"], condition=Q(is_current=True), name="public_penalty_by_code"),
        ]


class CreditRepairQuerySet(models.QuerySet["CreditRepair"]):
    def visible_to(self, user: User) -> "CreditRepairQuerySet":
        """The institution's people, and the officers of the bureau that decided the penalty or published it."""
        if user.has_role(*INSTITUTION_PEOPLE):
            return self.filter(measure__task__institution__representatives__user=user)
        if not user.is_regulator or not user.has_role(*LEADS, Role.COUNTY_OFFICER, Role.PARTNER_LIAISON):
            return self.none()
        published = PublishedPenalty.objects.filter(version__publication__bureau=user.bureau_id)
        return self.filter(Q(measure__bureau=user.bureau_id) | Q(measure__in=published.values("measure")))


class CreditRepair(models.Model):
    """信用修复: asked for one penalty; granted, the penalty is hidden from that day."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="credit_repairs", verbose_name="处罚")
    state = models.CharField(
        "状态", max_length=10, choices=RepairState.choices, default=RepairState.ASKED, editable=False
    )
    words = models.TextField("申请理由和纠正情况")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    decision_words = models.CharField("审核意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人")
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)

    objects = CreditRepairQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用修复"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(state__in=["asked", "granted"]),
                name="credit_repair_is_asked_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.get_state_display()}"
