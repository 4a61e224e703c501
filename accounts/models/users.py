from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.places import Bureau, Department, Region


class Role(models.TextChoices):
    """What a user may do. 三员: nobody holds two of the three administrator roles."""

    LEAD_OFFICER = "lead_officer", "牵头单位经办人"
    LEAD_APPROVER = "lead_approver", "牵头单位负责人"
    PARTNER_LIAISON = "partner_liaison", "配合部门联络员"
    COUNTY_OFFICER = "county_officer", "县局经办人"
    INSPECTOR = "inspector", "执法检查人员"
    SUPERVISOR = "supervisor", "监督见证人"
    INSTITUTION_CLERK = "institution_clerk", "机构经办人"
    LEGAL_REPRESENTATIVE = "legal_representative", "机构法定代表人"
    SYSTEM_ADMINISTRATOR = "system_administrator", "系统管理员"
    SECURITY_ADMINISTRATOR = "security_administrator", "安全管理员"
    AUDITOR = "auditor", "审计管理员"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})
LEADS = frozenset({Role.LEAD_OFFICER, Role.LEAD_APPROVER})
INSTITUTION_PEOPLE = frozenset({Role.INSTITUTION_CLERK, Role.LEGAL_REPRESENTATIVE})
BUREAU_PEOPLE = frozenset(Role) - ADMINISTRATORS - INSTITUTION_PEOPLE


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.full_clean()
        user.save()
        return user

    def visible_to(self, user: "User") -> models.QuerySet["User"]:
        """Accounts are seen by the system administrator (opens and closes them), the security administrator
        (grants roles) and the auditor; everyone else sees only their own."""
        if user.has_role(*ADMINISTRATORS):
            return self.get_queryset()
        return self.filter(pk=user.pk)


class User(AbstractBaseUser):
    PERSONAL_FIELDS = frozenset({"name", "phone", "email"})
    SECRET_FIELDS = frozenset({"password"})

    username = models.CharField(
        "用户名",
        max_length=50,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "该用户名已被使用。"},
    )
    name = models.CharField("姓名", max_length=30)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    bureau = models.ForeignKey(
        Bureau, models.PROTECT, null=True, blank=True, related_name="users", verbose_name="所在单位"
    )
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须修改密码", default=False)
    password_set_at = models.DateTimeField("密码设置时间", default=timezone.now)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(assignment.role) for assignment in self.role_assignments.all())

    def has_role(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def is_regulator(self) -> bool:
        """Works in a bureau and plays a part in campaigns."""
        return self.bureau_id is not None and self.has_role(*BUREAU_PEOPLE)

    @property
    def is_market_regulator(self) -> bool:
        return (
            self.is_regulator
            and self.bureau is not None
            and (self.bureau.department_id == Department.MARKET_REGULATION)
        )

    @property
    def scope(self) -> str | None:
        """Region code prefix of what the user's bureau is responsible for; None without a bureau."""
        return self.bureau.region.scope if self.bureau else None

    @property
    def region(self) -> Region | None:
        return self.bureau.region if self.bureau else None


class RoleAssignment(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="role_assignments", verbose_name="用户")
    role = models.CharField("角色", max_length=30, choices=Role.choices)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="授予人")
    granted_at = models.DateTimeField("授予时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "角色授予"
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="role_is_granted_once"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=sorted(ADMINISTRATORS)),
                name="nobody_holds_two_administrator_roles",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return self.get_role_display()
