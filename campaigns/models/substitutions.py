from typing import cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import User
from campaigns.models.approvals import Approval
from campaigns.models.draws import DIGEST_LENGTH, Draw
from campaigns.models.plan import SlotRole
from campaigns.models.tasks import Declaration, RecusalDecision, Task
from inspectors.models import Expert, Inspector


class Cause(models.TextChoices):
    """Why someone or something is replaced; the first four of institutions, the others of people."""

    CLOSED = "closed", "已停业关闭"
    MOVED = "moved", "已搬迁出辖区"
    CANCELLED = "cancelled", "资质认定证书已注销或撤销"
    REFUSED = "refused", "拒绝接受检查，已另案处理"
    ILLNESS = "illness", "因病不能参加"
    CONFLICT = "conflict", "应当回避"
    LEAVE = "leave", "请假或另有公务"


INSTITUTION_CAUSES = (Cause.CLOSED, Cause.MOVED, Cause.CANCELLED, Cause.REFUSED)
PERSON_CAUSES = (Cause.ILLNESS, Cause.CONFLICT, Cause.LEAVE)


class SubstitutionKind(models.TextChoices):
    INSTITUTION = "institution", "替换机构"
    INSPECTOR = "inspector", "替换检查组成员"
    WITHDRAWAL = "withdrawal", "退出本次检查"


class Substitution(models.Model):
    """替换: who or what left the draw and, by rule, took the place (draw-protocol.md section 6).

    `record` is the row that the transcript carries; `transcript_digest` that of the transcript with it.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="substitutions", verbose_name="抽取")
    number = models.PositiveSmallIntegerField("序号")
    approval = models.OneToOneField(Approval, models.PROTECT, related_name="substitution", verbose_name="审批事项")
    kind = models.CharField("类别", max_length=12, choices=SubstitutionKind.choices)
    cause = models.CharField("原因", max_length=12, choices=Cause.choices)
    record = models.JSONField("替换记录", encoder=DjangoJSONEncoder)
    transcript_digest = models.CharField("抽取全文摘要", max_length=DIGEST_LENGTH)
    task_out = models.OneToOneField(
        Task, models.PROTECT, null=True, blank=True, related_name="replaced_through", verbose_name="被替换的任务"
    )
    task_in = models.OneToOneField(
        Task, models.PROTECT, null=True, blank=True, related_name="entered_through", verbose_name="替换后的任务"
    )
    done_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="审批人")
    done_at = models.DateTimeField("替换时间")

    class Meta:
        verbose_name = verbose_name_plural = "替换"
        ordering = ["draw_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="substitution_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(kind="institution", task_out__isnull=False, task_in__isnull=False)
                | ~Q(kind="institution") & Q(task_out__isnull=True, task_in__isnull=True),
                name="institution_is_replaced_task_by_task",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw} 第 {self.number} 次替换"


class FormerMember(models.Model):
    """曾任检查组成员: who sat in a team until a substitution; never changed."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="former_members", verbose_name="任务")
    substitution = models.ForeignKey(Substitution, models.PROTECT, related_name="former_members", verbose_name="替换")
    role = models.CharField("身份", max_length=12, choices=SlotRole.choices)
    slot = models.PositiveSmallIntegerField("席位")
    pool = models.CharField("来源库", max_length=64)
    inspector = models.ForeignKey(
        Inspector, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查人员"
    )
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专家")
    declaration = models.CharField("回避声明", max_length=10, choices=Declaration.choices, blank=True)
    declaration_words = models.CharField("声明内容", max_length=500, blank=True)
    declared_at = models.DateTimeField("声明时间", null=True, blank=True)
    decision = models.CharField("回避决定", max_length=10, choices=RecusalDecision.choices, blank=True)
    decision_words = models.CharField("决定理由", max_length=500, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "曾任检查组成员"
        ordering = ["task_id", "substitution_id", "pk"]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def person(self) -> Inspector | Expert:
        return cast("Inspector | Expert", self.inspector or self.expert)
