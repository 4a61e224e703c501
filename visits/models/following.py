from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Bureau, Role, User
from accounts.models.users import INSTITUTION_PEOPLE, LEADS
from campaigns.models import Task
from campaigns.models.tasks import RELEASED_STATES, seen_by
from visits.codes import WITH_AMOUNT, MeasureKind
from visits.models.results import Finding
from visits.models.visits import Visit
from visits.states import OPEN_RECTIFICATIONS, MeasureState, RectificationState


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to(self, user: User) -> "MeasureQuerySet":
        """Regulators with the task, and the officers of the bureau that is to decide, which may have been no part of the
        visit; the institution once it is decided."""
        if user.has_role(*INSTITUTION_PEOPLE):
            told = Q(state__in=[MeasureState.DECIDED, MeasureState.DONE])
            return self.filter(told, task__in=Task.objects.visible_to(user))
        if not user.is_regulator:
            return self.none()
        seen = seen_by(user, "task__")
        if user.has_role(*LEADS, Role.COUNTY_OFFICER, Role.PARTNER_LIAISON):
            seen |= Q(bureau=user.bureau_id, task__state__in=RELEASED_STATES)
        return self.filter(seen)

    def undecided(self) -> "MeasureQuerySet":
        return self.filter(state=MeasureState.PLANNED)


class Measure(models.Model):
    """处理措施 against the institution or against one person, decided by one bureau."""

    class Target(models.TextChoices):
        INSTITUTION = "institution", "机构"
        PERSON = "person", "个人"

    PERSONAL_FIELDS = frozenset({"person"})

    task = models.ForeignKey(Task, models.PROTECT, related_name="measures", verbose_name="任务")
    findings = models.ManyToManyField(Finding, related_name="measures", verbose_name="针对的问题")
    kind = models.CharField("措施", max_length=20, choices=MeasureKind.choices)
    target = models.CharField("对象", max_length=12, choices=Target.choices, default=Target.INSTITUTION)
    person = models.CharField("当事人", max_length=30, blank=True)
    post = models.CharField("职务", max_length=40, blank=True)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="measures", verbose_name="作出单位")
    state = models.CharField(
        "状态", max_length=10, choices=MeasureState.choices, default=MeasureState.PLANNED, editable=False
    )
    amount = models.DecimalField(
        "金额（元）", max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )  # fmt: skip
    document_number = models.CharField("文号", max_length=60, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    ends_on = models.DateField("终止日期", null=True, blank=True, help_text="行业禁入等有期限的措施")
    done_on = models.DateField("执行日期", null=True, blank=True)
    words = models.TextField("说明", blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间", auto_now_add=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "处理措施"
        ordering = ["task_id", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MeasureState.values), name="measure_state_is_known"),
            models.CheckConstraint(
                condition=Q(target="institution", person="") | Q(target="person") & ~Q(person=""),
                name="measure_against_a_person_names_them",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(kind__in=sorted(WITH_AMOUNT)), name="only_money_has_an_amount"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "dropped"]) | Q(decided_on__isnull=False),
                name="decided_measure_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def get_absolute_url(self) -> str:
        return reverse("visits:measure", args=[self.pk])


class RectificationQuerySet(models.QuerySet["Rectification"]):
    def visible_to(self, user: User) -> "RectificationQuerySet":
        if user.has_role(*INSTITUTION_PEOPLE):
            return self.filter(task__in=Task.objects.visible_to(user))
        return self.filter(seen_by(user, "task__"))


class Rectification(models.Model):
    """整改: what the institution was ordered to put right until a day, in an order of its own number."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="rectifications", verbose_name="任务")
    findings = models.ManyToManyField(Finding, related_name="rectifications", verbose_name="问题")
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="rectifications", verbose_name="责令单位")
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("序号")
    demands = models.TextField("整改要求")
    due_on = models.DateField("整改期限")
    extended_from = models.DateField("通知书载明的期限", null=True, blank=True, help_text="延期以后与整改期限不同")
    state = models.CharField(
        "状态", max_length=10, choices=RectificationState.choices, default=RectificationState.ORDERED, editable=False
    )
    ordered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="签发人")
    ordered_at = models.DateTimeField("签发时间")
    escalated_at = models.DateTimeField("逾期上报时间", null=True, blank=True)

    objects = RectificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "整改"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "year", "serial"], name="order_number_is_used_once"),
            models.CheckConstraint(
                condition=Q(state__in=RectificationState.values), name="rectification_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("visits:rectification", args=[self.pk])

    @property
    def is_overdue(self) -> bool:
        return self.state in OPEN_RECTIFICATIONS and self.due_on < timezone.localdate()

    @property
    def number(self) -> str:
        prefix = self.bureau.document_prefix or self.bureau.short_name
        return f"{prefix}责改〔{self.year}〕{self.serial}号"


class RectificationReport(models.Model):
    """What the institution says it has put right, and what the bureau found when it looked."""

    class Way(models.TextChoices):
        ON_PAPER = "paper", "书面复查"
        ON_SITE = "visit", "现场复查"

    rectification = models.ForeignKey(Rectification, models.PROTECT, related_name="reports", verbose_name="整改")
    text = models.TextField("整改情况")
    file = models.FileField("整改材料", upload_to="rectifications/%Y/%m", max_length=200, blank=True)
    file_name = models.CharField("文件名", max_length=120, blank=True)
    file_digest = models.CharField("文件摘要", max_length=64, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="报告人")
    at = models.DateTimeField("报告时间", auto_now_add=True)
    is_verified = models.BooleanField("整改到位", null=True, blank=True)
    way = models.CharField("复查方式", max_length=10, choices=Way.choices, blank=True)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复查")
    words = models.TextField("复查意见", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复查人")
    decided_at = models.DateTimeField("复查时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "整改报告"
        ordering = ["rectification_id", "pk"]

    def __str__(self) -> str:
        return self.text[:30]


class Extension(models.Model):
    """延期: asked for by the institution, granted or not by the bureau."""

    rectification = models.ForeignKey(Rectification, models.PROTECT, related_name="extensions", verbose_name="整改")
    wanted_until = models.DateField("申请延至")
    reason = models.TextField("理由")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    is_granted = models.BooleanField("同意", null=True, blank=True)
    words = models.CharField("意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "整改延期"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rectification"], condition=Q(is_granted__isnull=True), name="one_extension_is_asked_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"延至 {self.wanted_until}"


class RectificationReminder(models.Model):
    """The institution was reminded of an order; once of each kind for each day that the order has been due on."""

    class Kind(models.TextChoices):
        BEFORE = "before", "到期前三天"
        AFTER = "after", "逾期三天"

    rectification = models.ForeignKey(Rectification, models.CASCADE, related_name="reminders", verbose_name="整改")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    due_on = models.DateField("整改期限")
    sent_at = models.DateTimeField("提醒时间")
    mailed = models.PositiveSmallIntegerField("发出邮件", default=0)
    mail_after = models.DateTimeField(
        "邮件待发", null=True, blank=True, help_text="不早于此时发送；空值表示没有要发的邮件"
    )

    class Meta:
        verbose_name = verbose_name_plural = "整改提醒"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rectification", "kind", "due_on"], name="rectification_is_reminded_of_once"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
