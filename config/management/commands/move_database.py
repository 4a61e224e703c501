"""Moves everything from another database into that of the settings, which must be empty:

python manage.py move_database --from sqlite:////srv/lianchou/data/db.sqlite3
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.upkeep import moving
from config.upkeep.errors import UpkeepRefused
from config.upkeep.restoring import NotWhole


class Command(BaseCommand):
    help = "从另一个数据库（如 SQLite）迁移到本系统的空数据库，逐值核对"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="source", required=True, metavar="URL", help="sqlite:////… 或 postgres://…")

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        try:
            checks = moving.move(source)
        except NotWhole as refused:
            for check in refused.checks:
                self.stdout.write(check.line)
            raise CommandError("没有通过核验，没有迁移任何数据。") from refused
        except UpkeepRefused as refused:
            raise CommandError(str(refused)) from refused
        for check in checks:
            self.stdout.write(check.line)
        self.stdout.write("已迁移。原数据库没有改动，请封存备查；公开日志的锚点文件照旧使用。")
