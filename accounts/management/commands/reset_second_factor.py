"""Takes the one-time code off an account: `python manage.py reset_second_factor USERNAME`.

For the security administrator who lost telephone and recovery codes; for everybody else the security administrator
does it in the browser. Recorded in the audit trail as done by the system.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import AccountRefused
from accounts.services.second_factor import reset


class Command(BaseCommand):
    help = "重置一个账号的两步验证"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="用户名")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"没有用户名为 {options['username']} 的账号")
        try:
            reset(user, by=None)
        except AccountRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write("已重置；下次登录后须重新设置。")
