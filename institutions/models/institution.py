from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Department, Region, Role, User
from accounts.models.users import INSTITUTION_PEOPLE
from institutions.codes import validate_organisation_code, validate_uscc


class LegalType(models.TextChoices):
    ENTERPRISE = "enterprise", "企业"
    PUBLIC_INSTITUTION = "public_institution", "事业单位"
    SOCIAL_ORGANISATION = "social_organisation", "社会团体"
    AGENCY = "agency", "机关"
    OTHER = "other", "其他组织"


class InstitutionState(models.TextChoices):
    OPERATING = "operating", "在营"
    SUSPENDED = "suspended", "停业"
    DEREGISTERED = "deregistered", "注销"
    MOVED_OUT = "moved_out", "迁出"


class CreditClass(models.TextChoices):
    """信用风险分类: how supervision is shared out, not a verdict on the firm. Internal: never shown to institutions
    or the public (国市监信发〔2022〕6号)."""

    A = "A", "A（信用风险低）"
    B = "B", "B（信用风险一般）"
    C = "C", "C（信用风险较高）"
    D = "D", "D（信用风险高）"


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def visible_to(self, user: User) -> "InstitutionQuerySet":
        """A bureau's people see their own region and below; an institution's people see their institution."""
        if user.is_regulator and user.scope is not None:
            return self.filter(county__code__startswith=user.scope)
        if user.has_role(*INSTITUTION_PEOPLE):
            return self.filter(representatives__user=user)
        return self.none()

    def in_scope(self, scope: str) -> "InstitutionQuerySet":
        return self.filter(county__code__startswith=scope)


class Institution(models.Model):
    """检验检测机构 as a legal unit 法人单位. Its code in every draw is `identifier`, which never changes."""

    PERSONAL_FIELDS = frozenset({"legal_representative", "legal_representative_phone", "contact", "contact_phone"})

    name = models.CharField("单位名称", max_length=120)
    uscc = models.CharField(
        "统一社会信用代码", max_length=18, unique=True, null=True, blank=True, validators=[validate_uscc]
    )
    organisation_code = models.CharField(
        "组织机构代码", max_length=9, unique=True, null=True, blank=True, validators=[validate_organisation_code]
    )
    legal_type = models.CharField("法人类型", max_length=20, choices=LegalType.choices, default=LegalType.ENTERPRISE)
    owner_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所属部门",
        help_text="由行政部门举办的机构填写，如生态环境部门所属监测机构",
    )
    county = models.ForeignKey(Region, models.PROTECT, related_name="institutions", verbose_name="所在县区")
    address = models.CharField("地址", max_length=200, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=30, blank=True)
    legal_representative_phone = models.CharField("法定代表人电话", max_length=30, blank=True)
    contact = models.CharField("联系人", max_length=30, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    state = models.CharField(
        "经营状态", max_length=20, choices=InstitutionState.choices, default=InstitutionState.OPERATING
    )
    business_regions = models.ManyToManyField(
        Region, blank=True, related_name="+", verbose_name="业务地区", help_text="除所在地外开展业务的地区"
    )
    credit_class = models.CharField("信用风险分类", max_length=1, choices=CreditClass.choices, blank=True)
    credit_class_as_of = models.DateField("分类日期", null=True, blank=True)
    credit_class_source = models.CharField("分类来源", max_length=60, blank=True)
    initials = models.CharField("拼音首字母", max_length=120, blank=True, editable=False, db_index=True)
    created_at = models.DateTimeField("入库时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检验检测机构"
        ordering = ["county_id", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(uscc__isnull=False) | Q(organisation_code__isnull=False),
                name="institution_has_a_code",
            ),
            models.CheckConstraint(condition=Q(state__in=InstitutionState.values), name="institution_state_is_known"),
            models.CheckConstraint(
                condition=Q(credit_class__in=["", *CreditClass.values]), name="institution_credit_class_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["county", "name"], name="institution_by_county_and_name"),
            models.Index(fields=["name"], name="institution_by_name"),
            models.Index(fields=["state", "county", "name"], name="institution_by_state"),
            models.Index(fields=["credit_class", "county", "name"], name="institution_by_class"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def identifier(self) -> str:
        """Its id in draw sheets and workbooks: the USCC, or the legacy organisation code."""
        return self.uscc or self.organisation_code or ""


class Representative(models.Model):
    """A user who acts for an institution: a clerk or the legal representative."""

    ROLES = [(role.value, role.label) for role in (Role.INSTITUTION_CLERK, Role.LEGAL_REPRESENTATIVE)]

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="representing", verbose_name="用户")
    institution = models.ForeignKey(Institution, models.CASCADE, related_name="representatives", verbose_name="机构")
    role = models.CharField("身份", max_length=30, choices=ROLES)

    class Meta:
        verbose_name = verbose_name_plural = "机构人员"
        constraints = [
            models.UniqueConstraint(fields=["user", "institution"], name="user_represents_an_institution_once")
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.user}"
