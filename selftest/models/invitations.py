from django.db import models
from django.db.models import Q

from accounts.models import Role, User
from institutions.models import Institution, Representative
from selftest.models.rounds import Round
from selftest.models.selfchecks import SelfCheck


class Invitation(models.Model):
    """A one-time code with which somebody becomes an institution's clerk or legal representative. Only its digest is
    kept; the code itself stands in the letter alone."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="invitations", verbose_name="机构")
    round = models.ForeignKey(
        Round, models.PROTECT, null=True, blank=True, related_name="invitations", verbose_name="自查轮次"
    )
    role = models.CharField("身份", max_length=30, choices=Representative.ROLES, default=Role.INSTITUTION_CLERK)
    code_digest = models.CharField("邀请码摘要", max_length=64, unique=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="生成人")
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    expires_at = models.DateTimeField("失效时间")
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    used_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使用人")

    class Meta:
        verbose_name = verbose_name_plural = "邀请"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="used_invitation_has_a_user_and_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.get_role_display()}"


class Reminder(models.Model):
    """A reminder that went out; each once."""

    class Kind(models.TextChoices):
        BEFORE = "before", "截止前三天"
        AFTER = "after", "逾期三天"

    self_check = models.ForeignKey(SelfCheck, models.CASCADE, related_name="reminders", verbose_name="自查")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    sent_at = models.DateTimeField("提醒时间")
    mailed = models.PositiveSmallIntegerField("发出邮件", default=0)
    mail_after = models.DateTimeField(
        "邮件待发", null=True, blank=True, help_text="不早于此时发送；空值表示没有要发的邮件"
    )

    class Meta:
        verbose_name = verbose_name_plural = "自查提醒"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["self_check", "kind"], name="reminder_is_sent_once")]

    def __str__(self) -> str:
        return self.get_kind_display()
