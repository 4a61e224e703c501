from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from institutions.models import Certificate, Institution
from selftest.models.selfchecks import SelfCheck


class Submission(models.Model):
    """A version of a self-check as it was put before the legal representative: `text` is the canonical JSON of
    everything in it, `digest` its SHA-256. Neither ever changes."""

    self_check = models.ForeignKey(SelfCheck, models.PROTECT, related_name="submissions", verbose_name="自查")
    number = models.PositiveSmallIntegerField("版本")
    text = models.TextField("内容")
    digest = models.CharField("摘要", max_length=64)
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提交人")
    submitted_at = models.DateTimeField("提交时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "自查版本"
        ordering = ["self_check_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["self_check", "number"], name="submission_number_is_unique"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class Capacity(models.TextChoices):
    REPRESENTATIVE = "representative", "法定代表人"
    DELEGATE = "delegate", "受委托人"


class Way(models.TextChoices):
    ON_SCREEN = "on_screen", "在线签名"
    ON_PAPER = "on_paper", "打印签字盖章后上传"


class Signature(models.Model):
    """The signature under one version, bound to its digest, and the receipt for it (回执)."""

    PERSONAL_FIELDS = frozenset({"signer_name"})

    submission = models.OneToOneField(
        Submission, models.PROTECT, primary_key=True, related_name="signature", verbose_name="版本"
    )
    digest = models.CharField("签署内容摘要", max_length=64)
    capacity = models.CharField("签署人身份", max_length=15, choices=Capacity.choices)
    way = models.CharField("签署方式", max_length=10, choices=Way.choices)
    signer_name = models.CharField("签署人", max_length=30)
    letter = models.TextField("承诺书", blank=True)
    image = models.FileField("签名或签字盖章页", upload_to="self-checks/signatures/%Y/%m", max_length=200)
    image_digest = models.CharField("签名摘要", max_length=64)
    delegation = models.FileField("授权委托书", upload_to="self-checks/signatures/%Y/%m", max_length=200, blank=True)
    delegation_digest = models.CharField("委托书摘要", max_length=64, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="操作人")
    signed_at = models.DateTimeField("签署时间")
    receipt_number = models.CharField("回执编号", max_length=40, unique=True)
    token = models.CharField("查验码", max_length=32, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "签署"
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity="representative", delegation="") | (Q(capacity="delegate") & ~Q(delegation="")),
                name="delegate_has_a_written_delegation",
            )
        ]

    def __str__(self) -> str:
        return self.receipt_number


class Review(models.Model):
    """What the bureau decided on one signed version."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "通过"
        RETURNED = "returned", "退回补正"

    submission = models.OneToOneField(
        Submission, models.PROTECT, primary_key=True, related_name="review", verbose_name="版本"
    )
    outcome = models.CharField("结论", max_length=10, choices=Outcome.choices)
    words = models.TextField("审核意见", blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="审核人")
    at = models.DateTimeField("审核时间")

    class Meta:
        verbose_name = verbose_name_plural = "自查审核"

    def __str__(self) -> str:
        return self.get_outcome_display()


class ReturnedItem(models.Model):
    """An item (0: the header) that the bureau asks to be corrected, and why."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="items", verbose_name="审核")
    item = models.PositiveSmallIntegerField("序号")
    words = models.TextField("退回理由", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "退回项目"
        ordering = ["review_id", "item"]
        constraints = [models.UniqueConstraint(fields=["review", "item"], name="item_is_returned_once_a_review")]

    def __str__(self) -> str:
        return f"第 {self.item} 项" if self.item else "基本信息"


class ProblemQuerySet(models.QuerySet["Problem"]):
    def visible_to(self, user: User) -> "ProblemQuerySet":
        return self.filter(self_check__in=SelfCheck.objects.visible_to(user))

    def standing(self) -> "ProblemQuerySet":
        """Those that were found; not the ones that a later version says were none."""
        return self.exclude(state=Problem.State.WITHDRAWN)

    def overdue(self, day: date) -> "ProblemQuerySet":
        """Not reported as mended by the day that the institution named itself."""
        return self.filter(state=Problem.State.OPEN, due_on__lt=day)


class Problem(models.Model):
    """A problem that an institution found itself, followed to its end. It follows the last signed version until the
    institution reports it mended."""

    class State(models.TextChoices):
        OPEN = "open", "整改中"
        REPORTED = "reported", "已报整改完成"
        CONFIRMED = "confirmed", "已确认"
        WITHDRAWN = "withdrawn", "已更正"

    self_check = models.ForeignKey(SelfCheck, models.PROTECT, related_name="problems", verbose_name="自查")
    item = models.PositiveSmallIntegerField("序号")
    description = models.TextField("问题描述")
    cause = models.TextField("原因分析", blank=True)
    measure = models.TextField("整改措施", blank=True)
    due_on = models.DateField("整改完成日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    mended_on = models.DateField("实际完成日期", null=True, blank=True)
    result = models.TextField("整改结果", blank=True)
    reported_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报告人"
    )
    reported_at = models.DateTimeField("报告时间", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人")
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    words = models.TextField("监管意见", blank=True)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自查问题"
        ordering = ["self_check_id", "item"]
        constraints = [
            models.UniqueConstraint(fields=["self_check", "item"], name="item_has_one_problem"),
            models.CheckConstraint(
                condition=~Q(state__in=["reported", "confirmed"]) | Q(mended_on__isnull=False),
                name="mended_problem_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.item} 项：{self.description[:30]}"


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def visible_to(self, user: User) -> "ChangeRequestQuerySet":
        return self.filter(submission__self_check__in=SelfCheck.objects.visible_to(user))


class ChangeRequest(models.Model):
    """A header value that differs from the pool, put before the bureau that keeps the pool."""

    class State(models.TextChoices):
        OPEN = "open", "待核对"
        ACCEPTED = "accepted", "已更新名录库"
        REJECTED = "rejected", "不予更新"
        SUPERSEDED = "superseded", "已被新版本代替"

    PERSONAL_FIELDS = frozenset({"old", "new"})

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="change_requests", verbose_name="自查版本")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="change_requests", verbose_name="机构")
    certificate = models.ForeignKey(
        Certificate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="证书"
    )
    field = models.CharField("栏目", max_length=40)
    label = models.CharField("栏目名称", max_length=60)
    old = models.JSONField("名录库内容", null=True)
    new = models.JSONField("自查表内容", null=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    words = models.TextField("意见", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人")
    decided_at = models.DateTimeField("核对时间", null=True, blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名录变更申请"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.institution} {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("selftest:self_check", args=[self.submission.self_check_id])
