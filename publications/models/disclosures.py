from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.models.users import INSTITUTION_PEOPLE
from institutions.models import Certificate, Institution
from publications.states import DisclosureState


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def visible_to(self, user: User) -> "DisclosureQuerySet":
        if user.has_role(*INSTITUTION_PEOPLE):
            return self.filter(institution__representatives__user=user)
        return self.filter(institution__in=Institution.objects.visible_to(user)) if user.is_regulator else self.none()

    def published(self) -> "DisclosureQuerySet":
        return self.filter(state=DisclosureState.PUBLISHED)


class Disclosure(models.Model):
    """“三公开”: what an institution makes public of itself on its public page (requirements SX-3, SX-16)."""

    class Kind(models.TextChoices):
        CAPABILITY = "capability", "资质认定能力附表"
        REPORT = "report", "检验检测报告公开"
        COMMITMENT = "commitment", "自我承诺"
        FEES = "fees", "收费标准"

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="disclosures", verbose_name="机构")
    certificate = models.ForeignKey(
        Certificate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="证书"
    )
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容", blank=True)
    file = models.FileField("文件", upload_to="disclosures/%Y/%m", max_length=200, blank=True)
    file_name = models.CharField("文件名", max_length=120, blank=True)
    file_digest = models.CharField("文件摘要", max_length=64, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=DisclosureState.choices, default=DisclosureState.SUBMITTED, editable=False
    )
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提交人")
    submitted_at = models.DateTimeField("提交时间", auto_now_add=True)
    words = models.CharField("审核意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人")
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "机构公开信息"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") | ~Q(file=""), name="disclosure_says_something"),
            models.CheckConstraint(condition=Q(state__in=DisclosureState.values), name="disclosure_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.title
