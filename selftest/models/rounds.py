from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from accounts.models.users import INSTITUTION_PEOPLE, LEADS
from campaigns.models import Campaign
from selftest.models.forms import FormTemplate
from selftest.states import RoundState


class Population(models.TextChoices):
    """Who is asked. Asking only the drawn ones tells them that they were drawn, so those are only the ones that
    already have their notice."""

    REGION = "region", "辖区内全部在营机构"
    NOTIFIED = "notified", "已收到检查通知书的机构"


class Materials(models.TextChoices):
    UPLOADED = "uploaded", "上传到系统"
    KEPT = "kept", "由机构留存备查"


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user: User) -> "RoundQuerySet":
        """The lead bureau sees its rounds from the first draft; once open, market regulators and supervisors whose
        region overlaps the round's, and the institutions that are asked."""
        if user.has_role(*INSTITUTION_PEOPLE):
            asked = Q(self_checks__institution__representatives__user=user)
            return self.filter(pk__in=self.model.objects.filter(asked).values("pk")).exclude(state=RoundState.DRAFT)
        if not user.is_market_regulator or user.scope is None:
            return self.none()
        seen = Q(pk=None)
        if user.has_role(*LEADS):
            seen |= Q(campaign__lead_bureau=user.bureau_id)
        if user.has_role(*LEADS, Role.COUNTY_OFFICER, Role.SUPERVISOR):
            above = [user.scope[:length] for length in range(len(user.scope) + 1)]
            seen |= ~Q(state=RoundState.DRAFT) & (Q(scope__startswith=user.scope) | Q(scope__in=above))
        return self.filter(seen)


class Round(models.Model):
    """自查轮次: a campaign asks institutions to fill one form until a deadline."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="self_check_rounds", verbose_name="抽查活动")
    form = models.ForeignKey(FormTemplate, models.PROTECT, related_name="rounds", verbose_name="自查表")
    title = models.CharField("名称", max_length=120)
    scope = models.CharField(
        "范围", max_length=12, blank=True, editable=False, help_text="区划代码前缀，与活动牵头单位的辖区一致"
    )
    population = models.CharField("自查机构", max_length=10, choices=Population.choices, default=Population.REGION)
    deadline = models.DateField("截止日期", help_text="到这一天结束为止；逾期仍可报送，但标明逾期")
    needs_letter = models.BooleanField("须签署诚信守法承诺书", default=True)
    materials = models.CharField("证明材料", max_length=10, choices=Materials.choices, default=Materials.KEPT)
    carries_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="沿用此前轮次",
        help_text="该轮次中已审核通过的项目不再重复自查",
    )  # fmt: skip
    carried_items = models.JSONField("不再重复自查的项目", default=list, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=RoundState.choices, default=RoundState.DRAFT, editable=False
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="创建人", editable=False)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    opened_at = models.DateTimeField("启动时间", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自查轮次"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RoundState.DRAFT, opened_at__isnull=True)
                | Q(state__in=[RoundState.OPEN, RoundState.CLOSED], opened_at__isnull=False),
                name="round_is_open_once_it_has_an_opening_time",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("selftest:round", args=[self.pk])

    @property
    def is_over(self) -> bool:
        """The deadline has passed; late self-checks are still taken until the round is closed."""
        return timezone.localdate() > self.deadline

    @property
    def takes_uploads(self) -> bool:
        return self.materials == Materials.UPLOADED
