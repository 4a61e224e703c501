from typing import Any

from django.core.management.base import BaseCommand

from config.upkeep.house import keep_house


class Command(BaseCommand):
    help = "清理过期的会话、令牌、登录尝试和残留文件（每天自动进行）"

    def handle(self, *args: Any, **options: Any) -> None:
        for name, number in keep_house().items():
            self.stdout.write(f"{name}：{number}")
