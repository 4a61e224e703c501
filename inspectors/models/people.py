"""The second pool 检查人员名录库: inspectors, experts, their conflicts of interest and leave."""

from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Bureau, Region, Role, User
from institutions.models import Domain, Institution


class PersonState(models.TextChoices):
    ACTIVE = "active", "有效"
    INACTIVE = "inactive", "失效"


class InspectorQuerySet(models.QuerySet["Inspector"]):
    def visible_to(self, user: User) -> "InspectorQuerySet":
        """A lead sees the officers of its whole scope (to plan teams); others those of their own department in
        their scope; an inspector sees only their own entry."""
        if not user.is_regulator or user.bureau is None or user.scope is None:
            return self.none()
        in_scope = self.filter(bureau__region__code__startswith=user.scope)
        if user.has_role(Role.LEAD_OFFICER, Role.LEAD_APPROVER, Role.SUPERVISOR):
            return in_scope
        if user.has_role(Role.PARTNER_LIAISON, Role.COUNTY_OFFICER):
            return in_scope.filter(bureau__department=user.bureau.department)
        return self.filter(user=user)

    def active(self) -> "InspectorQuerySet":
        return self.filter(state=PersonState.ACTIVE)

    def certificated_on(self, day: date) -> "InspectorQuerySet":
        """Those who hold both enforcement certificates, valid on that day (domain rule 2.4)."""
        return (
            self.exclude(department_certificate="")
            .exclude(province_certificate="")
            .filter(department_certificate_until__gte=day, province_certificate_until__gte=day)
        )

    def free_on(self, day: date) -> "InspectorQuerySet":
        return self.exclude(leaves__in=Leave.objects.covering(day))

    def ready_on(self, day: date) -> "InspectorQuerySet":
        """Those who may be sent out on that day: active, both certificates valid, not on leave."""
        return self.active().certificated_on(day).free_on(day)

    def for_domains(self, codes: Collection[str]) -> "InspectorQuerySet":
        """Those who may check one of these domains; who names no domain may check all."""
        return self.filter(Q(domains__in=codes) | Q(domains__isnull=True)).distinct()

    def for_matters(self, codes: Collection[str]) -> "InspectorQuerySet":
        """Those who may check one of these matters; who names no matter may check all."""
        return self.filter(Q(matters__in=codes) | Q(matters__isnull=True)).distinct()


class Inspector(models.Model):
    """执法检查人员. `number` is an opaque id: draws carry it instead of the name."""

    PERSONAL_FIELDS = frozenset({"name", "phone", "department_certificate", "province_certificate"})

    number = models.CharField("人员编号", max_length=20, unique=True)
    name = models.CharField("姓名", max_length=30)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="inspectors", verbose_name="所在单位")
    position = models.CharField("职务", max_length=40, blank=True)
    department_certificate = models.CharField("部门执法证号", max_length=40, blank=True)
    department_certificate_until = models.DateField("部门执法证有效期至", null=True, blank=True)
    province_certificate = models.CharField("省政府执法证号", max_length=40, blank=True)
    province_certificate_until = models.DateField("省政府执法证有效期至", null=True, blank=True)
    domains = models.ManyToManyField(
        Domain, blank=True, related_name="inspectors", verbose_name="可检查领域", help_text="不选表示不限领域"
    )
    can_lead = models.BooleanField("可任组长", default=False)
    state = models.CharField("状态", max_length=10, choices=PersonState.choices, default=PersonState.ACTIVE)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="inspector", verbose_name="账号"
    )
    initials = models.CharField("拼音首字母", max_length=30, blank=True, editable=False)

    objects = InspectorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法检查人员"
        ordering = ["bureau_id", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PersonState.values), name="inspector_state_is_known")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def certificated_until(self) -> date | None:
        """The last day on which both certificates are valid; None when one is missing or has no date."""
        if not (self.department_certificate and self.province_certificate):
            return None
        days = (self.department_certificate_until, self.province_certificate_until)
        return min(day for day in days if day) if all(days) else None

    def certificate_gaps(self, day: date) -> list[str]:
        """What keeps this person from enforcing on that day, in words; none when both certificates are valid."""
        gaps = []
        for label, number, until in (
            ("部门执法证", self.department_certificate, self.department_certificate_until),
            ("省政府执法证", self.province_certificate, self.province_certificate_until),
        ):
            if not number:
                gaps.append(f"缺{label}")
            elif until is None or until < day:
                gaps.append(f"{label}已过有效期" if until else f"{label}未填有效期")
        return gaps


class ExpertQuerySet(models.QuerySet["Expert"]):
    def available(self) -> "ExpertQuerySet":
        return self.filter(state=PersonState.ACTIVE, banned_on__isnull=True)

    def visible_to(self, user: User) -> "ExpertQuerySet":
        if user.is_regulator and user.has_role(
            Role.LEAD_OFFICER, Role.LEAD_APPROVER, Role.SUPERVISOR, Role.PARTNER_LIAISON, Role.COUNTY_OFFICER
        ):
            return self.filter(region__code__startswith=(user.scope or "")[:2])
        return self.none()


class Expert(models.Model):
    """专家: gives a written opinion; never counts as one of the two certificated officers (国办发〔2024〕54号)."""

    PERSONAL_FIELDS = frozenset({"name", "phone"})

    number = models.CharField("专家编号", max_length=20, unique=True)
    name = models.CharField("姓名", max_length=30)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    employer = models.CharField("工作单位", max_length=120)
    employer_institution = models.ForeignKey(
        Institution, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="所在检验检测机构"
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="所在地区")
    title = models.CharField("职称", max_length=40, blank=True)
    domains = models.ManyToManyField(Domain, related_name="experts", verbose_name="擅长领域")
    banned_reason = models.CharField("禁用原因", max_length=200, blank=True)
    banned_on = models.DateField("禁用日期", null=True, blank=True)
    ban_is_permanent = models.BooleanField("终生禁用", default=False)
    state = models.CharField("状态", max_length=10, choices=PersonState.choices, default=PersonState.ACTIVE)
    initials = models.CharField("拼音首字母", max_length=30, blank=True, editable=False)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专家"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(banned_on__isnull=True) | ~Q(banned_reason=""), name="expert_ban_has_a_reason"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_banned(self) -> bool:
        return self.banned_on is not None


class ConflictQuerySet(models.QuerySet["ConflictOfInterest"]):
    def visible_to(self, user: User) -> "ConflictQuerySet":
        return self.filter(
            Q(inspector__in=Inspector.objects.visible_to(user)) | Q(expert__in=Expert.objects.visible_to(user))
        )

    def in_force(self) -> "ConflictQuerySet":
        """Recusal holds from the declaration on until it is turned down."""
        return self.exclude(decision=ConflictOfInterest.Decision.REJECTED)


class ConflictOfInterest(models.Model):
    """回避关系: a person × an institution, or a person × a whole county."""

    class Kind(models.TextChoices):
        FAMILY = "family", "近亲属关系"
        FORMER_EMPLOYMENT = "former_employment", "曾在该机构任职"
        INVESTMENT = "investment", "投资或经济利益"
        OTHER = "other", "其他可能影响公正的关系"

    class Decision(models.TextChoices):
        PENDING = "pending", "待决定"
        ACCEPTED = "accepted", "准予回避"
        REJECTED = "rejected", "不予回避"

    PERSONAL_FIELDS = frozenset({"words"})

    inspector = models.ForeignKey(
        Inspector, models.CASCADE, null=True, blank=True, related_name="conflicts", verbose_name="检查人员"
    )
    expert = models.ForeignKey(
        Expert, models.CASCADE, null=True, blank=True, related_name="conflicts", verbose_name="专家"
    )
    institution = models.ForeignKey(
        Institution, models.CASCADE, null=True, blank=True, related_name="conflicts", verbose_name="机构"
    )
    county = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="县区")
    kind = models.CharField("关系", max_length=20, choices=Kind.choices)
    words = models.CharField("说明", max_length=200, blank=True)
    declared_on = models.DateField("申报日期")
    decision = models.CharField("决定", max_length=10, choices=Decision.choices, default=Decision.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人"
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回避关系"
        ordering = ["-declared_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(inspector__isnull=False, expert__isnull=True)
                | Q(inspector__isnull=True, expert__isnull=False),
                name="conflict_names_one_person",
            ),
            models.CheckConstraint(
                condition=Q(institution__isnull=False, county__isnull=True)
                | Q(institution__isnull=True, county__isnull=False),
                name="conflict_names_an_institution_or_a_county",
            ),
            models.CheckConstraint(
                condition=Q(decision="pending", decided_at__isnull=True)
                | (~Q(decision="pending") & Q(decided_at__isnull=False)),
                name="conflict_is_decided_once_it_has_a_decision",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def person(self) -> "Inspector | Expert":
        found = self.inspector or self.expert
        if found is None:
            raise ValueError("a conflict names one person")
        return found


class LeaveQuerySet(models.QuerySet["Leave"]):
    def visible_to(self, user: User) -> "LeaveQuerySet":
        return self.filter(inspector__in=Inspector.objects.visible_to(user))

    def covering(self, day: date) -> "LeaveQuerySet":
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Leave(models.Model):
    """请假: days on which an inspector cannot be drawn for a visit."""

    inspector = models.ForeignKey(Inspector, models.CASCADE, related_name="leaves", verbose_name="检查人员")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    reason = models.CharField("事由", max_length=100, blank=True)

    PERSONAL_FIELDS = frozenset({"reason"})

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=models.F("ends_on")), name="leave_ends_after_it_begins")
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}—{self.ends_on}"
