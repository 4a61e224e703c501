from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Bureau, Role, User
from accounts.models.users import LEADS
from campaigns.models import Campaign
from publications.states import OPEN_VERSIONS, VersionState


class PublicationKind(models.TextChoices):
    ANNUAL_PLAN = "annual_plan", "年度抽查计划"
    PLAN = "plan", "抽查计划"
    DRAWN_LIST = "drawn_list", "抽取名单"
    RESULTS = "results", "抽查结果"
    PENALTIES = "penalties", "行政处罚"
    CASES = "cases", "典型案例"
    BULLETIN = "bulletin", "通报"


class PublicationQuerySet(models.QuerySet["Publication"]):
    def visible_to(self, user: User) -> "PublicationQuerySet":
        """To the people of the bureau that publishes, from the first draft; to upper market regulators, supervisors and
        the partners of its campaign once it is proposed. What is public is public: `published`."""
        if not user.is_regulator or user.bureau is None:
            return self.none()
        seen = Q(bureau=user.bureau) if user.has_role(*LEADS, Role.COUNTY_OFFICER) else Q(pk=None)
        shared = ~Q(versions__state=VersionState.DRAFT) & Q(versions__isnull=False) | Q(versions__number__gt=1)
        if user.has_role(Role.SUPERVISOR) or (user.is_market_regulator and user.has_role(*LEADS)):
            seen |= shared & Q(bureau__region__code__startswith=user.scope)
        if user.has_role(*LEADS, Role.PARTNER_LIAISON):
            seen |= shared & Q(campaign__lines__partners=user.bureau)
        return self.filter(pk__in=self.model.objects.filter(seen).values("pk"))

    def published(self) -> "PublicationQuerySet":
        """Those of which a version is public now."""
        return self.filter(versions__state=VersionState.PUBLISHED)


class Publication(models.Model):
    """公示: something made public under one lasting address; what it says is in its versions."""

    code = models.SlugField("编号", max_length=60, unique=True, help_text="公开地址的一部分，公布后不变")
    kind = models.CharField("类别", max_length=20, choices=PublicationKind.choices)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="publications", verbose_name="公示单位")
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="publications", verbose_name="活动"
    )
    year = models.PositiveSmallIntegerField("年度")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="创建人")
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("publications:detail", args=[self.pk])


class PublicationVersion(models.Model):
    """One version, word for word as it is or was public: its content never changes once it is approved.

    content: {"title": str, "words": [paragraph, …], "facts": [[label, value], …], "tables": [{"title", "columns",
    "rows"}, …], "notes": [str, …]}, all plain text with nothing in it that may not be public. Results and penalties
    stand beside it as rows (PublishedResult, PublishedPenalty). digest: SHA-256 of the canonical content and rows.
    """

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="versions", verbose_name="公示")
    number = models.PositiveSmallIntegerField("版本")
    state = models.CharField(
        "状态", max_length=12, choices=VersionState.choices, default=VersionState.DRAFT, editable=False
    )
    title = models.CharField("标题", max_length=150)
    content = models.JSONField("内容", default=dict)
    digest = models.CharField("摘要", max_length=64, blank=True, editable=False)
    reason = models.CharField("更正说明", max_length=500, blank=True, help_text="第二版起必填，随公示公开")
    not_before = models.DateField("不早于", null=True, blank=True, help_text="此日以前不公布")
    redactions = models.JSONField("隐去的内容", default=list, blank=True)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提请人"
    )
    proposed_at = models.DateTimeField("提请时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    returned_because = models.CharField("退回意见", max_length=500, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    ended_at = models.DateTimeField("失效时间", null=True, blank=True, help_text="被更正或撤回的时间")
    withdrawn_because = models.CharField("撤回理由", max_length=500, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤回人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "公示版本"
        ordering = ["publication_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "number"], name="publication_version_is_numbered_once"),
            models.UniqueConstraint(
                fields=["publication"], condition=Q(state="published"), name="publication_has_one_public_version"
            ),
            models.UniqueConstraint(
                fields=["publication"],
                condition=Q(state__in=[str(state) for state in OPEN_VERSIONS]),
                name="publication_has_one_version_in_the_making",
            ),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="publication_state_is_known"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="publication_is_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed", "approved"], published_at__isnull=True)
                | Q(state__in=["published", "superseded", "withdrawn"], published_at__isnull=False)
                & ~Q(digest="")
                & Q(approved_by__isnull=False),
                name="public_version_was_approved_and_has_a_digest",
            ),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason="") | Q(state="draft"), name="correction_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_because=""), name="withdrawal_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.number} 版）"
