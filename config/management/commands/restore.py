"""Brings a backup back into an empty installation: python manage.py restore FILE. All of it and verified, or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.upkeep import restoring
from config.upkeep.errors import UpkeepRefused


class Command(BaseCommand):
    help = "把备份恢复到空的系统并核验"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--other-key", action="store_true", help="做备份时的 SECRET_KEY 已遗失，放弃投诉举报人信息")

    def handle(self, *args: Any, file: Path, other_key: bool, **options: Any) -> None:
        try:
            checks = restoring.restore(file, other_key=other_key)
        except restoring.NotWhole as refused:
            for check in refused.checks:
                self.stdout.write(check.line)
            raise CommandError(str(refused)) from refused
        except UpkeepRefused as refused:
            raise CommandError(str(refused)) from refused
        for check in checks:
            self.stdout.write(check.line)
        self.stdout.write("已恢复。所有人须重新登录；中断的任务由后台接着办理。")
