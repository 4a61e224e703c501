"""What the administrators find on their workbench."""

from collections.abc import Iterator

from django.urls import reverse

from accounts import workbench
from accounts.models import AuditHead, Bureau, Role, User
from accounts.workbench import Figure, ToDo


def accounts_without_role(user: User) -> Iterator[ToDo]:
    if not user.has_role(Role.SECURITY_ADMINISTRATOR):
        return
    for person in User.objects.filter(is_active=True, role_assignments=None)[:20]:
        yield ToDo(
            f"账号“{person.name}”（{person.username}）尚未授予角色",
            reverse("accounts:user", args=[person.pk]),
            "授予角色",
        )


def account_figures(user: User) -> Iterator[Figure]:
    if user.has_role(Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR):
        users = reverse("accounts:users")
        yield Figure("在用账号", User.objects.filter(is_active=True).count(), "个", f"{users}?state=1")
        yield Figure("停用账号", User.objects.filter(is_active=False).count(), "个", f"{users}?state=0")
        yield Figure("机关单位", Bureau.objects.count(), "个", reverse("accounts:bureaus"))
    if user.has_role(Role.AUDITOR):
        yield Figure("审计记录", AuditHead.objects.get(pk=1).number, "条", reverse("accounts:audit"))


workbench.offer(todos=accounts_without_role, figures=account_figures)
