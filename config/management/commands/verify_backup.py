"""Reads a backup and everything in it, in a database of its own: python manage.py verify_backup FILE. Ends with 1 when
something does not hold."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.upkeep import restoring, verifying
from config.upkeep.errors import UpkeepRefused


class Command(BaseCommand):
    help = "核验一份备份：文件摘要、审计链、公开日志、逐次抽取重算"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            checks = restoring.verify(file)
        except UpkeepRefused as refused:
            raise CommandError(str(refused)) from refused
        for check in checks:
            self.stdout.write(check.line)
        if verifying.has_failed(checks):
            sys.exit(1)
