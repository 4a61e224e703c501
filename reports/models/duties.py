from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Bureau, Role, User
from accounts.models.users import LEADS
from campaigns.models import Campaign
from reports.duties.states import SubmissionState


class DutyKind(models.TextChoices):
    PLAN = "plan", "工作方案"
    STATISTICS = "statistics", "统计表"
    SUMMARY = "summary", "工作总结"
    CASES = "cases", "典型案例"
    URGENT = "urgent", "重大案件专报"
    OTHER = "other", "其他材料"


class ReportingDutyQuerySet(models.QuerySet["ReportingDuty"]):
    def visible_to(self, user: User) -> "ReportingDutyQuerySet":
        """The officers of the two bureaus, and of the one that leads the campaign; supervisors what is reported inside
        their region."""
        if not user.is_regulator or user.bureau is None:
            return self.none()
        seen = Q(pk=None)
        if user.has_role(*LEADS, Role.COUNTY_OFFICER, Role.PARTNER_LIAISON):
            seen |= Q(sender=user.bureau_id) | Q(receiver=user.bureau_id)
        if user.has_role(*LEADS):
            seen |= Q(campaign__lead_bureau=user.bureau_id)
        if user.has_role(Role.SUPERVISOR):
            seen |= Q(sender__region__code__startswith=user.scope)
        return self.filter(seen)

    def for_acts(self) -> "ReportingDutyQuerySet":
        """With everything that rules and pages ask of a duty."""
        return self.select_related("sender__region", "receiver__region", "campaign__lead_bureau").prefetch_related(
            "submissions__files", "submissions__handed_in_by", "submissions__decided_by"
        )


class ReportingDuty(models.Model):
    """报送任务: what one bureau hands in to another about a campaign, until the day that the notice prints (weekends
    included). Without a day it is handed in whenever there is something (随时报送), more than once."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="duties", verbose_name="抽查活动")
    sender = models.ForeignKey(Bureau, models.PROTECT, related_name="duties_to_send", verbose_name="报送单位")
    receiver = models.ForeignKey(Bureau, models.PROTECT, related_name="duties_to_receive", verbose_name="接收单位")
    kind = models.CharField("类别", max_length=12, choices=DutyKind.choices)
    title = models.CharField("报送内容", max_length=80)
    due_on = models.DateField(
        "截止日期", null=True, blank=True, help_text="按通知原文填写，周末也不顺延；不填表示随时报送"
    )
    is_soft = models.BooleanField("原则上", default=False, help_text="通知中写“原则上”的期限")
    channel = models.CharField("报送渠道", max_length=60, blank=True, help_text="通知写明的，如：市局认证科")
    source = models.CharField("依据", max_length=120, blank=True, help_text="通知的文号和位置")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="布置人")
    created_at = models.DateTimeField("布置时间", auto_now_add=True)

    objects = ReportingDutyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送任务"
        ordering = ["due_on", "campaign_id", "sender_id", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(sender=models.F("receiver")), name="duty_has_two_bureaus"),
            models.UniqueConstraint(fields=["campaign", "sender", "title", "due_on"], name="duty_is_given_once"),
            models.UniqueConstraint(
                fields=["campaign", "sender", "title"], condition=Q(due_on=None), name="duty_at_any_time_is_given_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender.short_name}：{self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reports:duty", args=[self.pk])

    @property
    def latest(self) -> "Submission | None":
        """Of those handed in, also when it was returned since. Needs submissions."""
        return max((each for each in self.submissions.all() if each.is_out), key=lambda each: each.number, default=None)

    @property
    def first(self) -> "Submission | None":
        return min((each for each in self.submissions.all() if each.is_out), key=lambda each: each.number, default=None)

    @property
    def is_met(self) -> bool:
        """Handed in and not sent back. What is due at any time is never owed."""
        return self.due_on is None or (self.latest is not None and self.latest.state != SubmissionState.RETURNED)

    @property
    def was_late(self) -> bool:
        """First handed in after its day; a soft day can be missed too, and is shown as such."""
        return self.first is not None and self.first.is_late

    def is_overdue(self, today: date | None = None) -> bool:
        return self.due_on is not None and not self.is_met and self.due_on < (today or timezone.localdate())


class Submission(models.Model):
    """报送: the files and words of one handing in, numbered from 1; unchanged once handed in."""

    duty = models.ForeignKey(ReportingDuty, models.PROTECT, related_name="submissions", verbose_name="报送任务")
    number = models.PositiveSmallIntegerField("次序")
    state = models.CharField(
        "状态", max_length=10, choices=SubmissionState.choices, default=SubmissionState.DRAFT, editable=False
    )
    words = models.TextField("说明", blank=True)
    handed_in_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报送人"
    )
    handed_in_at = models.DateTimeField("报送时间", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人")
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    reason = models.CharField("退回理由", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报送"
        ordering = ["duty_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["duty", "number"], name="submission_is_numbered_once"),
            models.UniqueConstraint(fields=["duty"], condition=Q(state="draft"), name="duty_has_one_draft"),
            models.CheckConstraint(condition=Q(state__in=SubmissionState.values), name="submission_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="draft", handed_in_at=None)
                | ~Q(state="draft") & Q(handed_in_at__isnull=False, handed_in_by__isnull=False),
                name="submission_is_dated_once_handed_in",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(reason=""), name="returned_submission_says_why"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 次报送"

    @property
    def tone(self) -> str:
        """Of its state's tag."""
        tones = {SubmissionState.RETURNED: "refused", SubmissionState.RECEIVED: "done"}
        return tones.get(SubmissionState(self.state), "current")

    @property
    def is_out(self) -> bool:
        return self.state != SubmissionState.DRAFT

    @property
    def is_late(self) -> bool:
        """Needs duty."""
        if self.handed_in_at is None or self.duty.due_on is None:
            return False
        return timezone.localdate(self.handed_in_at) > self.duty.due_on


class SubmissionFileQuerySet(models.QuerySet["SubmissionFile"]):
    def visible_to(self, user: User) -> "SubmissionFileQuerySet":
        """A draft's files are the sender's alone."""
        seen = self.filter(submission__duty__in=ReportingDuty.objects.visible_to(user))
        return seen.filter(~Q(submission__state=SubmissionState.DRAFT) | Q(submission__duty__sender=user.bureau_id))


class SubmissionFile(models.Model):
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="files", verbose_name="报送")
    name = models.CharField("文件名", max_length=120)
    file = models.FileField("文件", upload_to="submissions/%Y/%m", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    digest = models.CharField("摘要", max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = SubmissionFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送文件"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["submission", "digest"], name="submission_holds_a_file_once")]

    def __str__(self) -> str:
        return self.name


class DutyReminder(models.Model):
    """That somebody was reminded; the row is written first, mail follows."""

    class Kind(models.TextChoices):
        BEFORE = "before", "到期提醒"
        AFTER = "after", "逾期提醒"

    duty = models.ForeignKey(ReportingDuty, models.CASCADE, related_name="reminders", verbose_name="报送任务")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    due_on = models.DateField("截止日期")
    sent_at = models.DateTimeField("提醒时间")
    mailed = models.PositiveSmallIntegerField("邮件收件人数", default=0)
    mail_after = models.DateTimeField(
        "邮件待发", null=True, blank=True, help_text="不早于此时发送；空值表示没有要发的邮件"
    )

    class Meta:
        verbose_name = verbose_name_plural = "报送提醒"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["duty", "kind", "due_on"], name="duty_is_reminded_of_once")]

    def __str__(self) -> str:
        return self.get_kind_display()
