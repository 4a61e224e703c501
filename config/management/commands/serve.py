import os
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from config.supervisor import Supervisor, children_for


class Command(BaseCommand):
    help = "Brings the database up to date and runs web server, worker and clock until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--demo", action="store_true", help="fill an empty database with the demo first")

    def handle(self, *args: Any, host: str, port: int, demo: bool, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if demo and not get_user_model().objects.exists():
            self.stdout.write("正在生成演示数据……")
            call_command("seed_demo")
        connections.close_all()
        self.stdout.write(f"联抽已启动：http://{host}:{port}/ （按 Ctrl-C 停止）")
        self.stdout.flush()
        schedule = str(settings.DATA_DIR / "beat-schedule")
        Supervisor(children_for(host, port, beat_schedule=schedule)).run()
