from datetime import date, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from campaigns.models.campaign import Campaign
from campaigns.states import DrawState
from inspectors.models import Expert, Inspector
from institutions.models import Institution

DIGEST_LENGTH = 64


class DrawKind(models.TextChoices):
    MAIN = "main", "抽取"
    SUPPLEMENT = "supplement", "补充抽取"


class DrawQuerySet(models.QuerySet["Draw"]):
    def visible_to(self, user: User) -> "DrawQuerySet":
        return self.filter(campaign__in=Campaign.objects.visible_to(user))

    def counting(self) -> "DrawQuerySet":
        """Those that were not voided."""
        return self.exclude(state=DrawState.VOID)


class Draw(models.Model):
    """抽取: the frozen rules and populations of one draw, their commitment, and after the draw its result.

    What was frozen and what was drawn cannot be changed: the database refuses (campaigns/migrations).
    Shapes of manifest, lines, quota and sources: draw-protocol.md sections 1 and 2.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="draws", verbose_name="活动")
    number = models.PositiveSmallIntegerField("序号")
    kind = models.CharField("类别", max_length=12, choices=DrawKind.choices, default=DrawKind.MAIN)
    code = models.CharField("抽取编号", max_length=64, unique=True)
    state = models.CharField("状态", max_length=10, choices=DrawState.choices, default=DrawState.FROZEN, editable=False)
    manifest = models.JSONField("清单", encoder=DjangoJSONEncoder)
    commitment = models.CharField("承诺摘要", max_length=DIGEST_LENGTH)
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="冻结人")
    frozen_at = models.DateTimeField("冻结时间")
    objections_until = models.DateTimeField("异议期截止", null=True, blank=True)
    reveal_until = models.DateTimeField("揭示截止", null=True, blank=True)
    seed = models.CharField("种子", max_length=DIGEST_LENGTH, blank=True)
    result_digest = models.CharField("结果摘要", max_length=DIGEST_LENGTH, blank=True)
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="抽取人")
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    disclosed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公开人"
    )
    disclosed_at = models.DateTimeField("公开时间", null=True, blank=True)
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="作废人")
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.CharField("作废原因", max_length=500, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽取"
        ordering = ["campaign_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="draw_number_is_unique_in_its_campaign"),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(kind="main") & ~Q(state="void"),
                name="campaign_has_one_draw_that_counts",
            ),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(kind="supplement", state="frozen"),
                name="campaign_has_one_supplement_under_way",
            ),
            models.CheckConstraint(
                condition=Q(state="drawn", drawn_at__isnull=False) & ~Q(result_digest="")
                | Q(state="frozen", drawn_at__isnull=True, result_digest="")
                | Q(state="void"),
                name="draw_is_drawn_once_it_has_a_result",
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_at__isnull=False) & ~Q(void_reason="")
                | ~Q(state="void") & Q(voided_at__isnull=True, void_reason=""),
                name="draw_is_void_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(disclosed_at__isnull=True) | Q(drawn_at__isnull=False), name="draw_is_disclosed_once_drawn"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("campaigns:draw", args=[self.campaign_id])

    @property
    def is_supplement(self) -> bool:
        return self.kind == DrawKind.SUPPLEMENT

    @property
    def is_sealed(self) -> bool:
        """Its seed is fixed: nothing that follows depends on anything but what is stored already."""
        return bool(self.seed)

    @property
    def last_day_of_objections(self) -> date | None:
        """The objection period ends at midnight; people are told its last day."""
        end = self.objections_until
        return timezone.localtime(end - timedelta(seconds=1)).date() if end else None

    @property
    def sources(self) -> list[str]:
        return list(self.manifest["sources"])


class DrawSecret(models.Model):
    """The regulator's 32 random bytes as 64 hex digits, apart from the draw so that no page loads it by accident."""

    draw = models.OneToOneField(Draw, models.PROTECT, related_name="secret", primary_key=True, verbose_name="抽取")
    value = models.CharField("秘密值", max_length=DIGEST_LENGTH)

    class Meta:
        verbose_name = verbose_name_plural = "抽取秘密值"

    def __str__(self) -> str:
        return "（保密）"


class DrawTranscript(models.Model):
    """The whole draw as one JSON text (draw-protocol.md section 7), as `python -m campaigns.draw verify` reads it."""

    draw = models.OneToOneField(Draw, models.PROTECT, related_name="transcript", primary_key=True, verbose_name="抽取")
    text = models.TextField("全文")

    class Meta:
        verbose_name = verbose_name_plural = "抽取全文"

    def __str__(self) -> str:
        return str(self.draw_id)


class FrozenInstitution(models.Model):
    """One entry of the frozen first pool, drawable or excluded, in id order."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="frozen_institutions", verbose_name="抽取")
    position = models.PositiveIntegerField("序号")
    identifier = models.CharField("代码", max_length=64)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")
    line_code = models.CharField("条目", max_length=20)
    excluded = models.CharField("排除原因", max_length=100, blank=True)
    entry = models.JSONField("冻结内容", encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = verbose_name_plural = "冻结的检查对象"
        ordering = ["draw_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "position"], name="frozen_institution_has_its_own_position"),
            models.UniqueConstraint(fields=["draw", "identifier"], name="institution_is_frozen_once_in_a_draw"),
        ]

    def __str__(self) -> str:
        return self.identifier


class FrozenInspector(models.Model):
    """One entry of the frozen second pool: an inspector or an expert, in id order."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="frozen_inspectors", verbose_name="抽取")
    position = models.PositiveIntegerField("序号")
    identifier = models.CharField("编号", max_length=64)
    inspector = models.ForeignKey(
        Inspector, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查人员"
    )
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专家")
    entry = models.JSONField("冻结内容", encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = verbose_name_plural = "冻结的检查人员"
        ordering = ["draw_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "identifier"], name="inspector_is_frozen_once_in_a_draw")
        ]

    def __str__(self) -> str:
        return self.identifier


class DrawnInstitution(models.Model):
    """A row of the result: drawn, or in reserve. Reserves are shown to nobody before they are needed."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="drawn_institutions", verbose_name="抽取")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")
    line_code = models.CharField("条目", max_length=20)
    cell = models.CharField("组", max_length=64)
    rank = models.PositiveIntegerField("名次")
    tier = models.IntegerField("层次")
    ticket = models.CharField("签", max_length=DIGEST_LENGTH)
    is_reserve = models.BooleanField("候补")

    class Meta:
        verbose_name = verbose_name_plural = "抽取结果"
        ordering = ["draw_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "line_code", "cell", "is_reserve", "rank"], name="drawn_institution_has_its_own_rank"
            )
        ]

    def __str__(self) -> str:
        return str(self.institution)
