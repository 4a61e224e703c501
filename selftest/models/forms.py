from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from institutions.models import CertificateLevel
from selftest.content import FormContent, parse
from selftest.states import FormState


class FormTemplateQuerySet(models.QuerySet["FormTemplate"]):
    def visible_to(self, user: User) -> "FormTemplateQuerySet":
        """Forms are no secret among regulators; drafts are their own bureau's."""
        if not user.is_regulator:
            return self.none()
        return self.filter(Q(state=FormState.PUBLISHED) | Q(bureau=user.bureau_id))


class FormTemplate(models.Model):
    """自查表: one version of one form. Once published it never changes; a change is a new version."""

    code = models.SlugField("代码", max_length=40, help_text="同一张表的各版本代码相同，如 shanxi-2025")
    version = models.PositiveSmallIntegerField("版本", default=1)
    title = models.CharField("标题", max_length=120)
    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField("级别", max_length=10, choices=CertificateLevel.choices)
    notice = models.CharField("印发文件", max_length=200, blank=True, help_text="印发本表的通知标题和文号")
    note = models.TextField("说明", blank=True, help_text="与印发原文不一致之处，只供监管人员查看")
    content = models.JSONField("内容")
    digest = models.CharField("摘要", max_length=64, blank=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=FormState.choices, default=FormState.DRAFT, editable=False)
    bureau = models.ForeignKey(
        "accounts.Bureau", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="制订单位"
    )
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="创建人", editable=False
    )
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)

    objects = FormTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自查表"
        ordering = ["-year", "code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="form_version_is_unique"),
            models.CheckConstraint(
                condition=Q(state=FormState.DRAFT, published_at__isnull=True, digest="")
                | (Q(state=FormState.PUBLISHED, published_at__isnull=False) & ~Q(digest="")),
                name="published_form_has_a_digest_and_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.version} 版）"

    def get_absolute_url(self) -> str:
        return reverse("selftest:form", args=[self.pk])

    @property
    def is_published(self) -> bool:
        return self.state == FormState.PUBLISHED

    @property
    def parsed(self) -> FormContent:
        return parse(self.content)
