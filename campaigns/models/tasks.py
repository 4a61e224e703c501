import secrets
from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Bureau, Region, Role, User
from accounts.models.users import INSTITUTION_PEOPLE, LEADS
from campaigns.models.campaign import Campaign
from campaigns.models.draws import Draw
from campaigns.models.plan import PlanLine, SlotRole
from campaigns.states import TaskState
from inspectors.models import Expert, Inspector
from institutions.models import Institution

ENDED_STATES = [TaskState.REPLACED, TaskState.CANCELLED]
RELEASED_STATES = [state for state in TaskState if state not in (TaskState.PENDING, *ENDED_STATES)]
BEFORE_VISIT = [TaskState.DISPATCHED, TaskState.NOTIFIED]
"""Handed out, and nobody has been there yet."""


class TaskMode(models.TextChoices):
    DRAWN = "drawn", "随机抽取"
    ALLOTTED = "allotted", "上级分配"
    KEY = "key", "重点检查"
    FULL = "full", "全覆盖检查"
    EXTENDED = "extended", "延伸检查"


ADDED_MODES = (TaskMode.KEY, TaskMode.FULL, TaskMode.EXTENDED)
"""Beside the random ones: added to a campaign for a stated reason, marked and counted as such (requirement SX-11)."""


class Declaration(models.TextChoices):
    """回避声明 of a member of a team, before the institution is notified."""

    NONE = "none", "无利害关系"
    RECUSAL = "recusal", "申请回避"


class RecusalDecision(models.TextChoices):
    """What the lead bureau decides on a member's recusal; an accepted one leads to a substitution."""

    ACCEPTED = "accepted", "准予回避"
    REJECTED = "rejected", "不予回避"


class TaskQuerySet(models.QuerySet["Task"]):
    def live(self) -> "TaskQuerySet":
        """Those that still stand: neither replaced nor cancelled."""
        return self.exclude(state__in=ENDED_STATES)

    def visible_to(self, user: User) -> "TaskQuerySet":
        """The campaign's lead and its supervisors see its tasks once drawn; the other bureaus and the inspectors once
        dispatched, those of the market regulator and supervisors also when they ended since; the institution once it
        is notified. Every condition is of the task's own row, so that none comes twice and what else is asked for can
        find its rows first."""
        if user.has_role(*INSTITUTION_PEOPLE):
            return self.filter(notice__isnull=False, institution__representatives__user=user)
        if not user.is_regulator or user.bureau is None:
            return self.none()
        if user.bureau.region.level == Region.Level.COUNTY:  # so few of all tasks: each ground by its own index
            none = self.model.objects.none().values("pk")
            grounds = (self.model.objects.filter(each).order_by().values("pk") for each in _grounds(user))
            return self.filter(pk__in=none.union(*grounds))
        return self.filter(seen_by(user))

    def for_rows(self) -> "TaskQuerySet":
        """With what a row of a table names: so few joins that PostgreSQL still plans them all together."""
        return self.select_related("campaign", "line", "institution__county", "bureau")

    def for_lists(self) -> "TaskQuerySet":
        """With everything that a page of a task names."""
        return self.select_related(
            "campaign__lead_bureau", "line", "institution__county", "bureau", "assisting_bureau", "notice__bureau"
        )


def seen_by(user: User, task: str = "") -> Q:
    """Whether a regulator sees a task, asked of a row that leads to it: `task` is the path, ending in two underscores.
    For rows found by something else; what is visible as such is found by visible_to."""
    nothing = Q(pk__in=[])
    if not user.is_regulator or user.has_role(*INSTITUTION_PEOPLE):
        return nothing
    return reduce(or_, _grounds(user, task), nothing)


def _grounds(user: User, task: str = "") -> Iterator[Q]:
    """Each alone lets a regulator see a task."""
    released = Q((f"{task}state__in", RELEASED_STATES))
    history = Q((f"{task}state__in", ENDED_STATES), (f"{task}dispatched_at__isnull", False))
    if user.has_role(*LEADS):
        yield Q((f"{task}campaign__lead_bureau", user.bureau))
    if user.has_role(Role.SUPERVISOR):
        yield Q((f"{task}campaign__lead_bureau__region__code__startswith", user.scope))
    if user.has_role(Role.SUPERVISOR) or (user.is_market_regulator and user.has_role(*LEADS, Role.COUNTY_OFFICER)):
        yield (released | history) & Q((f"{task}institution__county__code__startswith", user.scope))
    if user.has_role(Role.PARTNER_LIAISON, Role.COUNTY_OFFICER):
        yield released & _has_place(task, inspector__bureau=user.bureau)
    if user.has_role(Role.INSPECTOR):
        yield released & _has_place(task, inspector__user=user)


def _has_place(task: str, **conditions: object) -> Q:
    return Q((f"{task}pk__in", TeamMember.objects.filter(**conditions).order_by().values("task")))


class Task(models.Model):
    """检查任务: one institution that one bureau has to see to it is visited, with its team."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="tasks", verbose_name="活动")
    number = models.CharField("任务编号", max_length=40, unique=True)
    line = models.ForeignKey(PlanLine, models.PROTECT, related_name="tasks", verbose_name="条目")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="tasks", verbose_name="机构")
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="抽取")
    mode = models.CharField("方式", max_length=10, choices=TaskMode.choices)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="tasks", verbose_name="组织检查单位")
    assisting_bureau = models.ForeignKey(
        Bureau, models.PROTECT, null=True, blank=True, related_name="assisted_tasks", verbose_name="协助单位"
    )
    due_on = models.DateField("完成期限", null=True, blank=True)
    is_due_softly = models.BooleanField("原则上", default=False)
    state = models.CharField(
        "状态", max_length=20, choices=TaskState.choices, default=TaskState.PENDING, editable=False
    )
    unfilled = models.JSONField("空缺席位", default=list, encoder=DjangoJSONEncoder)
    dispatched_at = models.DateTimeField("派发时间", null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查任务"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "institution"],
                condition=~Q(state__in=["replaced", "cancelled"]),
                name="institution_has_one_live_task_in_a_campaign",
            ),
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_state_is_known"),
            models.CheckConstraint(
                condition=Q(mode="drawn", draw__isnull=False) | ~Q(mode="drawn") & Q(draw__isnull=True),
                name="task_is_drawn_once_it_has_a_draw",
            ),
        ]
        indexes = [
            models.Index(
                fields=["bureau", "due_on"],
                condition=Q(state__in=["dispatched", "notified", "inspecting"]),
                name="task_to_inspect",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("campaigns:task", args=[self.pk])

    @property
    def is_added(self) -> bool:
        return self.mode in ADDED_MODES


class Addition(models.Model):
    """增列: why a task stands beside those that were drawn, and who answers for it."""

    task = models.OneToOneField(Task, models.PROTECT, related_name="addition", verbose_name="任务")
    reason = models.CharField("理由", max_length=500)
    repeated_because = models.CharField("重复检查的理由", max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="增列人")
    at = models.DateTimeField("增列时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "增列"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.task.number


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    def visible_to(self, user: User) -> "TeamMemberQuerySet":
        """The teams of the tasks that regulators see; institutions learn names from their notice alone."""
        return self.filter(task__in=Task.objects.visible_to(user)) if user.is_regulator else self.none()

    def for_acts(self) -> "TeamMemberQuerySet":
        """With everything that rules and pages ask of a member."""
        return self.select_related(
            "task__campaign__lead_bureau__region", "task__draw", "task__institution", "inspector__bureau", "expert"
        )


class TeamMember(models.Model):
    """检查组成员: a person who holds a place of the team, as the draw assigned it."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="members", verbose_name="任务")
    position = models.PositiveSmallIntegerField("排序")
    role = models.CharField("身份", max_length=12, choices=SlotRole.choices)
    slot = models.PositiveSmallIntegerField("席位")
    pool = models.CharField("来源库", max_length=64)
    inspector = models.ForeignKey(
        Inspector, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name="检查人员"
    )
    expert = models.ForeignKey(
        Expert, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name="专家"
    )

    declaration = models.CharField("回避声明", max_length=10, choices=Declaration.choices, blank=True)
    declaration_words = models.CharField("声明内容", max_length=500, blank=True)
    declared_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="声明登记人"
    )
    declared_at = models.DateTimeField("声明时间", null=True, blank=True)
    decision = models.CharField("回避决定", max_length=10, choices=RecusalDecision.choices, blank=True)
    decision_words = models.CharField("决定理由", max_length=500, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查组成员"
        ordering = ["task_id", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(inspector__isnull=False, expert__isnull=True)
                | Q(inspector__isnull=True, expert__isnull=False),
                name="team_member_is_one_person",
            ),
            models.UniqueConstraint(fields=["task", "position"], name="team_place_is_held_by_one_person"),
            models.CheckConstraint(
                condition=Q(declaration="", declared_at__isnull=True)
                | ~Q(declaration="") & Q(declared_at__isnull=False, declared_by__isnull=False),
                name="declaration_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | ~Q(decision="") & Q(declaration="recusal", decided_at__isnull=False, decided_by__isnull=False),
                name="recusal_is_decided_once_asked_for",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def person(self) -> Inspector | Expert:
        return cast("Inspector | Expert", self.inspector or self.expert)

    @property
    def workplace(self) -> str:
        """Where the person works; needs inspector__bureau and expert."""
        return self.inspector.bureau.name if self.inspector else self.expert.employer if self.expert else ""

    @property
    def is_open_recusal(self) -> bool:
        """Asked for and not turned down: this person may not inspect here."""
        return self.declaration == Declaration.RECUSAL and self.decision != RecusalDecision.REJECTED

    @property
    def is_declared_by_another(self) -> bool:
        """Somebody entered it for the person; needs inspector."""
        own = self.inspector.user_id if self.inspector else None
        return self.declared_by_id is not None and self.declared_by_id != own

    @property
    def certificate(self) -> str:
        """The enforcement certificate to be shown on site; experts carry none."""
        return self.inspector.department_certificate if self.inspector else ""


def make_token() -> str:
    """For the address of a page that only the holder of the paper knows."""
    return secrets.token_urlsafe(18)


class InspectionNotice(models.Model):
    """检查通知书 to the institution of one task, numbered in the issuing bureau's own series of the year."""

    task = models.OneToOneField(Task, models.PROTECT, related_name="notice", verbose_name="任务")
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name="签发单位")
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("序号")
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="签发人")
    issued_at = models.DateTimeField("签发时间")
    token = models.CharField("验证码", max_length=32, unique=True, default=make_token, editable=False)
    log_number = models.PositiveIntegerField("公开日志序号", default=0)
    log_digest = models.CharField("公开日志摘要", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查通知书"
        ordering = ["bureau_id", "year", "serial"]
        constraints = [models.UniqueConstraint(fields=["bureau", "year", "serial"], name="notice_number_is_used_once")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        prefix = self.bureau.document_prefix or self.bureau.short_name
        return f"{prefix}检通〔{self.year}〕{self.serial}号"
