from typing import cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Role, User
from accounts.models.users import LEADS
from campaigns.errors import NotConfirmed
from campaigns.models.campaign import Campaign
from campaigns.models.draws import Draw


class Act(models.TextChoices):
    """What one person alone may not do."""

    FREEZE = "freeze", "冻结两库"
    LIST = "list", "列入全部对象"
    SUPPLEMENT = "supplement", "补充抽取"
    DRAW = "draw", "抽取"
    VOID = "void", "作废抽取"
    SUBSTITUTE = "substitute", "替换"


class ApprovalState(models.TextChoices):
    WAITING = "waiting", "待审批"
    CONFIRMED = "confirmed", "已同意"
    DECLINED = "declined", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def visible_to(self, user: User) -> "ApprovalQuerySet":
        """The lead bureau's own, and those who watch: an approval may name what others must not know yet."""
        seen = self.filter(campaign__in=Campaign.objects.visible_to(user))
        if user.has_role(Role.SUPERVISOR):
            return seen
        return seen.filter(campaign__lead_bureau=user.bureau_id) if user.has_role(*LEADS) else self.none()

    def waiting(self) -> "ApprovalQuerySet":
        return self.filter(state=ApprovalState.WAITING)


class Approval(models.Model):
    """审批事项: an act that one person proposes and another confirms, with the password asked again.

    `parameters` by act: SUPPLEMENT {"lines": {line code: count}}; SUBSTITUTE {"request": a request of
    draw-protocol.md section 6, "cause": a Cause}; else empty.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="approvals", verbose_name="活动")
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="approvals", verbose_name="抽取")
    act = models.CharField("事项", max_length=12, choices=Act.choices)
    subject = models.CharField("对象", max_length=64, blank=True, help_text="替换事项：被替换者在抽取中的代码")
    parameters = models.JSONField("内容", default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField("理由", max_length=500, blank=True)
    evidence = models.FileField("证明材料", upload_to="evidence/%Y/%m", blank=True)
    evidence_name = models.CharField("材料名称", max_length=150, blank=True)
    evidence_digest = models.CharField("材料摘要", max_length=64, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=ApprovalState.choices, default=ApprovalState.WAITING, editable=False
    )
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提请人")
    proposed_at = models.DateTimeField("提请时间")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    words = models.CharField("审批意见", max_length=500, blank=True)

    State = ApprovalState

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审批事项"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "act", "subject"],
                condition=Q(state="waiting"),
                name="act_is_proposed_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "declined"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="act_is_decided_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}：{self.campaign}"

    def get_absolute_url(self) -> str:
        return reverse("campaigns:approval", args=[self.pk])

    def confirmed_draw(self, act: Act) -> Draw:
        """The draw that a second person has agreed to do this very thing to. NotConfirmed otherwise."""
        if self.act != act or self.draw is None or self.state != ApprovalState.CONFIRMED:
            raise NotConfirmed
        return self.draw

    def check_confirmed(self, act: Act) -> None:
        if self.act != act or self.state != ApprovalState.CONFIRMED:
            raise NotConfirmed

    @property
    def confirmed_by(self) -> User:
        """The second person of a confirmed approval."""
        return cast("User", self.decided_by)
