from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Region, Role, User
from accounts.models.users import INSTITUTION_PEOPLE, LEADS
from campaigns.models.tasks import RELEASED_STATES
from institutions.models import Certificate, Institution
from selftest.content import Choice
from selftest.models.rounds import Round
from selftest.states import OPEN_STATES, SIGNED_STATES, SelfCheckState


class SelfCheckQuerySet(models.QuerySet["SelfCheck"]):
    def visible_to(self, user: User) -> "SelfCheckQuerySet":
        """Its institution's people; market regulation and supervisors of its region; and, once it was handed in, the
        inspectors who have to go there in the same campaign."""
        if user.has_role(*INSTITUTION_PEOPLE):
            return self.filter(institution__representatives__user=user)
        seen = Q(pk=None)
        if user.is_market_regulator and user.has_role(*LEADS, Role.COUNTY_OFFICER, Role.SUPERVISOR):
            seen |= Q(county__code__startswith=user.scope)
        if user.has_role(Role.INSPECTOR):
            seen |= Q(
                handed_in_at__isnull=False,
                round__campaign__tasks__institution=models.F("institution"),
                round__campaign__tasks__state__in=RELEASED_STATES,
                round__campaign__tasks__members__inspector__user=user,
            )
        return self.filter(pk__in=self.model.objects.filter(seen).values("pk"))


class SelfCheck(models.Model):
    """机构自查: one institution's answers in one round, from the invitation to the bureau's acceptance."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="self_checks", verbose_name="自查轮次")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="self_checks", verbose_name="机构")
    county = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name="所在县区", help_text="启动本轮时所在的县区"
    )
    state = models.CharField(
        "状态", max_length=10, choices=SelfCheckState.choices, default=SelfCheckState.INVITED, editable=False
    )
    reopened = models.JSONField(
        "退回的项目", null=True, blank=True, editable=False, help_text="0 表示基本信息；空值表示全部可填"
    )
    began_at = models.DateTimeField("开始时间", null=True, blank=True, editable=False)
    handed_in_at = models.DateTimeField("首次报送时间", null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField("通过时间", null=True, blank=True, editable=False)

    objects = SelfCheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "机构自查"
        ordering = ["round_id", "county_id", "institution__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "institution"], name="institution_is_asked_once_a_round"),
            models.CheckConstraint(condition=Q(state__in=SelfCheckState.values), name="self_check_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=SelfCheckState.ACCEPTED, accepted_at__isnull=False)
                | (~Q(state=SelfCheckState.ACCEPTED) & Q(accepted_at__isnull=True)),
                name="accepted_self_check_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SIGNED_STATES) | Q(handed_in_at__isnull=False),
                name="signed_self_check_was_handed_in",
            ),
        ]
        indexes = [models.Index(fields=["round", "county", "state"], name="self_check_progress")]

    def __str__(self) -> str:
        return f"{self.institution}：{self.round}"

    def get_absolute_url(self) -> str:
        return reverse("selftest:self_check", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """The institution may write."""
        return self.state in OPEN_STATES

    @property
    def is_late(self) -> bool:
        """Handed in after the deadline, or not yet though it has passed."""
        if self.handed_in_at is None:
            return self.round.is_over
        return timezone.localdate(self.handed_in_at) > self.round.deadline


class HeaderBlock(models.Model):
    """基本信息, or 取得资质认定的情况 of one certificate; `values` by the form's field keys, dates as ISO text, names as
    a list."""

    class Kind(models.TextChoices):
        BASIC = "basic", "基本信息"
        CERTIFICATE = "certificate", "取得资质认定的情况"

    PERSONAL_FIELDS = frozenset({"values"})

    self_check = models.ForeignKey(SelfCheck, models.CASCADE, related_name="blocks", verbose_name="自查")
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    certificate = models.ForeignKey(
        Certificate, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="证书"
    )
    position = models.PositiveSmallIntegerField("排序", default=0)
    values = models.JSONField("内容", default=dict)
    revision = models.PositiveIntegerField("修订", default=0)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="修改人")
    changed_at = models.DateTimeField("修改时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "自查表头"
        ordering = ["kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["self_check"], condition=Q(kind="basic"), name="self_check_has_one_basic_block"
            )
        ]

    def __str__(self) -> str:
        return str(self.certificate or self.get_kind_display())


class Answer(models.Model):
    """One item of one self-check as it stands now; what was handed in is kept in the Submission."""

    self_check = models.ForeignKey(SelfCheck, models.CASCADE, related_name="answers", verbose_name="自查")
    item = models.PositiveSmallIntegerField("序号")
    choice = models.CharField("是否发现问题", max_length=3, choices=Choice.choices, blank=True)
    description = models.TextField("问题描述", blank=True)
    cause = models.TextField("原因分析", blank=True)
    measure = models.TextField("整改措施", blank=True)
    due_on = models.DateField("整改完成日期", null=True, blank=True)
    reason = models.TextField("不适用理由", blank=True)
    carried_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="沿用的回答"
    )
    revision = models.PositiveIntegerField("修订", default=0)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="修改人")
    changed_at = models.DateTimeField("修改时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "自查回答"
        ordering = ["self_check_id", "item"]
        constraints = [
            models.UniqueConstraint(fields=["self_check", "item"], name="item_is_answered_once"),
            models.CheckConstraint(condition=Q(choice__in=["", *Choice.values]), name="answer_choice_is_known"),
        ]
        indexes = [models.Index(fields=["item", "self_check"], condition=Q(choice="yes"), name="answer_yes_by_item")]

    def __str__(self) -> str:
        return f"第 {self.item} 项"


class Comment(models.Model):
    """Words between the institution's own people about an item (0: about the whole form)."""

    self_check = models.ForeignKey(SelfCheck, models.CASCADE, related_name="comments", verbose_name="自查")
    item = models.PositiveSmallIntegerField("序号", default=0)
    text = models.TextField("留言", max_length=500)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="留言人")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "内部留言"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:30]
