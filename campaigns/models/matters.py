from datetime import date

from django.db import models
from django.db.models import Q

from accounts.models import Department
from inspectors.models import Inspector
from institutions.models import Domain


class LegalBasisQuerySet(models.QuerySet["LegalBasis"]):
    def valid_on(self, day: date) -> "LegalBasisQuerySet":
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class LegalBasis(models.Model):
    """法律依据: one article in one version. A renumbered article is a new row with its own dates."""

    title = models.CharField("名称", max_length=80)
    document_number = models.CharField("文号", max_length=60, blank=True)
    article = models.CharField("条款", max_length=40)
    text = models.TextField("条文", blank=True)
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)

    objects = LegalBasisQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "法律依据"
        ordering = ["title", "valid_from", "article"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "article", "valid_from"], name="legal_basis_has_one_row_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"《{self.title}》{self.article}"


class InspectionMatter(models.Model):
    """抽查事项: what may be checked. A matter that is not on the list may not be checked (国办发〔2015〕58号)."""

    class Kind(models.TextChoices):
        GENERAL = "general", "一般检查事项"
        KEY = "key", "重点检查事项"

    class Method(models.TextChoices):
        ON_SITE = "1", "实地检查"
        WRITTEN = "2", "书面检查"
        OTHER_AUTHORITY = "3", "行政部门检查结果或专业意见"
        TESTING = "4", "检验检测"
        NETWORK = "5", "网络监测"
        COMMISSIONED = "6", "委托专业机构辅助"

    code = models.CharField("编码", max_length=20, primary_key=True)
    name = models.CharField("事项名称", max_length=80)
    department = models.ForeignKey(Department, models.PROTECT, related_name="matters", verbose_name="实施部门")
    domains = models.ManyToManyField(Domain, blank=True, related_name="matters", verbose_name="适用领域")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.GENERAL)
    content = models.TextField("检查内容", blank=True)
    methods = models.JSONField("检查方式", default=list)
    cap_per_year = models.PositiveSmallIntegerField(
        "年度频次上限", null=True, blank=True, help_text="对同一机构每年最多检查次数，空为不限"
    )
    cap_ratio = models.CharField("比例上限", max_length=7, blank=True, help_text="如 10%，空为不限")
    legal_bases = models.ManyToManyField(LegalBasis, blank=True, related_name="matters", verbose_name="法律依据")
    inspectors = models.ManyToManyField(
        Inspector, blank=True, related_name="matters", verbose_name="可检查人员", help_text="不选表示不限"
    )
    is_active = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽查事项"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def method_labels(self) -> list[str]:
        return [self.Method(method).label for method in self.methods]
