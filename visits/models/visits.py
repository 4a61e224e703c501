from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Bureau, User
from campaigns.models import InspectionNotice, Task
from campaigns.models.tasks import ENDED_STATES, seen_by
from inspectors.models import Expert, Inspector
from visits.codes import DeliveryMode, Outcome
from visits.states import VisitState


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: User) -> "VisitQuerySet":
        """Regulators and inspectors who see the task, and officers who go there without being of the drawn team. The
        institution learns from its notice and from what follows."""
        if not user.is_regulator:
            return self.none()
        return self.filter(seen_by(user, "task__") | Q(pk__in=_going(user)))

    def attended_by(self, user: User) -> "VisitQuerySet":
        """Those where the user enforces: of the team, or a guest who does not see the task otherwise."""
        return self.filter(pk__in=_going(user))

    def standing(self) -> "VisitQuerySet":
        """Neither cancelled nor planned for a task that was replaced or cancelled since."""
        return self.exclude(Q(state=VisitState.CANCELLED) | Q(state=VisitState.PLANNED, task__state__in=ENDED_STATES))

    def clashing(self, start: datetime, end: datetime) -> "VisitQuerySet":
        """Planned or under way at some time between these two."""
        under_way = self.standing().filter(state__in=[VisitState.PLANNED, VisitState.STARTED])
        return under_way.filter(planned_start__lt=end, planned_end__gt=start)


def _going(user: User) -> models.QuerySet["Attendee", Any]:
    """The visits where the user enforces."""
    return Attendee.objects.filter(inspector__user=user, kind__in=["officer", "guest"]).values("visit")


class Visit(models.Model):
    """现场检查: the team goes to the institution of one task; again for a re-visit that verifies a rectification."""

    class Kind(models.TextChoices):
        FIRST = "first", "现场检查"
        AGAIN = "again", "复查"

    task = models.ForeignKey(Task, models.PROTECT, related_name="visits", verbose_name="任务")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.FIRST)
    number = models.PositiveSmallIntegerField("次序", help_text="同一任务的第几次到场")
    planned_start = models.DateTimeField("计划开始")
    planned_end = models.DateTimeField("计划结束")
    state = models.CharField(
        "状态", max_length=10, choices=VisitState.choices, default=VisitState.PLANNED, editable=False
    )
    window_reason = models.CharField("不符合告知时限的理由", max_length=500, blank=True)
    sheet = models.JSONField("检查表", default=list, help_text="开始检查时固定下来的各行")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    device_started_at = models.DateTimeField("开始时间（设备）", null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=8, decimal_places=5, null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    outcome = models.CharField("到场情况", max_length=12, choices=Outcome.choices, blank=True)
    outcome_words = models.TextField("情况说明", blank=True)
    opinion = models.TextField("被检查机构意见", blank=True)
    changed_after_signing = models.TextField("签字后变动的说明", blank=True)
    cancelled_because = models.CharField("取消原因", max_length=500, blank=True)
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="安排人")

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "现场检查"
        ordering = ["planned_start", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="visit_number_is_used_once"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(state__in=["planned", "started"]), name="task_has_one_open_visit"
            ),
            models.CheckConstraint(condition=Q(planned_end__gt=F("planned_start")), name="visit_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(state__in=VisitState.values), name="visit_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "cancelled"]) | Q(started_at__isnull=False),
                name="visit_under_way_has_a_start",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ended_at__isnull=False) & ~Q(outcome=""),
                name="ended_visit_has_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["planned_start"], name="visit_by_day")]

    def __str__(self) -> str:
        return f"{self.task.number} 第 {self.number} 次"

    def get_absolute_url(self) -> str:
        return reverse("visits:visit", args=[self.pk])


class Attendee(models.Model):
    """到场人员. Members of the team and guests from elsewhere enforce; people whom the county names and experts do
    not: they never count toward the two officers (国办发〔2024〕54号)."""

    class Kind(models.TextChoices):
        OFFICER = "officer", "执法检查人员"
        GUEST = "guest", "异地执法人员"
        COOPERATING = "cooperating", "配合人员"
        EXPERT = "expert", "专家"

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="attendees", verbose_name="现场检查")
    kind = models.CharField("身份", max_length=12, choices=Kind.choices)
    inspector = models.ForeignKey(
        Inspector, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name="检查人员"
    )
    expert = models.ForeignKey(
        Expert, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name="专家"
    )
    name = models.CharField("姓名", max_length=30, help_text="配合人员不在名录库中的，由县局填写")
    workplace = models.CharField("所在单位", max_length=80, blank=True)
    is_leader = models.BooleanField("组长", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "到场人员"
        ordering = ["visit_id", "-is_leader", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "inspector"], condition=Q(inspector__isnull=False), name="inspector_attends_once"
            ),
            models.UniqueConstraint(fields=["visit"], condition=Q(is_leader=True), name="visit_has_one_leader"),
            models.CheckConstraint(
                condition=~Q(kind__in=["officer", "guest"]) | Q(inspector__isnull=False),
                name="who_enforces_is_in_the_pool",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def enforces(self) -> bool:
        return self.kind in (self.Kind.OFFICER, self.Kind.GUEST)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User) -> "DeliveryQuerySet":
        return self.filter(notice__task__in=Task.objects.visible_to(user))


class Delivery(models.Model):
    """送达: how and when the institution was told."""

    notice = models.ForeignKey(InspectionNotice, models.PROTECT, related_name="deliveries", verbose_name="通知书")
    mode = models.CharField("方式", max_length=12, choices=DeliveryMode.choices)
    told_at = models.DateTimeField("送达时间")
    received_by = models.CharField("签收人", max_length=30, blank=True)
    witness = models.CharField("见证人", max_length=30, blank=True)
    words = models.CharField("说明", max_length=500, blank=True)
    proof = models.FileField("凭证", upload_to="deliveries/%Y/%m", max_length=200, blank=True)
    proof_digest = models.CharField("凭证摘要", max_length=64, blank=True)
    entered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="登记人",
        help_text="电子送达的，为打开通知书的机构人员",
    )  # fmt: skip
    entered_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "送达"
        ordering = ["told_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(mode="left") | ~Q(witness=""), name="document_left_at_the_place_has_a_witness"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.get_mode_display()}"


class Preparation(models.Model):
    """What the notice of a task asks the institution to have ready, in the bureau's words."""

    task = models.OneToOneField(Task, models.CASCADE, related_name="preparation", verbose_name="任务")
    materials = models.TextField("需准备的材料", blank=True)
    contact = models.ForeignKey(
        Bureau, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="联系单位"
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查准备"

    def __str__(self) -> str:
        return self.task.number
