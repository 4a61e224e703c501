from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Bureau, User
from accounts.models.users import INSTITUTION_PEOPLE
from campaigns.models import LegalBasis, Task
from campaigns.models.tasks import seen_by
from visits.codes import Category, FollowUp, Severity, SubCategory, TradeOutcome
from visits.models.sheets import Evidence
from visits.models.visits import Visit
from visits.states import FindingState, ResultState


class DepartmentResultQuerySet(models.QuerySet["DepartmentResult"]):
    def visible_to(self, user: User) -> "DepartmentResultQuerySet":
        """Regulators who see the task. The institution learns from what follows: orders and decisions."""
        return self.filter(seen_by(user, "task__"))

    def for_acts(self) -> "DepartmentResultQuerySet":
        """With everything that rules and pages ask of a result."""
        return self.select_related("task__institution__county", "task__campaign", "task__bureau", "bureau")


class DepartmentResult(models.Model):
    """检查结果 of one department about one task: who checks, enters and answers for it. Every version that was
    submitted stays (ResultVersion); the fields here are those being written."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="results", verbose_name="任务")
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="results", verbose_name="检查单位")
    state = models.CharField(
        "状态", max_length=10, choices=ResultState.choices, default=ResultState.DRAFT, editable=False
    )
    category = models.CharField("检查结果", max_length=2, choices=Category.choices, blank=True)
    sub_category = models.CharField("问题类别", max_length=1, choices=SubCategory.choices, blank=True)
    follow_up = models.CharField("后续处置", max_length=20, choices=FollowUp.choices, blank=True)
    is_finished = models.BooleanField("处置已完结", default=False)
    trade_outcome = models.CharField("处理情况", max_length=12, choices=TradeOutcome.choices, blank=True)
    words = models.TextField("情况说明", blank=True)
    amended_because = models.CharField("更正理由", max_length=500, blank=True)

    objects = DepartmentResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查结果"
        ordering = ["task_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "bureau"], name="bureau_has_one_result_of_a_task"),
            models.CheckConstraint(condition=Q(state__in=ResultState.values), name="result_state_is_known"),
            models.CheckConstraint(
                condition=Q(sub_category="") | Q(category="A"), name="kind_of_problem_goes_with_a_waiting_problem"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task.number} {self.bureau.short_name}"


class ResultVersion(models.Model):
    """A result as it was submitted, word for word, with its findings; and what became of it."""

    class Decision(models.TextChoices):
        WAITING = "", "待审核"
        RETURNED = "returned", "已退回"
        CONCLUDED = "concluded", "已认定"

    result = models.ForeignKey(DepartmentResult, models.PROTECT, related_name="versions", verbose_name="检查结果")
    number = models.PositiveSmallIntegerField("版本")
    content = models.JSONField("内容")
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提交人")
    submitted_at = models.DateTimeField("提交时间")
    decision = models.CharField("审核", max_length=10, choices=Decision.choices, blank=True)
    words = models.TextField("审核意见", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人")
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查结果版本"
        ordering = ["result_id", "number"]
        constraints = [models.UniqueConstraint(fields=["result", "number"], name="result_version_is_numbered_once")]
        indexes = [models.Index(fields=["result"], condition=Q(number__gt=1), name="later_result_version")]

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class JointReview(models.Model):
    """联合研判: the departments look at all results of a task together before any of them is final."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="joint_reviews", verbose_name="任务")
    held_on = models.DateField("研判日期")
    bureaus = models.ManyToManyField(Bureau, related_name="+", verbose_name="参加单位")
    words = models.TextField("研判意见")
    concluded = models.BooleanField("认定")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "联合研判"
        ordering = ["task_id", "pk"]

    def __str__(self) -> str:
        return f"{self.task.number} {self.held_on}"


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, user: User) -> "FindingQuerySet":
        """Regulators with the task. The institution: what it was ordered to rectify, once the result is final."""
        if user.has_role(*INSTITUTION_PEOPLE):
            own = self.filter(result__task__in=Task.objects.visible_to(user))
            return own.filter(result__versions__decision="concluded").distinct()
        return self.filter(seen_by(user, "result__task__"))


class Finding(models.Model):
    """问题: what was found, against which rule, how severe, with its evidence."""

    result = models.ForeignKey(DepartmentResult, models.PROTECT, related_name="findings", verbose_name="检查结果")
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name="现场检查"
    )
    line = models.CharField("检查表行", max_length=60, blank=True)
    matter = models.CharField("检查事项", max_length=120)
    facts = models.TextField("事实")
    severity = models.CharField("性质", max_length=10, choices=Severity.choices)
    legal_basis = models.ForeignKey(
        LegalBasis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依据",
        help_text="检查当日有效的版本；一般问题可以没有",
    )  # fmt: skip
    evidence = models.ManyToManyField(Evidence, blank=True, related_name="findings", verbose_name="证据")
    rechecks = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="rechecked_by", verbose_name="回头看的问题"
    )
    state = models.CharField(
        "状态", max_length=12, choices=FindingState.choices, default=FindingState.OPEN, editable=False
    )
    found_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    found_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "问题"
        ordering = ["result_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(severity="general") | Q(legal_basis__isnull=False), name="violation_names_its_rule"
            ),
            models.CheckConstraint(condition=Q(state__in=FindingState.values), name="finding_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.matter}：{self.facts[:30]}"

    def get_absolute_url(self) -> str:
        return reverse("visits:finding", args=[self.pk])
