from django.db import models
from django.db.models import Q

from accounts.models import Region, User
from institutions.models.institution import Institution


class Domain(models.Model):
    """检验检测领域, a tree: vehicle inspection has safety, emission and comprehensive inspection below it."""

    code = models.SlugField("代码", max_length=30, primary_key=True)
    name = models.CharField("名称", max_length=40, unique=True)
    aliases = models.JSONField("别名", default=list, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级领域"
    )
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "检验检测领域"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class CertificateLevel(models.TextChoices):
    NATIONAL = "national", "国家级"
    PROVINCE = "province", "省级"


class CertificateState(models.TextChoices):
    """撤销, 注销 and 吊销 are different measures and stay apart."""

    VALID = "valid", "有效"
    SUSPENDED = "suspended", "暂停"
    DEREGISTERED = "deregistered", "注销"
    REVOKED = "revoked", "撤销"
    CANCELLED = "cancelled", "吊销"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user: User) -> "CertificateQuerySet":
        return self.filter(institution__in=Institution.objects.visible_to(user))


class Certificate(models.Model):
    """检验检测机构资质认定证书 (CMA). One institution may hold several, each for its own authorised body and domains."""

    PERSONAL_FIELDS = frozenset({"top_manager", "top_manager_phone", "technical_lead", "signatories"})

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="certificates", verbose_name="机构")
    number = models.CharField("证书编号", max_length=30, unique=True)
    authorised_name = models.CharField("被授权机构名称", max_length=120)
    level = models.CharField(
        "资质认定级别", max_length=10, choices=CertificateLevel.choices, default=CertificateLevel.PROVINCE
    )
    issuer = models.CharField("发证机关", max_length=60, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    state = models.CharField(
        "证书状态", max_length=20, choices=CertificateState.choices, default=CertificateState.VALID
    )
    is_national_centre = models.BooleanField("国家质检中心", default=False)
    domains = models.ManyToManyField(Domain, related_name="certificates", verbose_name="领域")
    top_manager = models.CharField("最高管理者", max_length=30, blank=True)
    top_manager_phone = models.CharField("最高管理者电话", max_length=30, blank=True)
    technical_lead = models.CharField("技术负责人", max_length=30, blank=True)
    signatories = models.JSONField("授权签字人", default=list, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资质认定证书"
        ordering = ["institution_id", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_on__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(approved_on__lte=models.F("valid_until")),
                name="certificate_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(state__in=CertificateState.values), name="certificate_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.number


class Site(models.Model):
    """场所: where a certificate's work is done; a remote branch 异地分支机构 lies in another city."""

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="sites", verbose_name="证书")
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="所在县区")
    address = models.CharField("地址", max_length=200)
    is_remote_branch = models.BooleanField("异地分支机构", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "检验检测场所"
        ordering = ["certificate_id", "pk"]

    def __str__(self) -> str:
        return self.address
