from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from institutions.models.institution import Institution


class RiskKind(models.TextChoices):
    """重点抽查对象 and other risk flags; the first three are those of 同市监认证〔2025〕92号."""

    COMPLAINT = "complaint", "涉投诉举报"
    PT_ABSENT = "pt_absent", "无故不参加能力验证"
    STATISTICS_NOT_REPORTED = "statistics_not_reported", "未按时完成统计直报"
    PAST_VIOLATION = "past_violation", "以往有违法违规记录"
    GOVERNMENT_SAMPLING = "government_sampling", "近三年承担政府抽查任务"


KEY_TARGET_KINDS = frozenset({RiskKind.COMPLAINT, RiskKind.PT_ABSENT, RiskKind.STATISTICS_NOT_REPORTED})


class RiskFlagQuerySet(models.QuerySet["RiskFlag"]):
    def visible_to(self, user: User) -> "RiskFlagQuerySet":
        """Only market regulation sees them: complaint data is not handed to partner departments or institutions."""
        if not user.is_market_regulator:
            return self.none()
        return self.filter(institution__in=Institution.objects.visible_to(user))

    def in_force(self) -> "RiskFlagQuerySet":
        today = timezone.localdate()
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))


class RiskFlag(models.Model):
    institution = models.ForeignKey(Institution, models.CASCADE, related_name="risk_flags", verbose_name="机构")
    kind = models.CharField("标记", max_length=30, choices=RiskKind.choices)
    evidence = models.CharField("依据", max_length=300)
    noted_on = models.DateField("日期")
    valid_until = models.DateField("有效期至", null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )

    objects = RiskFlagQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "风险标记"
        ordering = ["-noted_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=RiskKind.values), name="risk_flag_kind_is_known")]

    def __str__(self) -> str:
        return self.get_kind_display()
