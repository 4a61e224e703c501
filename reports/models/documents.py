from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Bureau, Role, User
from accounts.models.users import LEADS
from campaigns.models import Campaign
from reports.states import OUT_STATES, DocumentState


class DocumentKind(models.TextChoices):
    NOTICE = "notice", "抽查通知"
    TRANSMITTAL = "transmittal", "转发通知"
    PLAN_ANNOUNCEMENT = "plan_announcement", "抽查计划公告"
    DRAW_ANNOUNCEMENT = "draw_announcement", "抽取结果公告"
    RESULT_ANNOUNCEMENT = "result_announcement", "检查结果公告"
    SUMMARY = "summary", "工作总结"
    BULLETIN = "bulletin", "情况通报"
    URGENT_REPORT = "urgent_report", "重大案件专报"


TO_THOSE_BELOW = (DocumentKind.NOTICE, DocumentKind.TRANSMITTAL, DocumentKind.BULLETIN)
"""What the bureaus of the regions below read, whoever of them it concerns."""


class DocumentSeries(models.Model):
    """发文字号: a bureau's own numbers of one year under one 代字. A number that was skipped may still be used by hand."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="document_series", verbose_name="单位")
    code_word = models.CharField("发文代字", max_length=20, help_text="如：同市监认证")
    year = models.PositiveSmallIntegerField("年份")
    next_serial = models.PositiveIntegerField("下一个顺序号", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "发文字号"
        ordering = ["bureau", "-year", "code_word"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code_word", "year"], name="series_is_kept_once"),
            models.CheckConstraint(condition=Q(next_serial__gte=1), name="series_counts_from_one"),
        ]

    def __str__(self) -> str:
        return self.number(self.next_serial)

    def number(self, serial: int) -> str:
        """同市监认证〔2025〕92号."""
        return f"{self.code_word}〔{self.year}〕{serial}号"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> "DocumentQuerySet":
        """A bureau's own people see all of its documents. What was issued is seen by market regulators above, by those who
        see its campaign, and, when it speaks to the bureaus below, by those of the regions below."""
        if not user.is_regulator or user.bureau is None:
            return self.none()
        seen = Q(pk=None)
        if user.has_role(*LEADS, Role.COUNTY_OFFICER):
            seen |= Q(bureau=user.bureau_id)
        out = Q(state__in=OUT_STATES)
        seen |= out & Q(campaign__in=Campaign.objects.visible_to(user))
        if user.has_role(Role.SUPERVISOR) or (user.is_market_regulator and user.has_role(*LEADS)):
            seen |= out & Q(bureau__region__code__startswith=user.scope)
        if user.has_role(*LEADS, Role.PARTNER_LIAISON, Role.COUNTY_OFFICER):
            seen |= out & Q(kind__in=TO_THOSE_BELOW, bureau__region__in=_regions_above(user.bureau))
        return self.filter(seen)

    def issued(self) -> "DocumentQuerySet":
        return self.filter(state=DocumentState.ISSUED)


def _regions_above(bureau: Bureau) -> list[str]:
    code = bureau.region_id
    return sorted({"000000", f"{code[:2]}0000", f"{code[:4]}00"} - {code})


class Document(models.Model):
    """公文: drafted in versions, issued once with a number of the bureau's series, unchanged from then on.

    issued_version: what was issued; None before. title: of the latest version.
    """

    kind = models.CharField("文种", max_length=20, choices=DocumentKind.choices)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="documents", verbose_name="发文单位")
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name="抽查活动"
    )
    finding = models.ForeignKey(
        "visits.Finding", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专报的问题",
        help_text="重大案件专报写哪一个问题",
    )  # fmt: skip
    title = models.CharField("标题", max_length=200)
    state = models.CharField(
        "状态", max_length=10, choices=DocumentState.choices, default=DocumentState.DRAFT, editable=False
    )
    series = models.ForeignKey(
        DocumentSeries, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name="发文字号序列"
    )
    serial = models.PositiveIntegerField("顺序号", null=True, blank=True)
    number = models.CharField("发文字号", max_length=60, blank=True)
    issued_on = models.DateField("成文日期", null=True, blank=True)
    issued_version = models.ForeignKey(
        "DocumentVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签发的版本"
    )
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签发人", editable=False
    )
    issued_at = models.DateTimeField("签发时间", null=True, blank=True, editable=False)
    words = models.CharField("意见或理由", max_length=500, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="拟稿人")
    created_at = models.DateTimeField("起草时间", auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公文"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "serial"], name="document_number_is_used_once"),
            models.CheckConstraint(condition=Q(state__in=DocumentState.values), name="document_state_is_known"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["issued", "withdrawn"], series__isnull=False, serial__isnull=False,
                    issued_on__isnull=False, issued_version__isnull=False, issued_by__isnull=False,
                    issued_at__isnull=False,
                ) & ~Q(number="")
                | Q(
                    state__in=["draft", "presented", "dropped"], series__isnull=True, serial__isnull=True, number="",
                    issued_on__isnull=True, issued_version__isnull=True, issued_by__isnull=True, issued_at__isnull=True,
                ),
                name="document_has_a_number_once_issued",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["withdrawn", "dropped"]) | ~Q(words=""),
                name="document_leaves_with_a_reason",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:document", args=[self.pk])

    @property
    def latest(self) -> "DocumentVersion":
        return self.versions.latest("number")

    @property
    def shown(self) -> "DocumentVersion":
        """What whoever opens it reads: what was issued, before that the latest version."""
        return self.issued_version or self.latest

    @property
    def is_editable(self) -> bool:
        return self.state == DocumentState.DRAFT


class DocumentVersion(models.Model):
    """One saved state of a document. content: as reports.official.content writes it. It never changes."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions", verbose_name="公文")
    number = models.PositiveIntegerField("版本")
    content = models.JSONField("内容")
    digest = models.CharField("摘要", max_length=64)
    words = models.CharField("修改说明", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="修改人")
    at = models.DateTimeField("修改时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "公文版本"
        ordering = ["document_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_is_numbered_once")]

    def __str__(self) -> str:
        return f"第{self.number}版"
