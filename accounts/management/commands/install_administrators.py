"""The first three accounts of a new installation: `python manage.py install_administrators`.

Asks for user name, name and password of each. Whoever installs the system hands each account to its own person, who
must change the password at the first sign-in.
"""

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Role
from accounts.services import AccountRefused, install_administrators

ORDER = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR)


class Command(BaseCommand):
    help = "设立系统管理员、安全管理员、审计管理员，各一人"

    def handle(self, *args: Any, **options: Any) -> None:
        people = {role: self._ask(role) for role in ORDER}
        password = getpass("三人共用的初始密码（首次登录须修改）：")
        try:
            validate_password(password)
            install_administrators(people, password, must_change_password=True)
        except (AccountRefused, ValidationError) as refused:
            raise CommandError("；".join(getattr(refused, "messages", [str(refused)]))) from refused
        self.stdout.write("已设立。请三人分别登录并修改密码。")

    def _ask(self, role: Role) -> tuple[str, str]:
        return input(f"{role.label}的用户名：").strip(), input(f"{role.label}的姓名：").strip()
