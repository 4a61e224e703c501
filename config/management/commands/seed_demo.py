from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from campaigns import heads
from config.demo.seeding import seed


class Command(BaseCommand):
    help = (
        "Fills an empty database with the demo: Shanxi's invented pools and the Datong 2025 campaign, always the same."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError("数据库中已有用户，演示数据只写入空数据库。")
        heads.set_aside(reason="a new demo")
        seed(self.stdout.write)
        self.stdout.write("演示数据已就绪，演示账号列在登录页。")
