from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts.models import Bureau, Role, User
from accounts.models.users import LEADS
from campaigns.states import CampaignState

WITH_TASKS = (CampaignState.DRAWN, CampaignState.DISPATCHED)
SHARED_STATES = [state for state in CampaignState if state != CampaignState.DRAFT]


class CampaignKind(models.TextChoices):
    DOUBLE_RANDOM = "double_random", "双随机抽查"
    SPECIAL = "special", "专项检查"
    LOOK_BACK = "look_back", "回头看"
    PRACTICE = "practice", "演练"


class NoticeWindow(models.TextChoices):
    """When an institution is told of a visit; the notices differ, so each campaign says (product.md, decision 1)."""

    WITHIN_24H = "within_24h", "现场检查前24小时内告知"
    AT_LEAST_24H = "at_least_24h", "至少提前24小时告知"
    NONE = "none", "不作限定"


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> "CampaignQuerySet":
        """The lead bureau sees its campaigns from the first draft, partners once they are proposed, upper market
        regulators and supervisors those of their scope, those below and inspectors those that gave them tasks."""
        if not user.is_regulator or user.bureau is None:
            return self.none()
        bureau, seen = user.bureau, Q(pk__in=[])
        shared = Q(state__in=SHARED_STATES)
        if user.has_role(*LEADS):
            seen |= Q(lead_bureau=bureau)
        if user.has_role(*LEADS, Role.PARTNER_LIAISON):
            taking_part = (Q(lines__partners=bureau), Q(lines__lead_bureau=bureau), Q(issuers__bureau=bureau))
            for part in taking_part:
                seen |= shared & Q(pk__in=self.model.objects.filter(part).order_by().values("pk"))
        if user.has_role(Role.SUPERVISOR) or (user.is_market_regulator and user.has_role(*LEADS)):
            seen |= shared & Q(lead_bureau__region__code__startswith=user.scope)
        if user.has_role(Role.COUNTY_OFFICER) or (user.is_market_regulator and user.has_role(*LEADS)):
            here = self._tasks(institution__county__code__startswith=user.scope)
            seen |= Q(Exists(here), state=CampaignState.DISPATCHED)
        if user.has_role(Role.INSPECTOR):
            own = self.model.objects.filter(tasks__members__inspector__user=user).order_by()
            seen |= Q(state=CampaignState.DISPATCHED, pk__in=own.values("pk"))
        return self.filter(seen)

    def _tasks(self, **conditions: object) -> models.QuerySet[Any]:
        """Of the campaign in the query around."""
        tasks = self.model._meta.get_field("tasks").related_model
        return tasks._default_manager.filter(campaign=OuterRef("pk"), **conditions)

    def with_tasks(self) -> "CampaignQuerySet":
        """Drawn, or listed as a whole."""
        return self.filter(state__in=WITH_TASKS)


class Campaign(models.Model):
    """抽查活动: from the plan to the last notice. Its `number` also opens the code of its draws and tasks."""

    number = models.CharField(
        "活动编号",
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9-]+$", "只能用字母、数字和短横线。")],
    )
    title = models.CharField("名称", max_length=120)
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("类别", max_length=20, choices=CampaignKind.choices, default=CampaignKind.DOUBLE_RANDOM)
    lead_bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="led_campaigns", verbose_name="牵头单位")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级活动"
    )
    draws_lots = models.BooleanField(
        "随机抽取",
        default=True,
        help_text="不勾选：不冻结、不抽取，各条目的机构全部列入检查（全面检查），由属地县区组织",
    )
    looks_back_at = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="looked_back_by",
        verbose_name="回头看的活动",
        help_text="回头看时，复查哪些活动中认定的问题",
    )
    document_number = models.CharField("发文字号", max_length=60, blank=True)
    issued_on = models.DateField("发文日期", null=True, blank=True)
    blueprint = models.CharField("依据的通知模板", max_length=30, blank=True, editable=False)
    description = models.TextField("说明", blank=True)
    discipline = models.TextField("工作纪律", blank=True, help_text="通知中的纪律要求，印在检查通知和文书上")
    notice_window = models.CharField(
        "告知时限", max_length=20, choices=NoticeWindow.choices, default=NoticeWindow.WITHIN_24H
    )
    publishes_plan = models.BooleanField("公示抽查计划", default=True)
    publishes_drawn_list = models.BooleanField("公示抽取名单", default=False)
    publishes_results = models.BooleanField("公示检查结果", default=True)
    overall_ratio = models.CharField(
        "总体比例", max_length=7, blank=True, help_text="通知写明的总体比例，如 4%，用于核对各条目数量之和"
    )
    overall_count = models.PositiveIntegerField("总体数量", null=True, blank=True, help_text="通知写明的总体数量")
    tasks_per_inspector = models.PositiveSmallIntegerField("每人最多任务数", default=6)
    objection_days = models.PositiveSmallIntegerField(
        "异议期（工作日）",
        default=0,
        validators=[MaxValueValidator(60)],
        help_text="冻结后多少个工作日内，机构可以核对自己是否在名录并提出异议；0 表示不设异议期",
    )
    reveal_hours = models.PositiveSmallIntegerField(
        "揭示时限（小时）",
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text="开始揭示随机数后多少小时内须全部揭示；逾期不揭示的，本次抽取作废并公开未揭示的来源",
    )
    discloses_on = models.DateField(
        "公开抽取全文日期", null=True, blank=True, help_text="到期自动公开；不填则由负责人在现场检查结束后公开"
    )
    explains_draw = models.BooleanField("机构可查询本机构抽取依据", default=True)
    quota_count = models.PositiveIntegerField(
        "国家质检中心数", null=True, blank=True, help_text="各条目合计须含的国家质检中心家数"
    )
    quota_mode = models.CharField(
        "国家质检中心数的含义", max_length=10, choices=[("at_least", "至少"), ("exactly", "恰好")], default="at_least"
    )
    state = models.CharField(
        "阶段", max_length=20, choices=CampaignState.choices, default=CampaignState.DRAFT, editable=False
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="创建人")
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True, editable=False)
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True, editable=False)
    dispatched_at = models.DateTimeField("派发时间", null=True, blank=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽查活动"
        ordering = ["-year", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CampaignState.values), name="campaign_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "negotiating"], frozen_at__isnull=True)
                | Q(draws_lots=True, state__in=["frozen", "drawn", "dispatched"], frozen_at__isnull=False)
                | Q(draws_lots=False, state="dispatched", frozen_at__isnull=True),
                name="campaign_is_frozen_once_it_has_a_freeze_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "negotiating", "frozen"], drawn_at__isnull=True)
                | Q(draws_lots=True, state__in=["drawn", "dispatched"], drawn_at__isnull=False)
                | Q(draws_lots=False, state="dispatched", drawn_at__isnull=True),
                name="campaign_is_drawn_once_it_has_a_draw_time",
            ),
            models.CheckConstraint(
                condition=Q(draws_lots=True) | ~Q(kind="practice"),
                name="practice_draws_lots",
                violation_error_message="演练是为了熟悉抽取，不能不抽取。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("campaigns:detail", args=[self.pk])

    @property
    def scope(self) -> str:
        """Region code prefix of the population: all institutions of the lead bureau's region."""
        return self.lead_bureau.region.scope

    @property
    def is_practice(self) -> bool:
        """演练: nothing of it is published, notified or counted."""
        return self.kind == CampaignKind.PRACTICE

    @property
    def has_tasks(self) -> bool:
        """Drawn, or listed as a whole."""
        return self.state in WITH_TASKS


class CampaignIssuer(models.Model):
    """发文机关: the bodies that issue the notice together, in order."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="issuers", verbose_name="活动")
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name="机关")
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "发文机关"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "bureau"], name="bureau_issues_a_campaign_once")]

    def __str__(self) -> str:
        return str(self.bureau)


class BasisDocument(models.Model):
    """文件依据: the documents a campaign rests on, as its notice lists them."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="basis_documents", verbose_name="活动")
    title = models.CharField("标题", max_length=150)
    number = models.CharField("文号", max_length=60, blank=True)
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "文件依据"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"《{self.title}》" + (f"（{self.number}）" if self.number else "")


class Stage(models.Model):
    """实施阶段, with dates as printed: stages may touch or overlap, and may begin before the notice was issued."""

    class Kind(models.TextChoices):
        SELF_CHECK = "self_check", "机构自查"
        ON_SITE = "on_site", "现场检查"
        ENTRY = "entry", "结果录入"
        FOLLOW_UP = "follow_up", "结果处置"
        REPORT = "report", "信息报送"
        OTHER = "other", "其他"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="stages", verbose_name="活动")
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    name = models.CharField("名称", max_length=60)
    starts_on = models.DateField("开始日期", null=True, blank=True)
    ends_on = models.DateField("截止日期")
    is_soft = models.BooleanField("原则上", default=False, help_text="通知中写“原则上”的期限")

    class Meta:
        verbose_name = verbose_name_plural = "实施阶段"
        ordering = ["ends_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(starts_on__lte=models.F("ends_on")),
                name="stage_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """Who contributes randomness to the draw, named before the freeze: bureaus, witnesses, a public value."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", "参与单位"
        WITNESS = "witness", "见证人"
        PUBLIC = "public", "公开数值"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="sources", verbose_name="活动")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    bureau = models.ForeignKey(
        Bureau,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="单位",
        help_text="见证人所在单位，或参与单位本身",
    )
    name = models.CharField("名称", max_length=50, blank=True, help_text="如：纪检；双色球2025105期")
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "随机数来源"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="public") | Q(bureau__isnull=False), name="source_that_is_not_public_has_a_bureau"
            )
        ]

    def __str__(self) -> str:
        return self.sheet_name

    @property
    def sheet_name(self) -> str:
        """Its name in the draw sheet (draw-protocol.md section 1)."""
        if self.kind == self.Kind.BUREAU:
            return str(self.bureau_id)
        return f"{self.kind}:{self.name}"
