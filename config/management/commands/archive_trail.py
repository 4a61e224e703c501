"""Seals the older part of the audit trail in a file that can be verified by itself:

python manage.py archive_trail --to FOLDER              all that is older than LOG_KEEP_DAYS
python manage.py archive_trail --to FOLDER --first 1201 from that number on
python manage.py archive_trail --verify FILE
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.upkeep.errors import UpkeepRefused
from config.upkeep.trail_archive import archive_trail, verify_archive


class Command(BaseCommand):
    help = "封存较早的审计记录，或者核验封存文件"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="存放封存文件的文件夹")
        parser.add_argument("--first", type=int, default=1, help="从第几条起，默认 1")
        parser.add_argument("--verify", type=Path, metavar="FILE")

    def handle(self, *args: Any, to: Path | None, first: int, verify: Path | None, **options: Any) -> None:
        try:
            if verify:
                start, end, digest = verify_archive(verify)
                self.stdout.write(f"第 {start}—{end} 条完整，末条摘要 {digest}")
            elif to:
                path, digest = archive_trail(to, first=first)
                self.stdout.write(f"已封存到 {path}，文件摘要（SHA-256）{digest}")
            else:
                raise CommandError("请给出 --to 文件夹，或者 --verify 文件。")
        except UpkeepRefused as refused:
            raise CommandError(str(refused)) from refused
