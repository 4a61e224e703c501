"""One consistent backup while the system runs: docs/how-to/backup.md.

python manage.py backup                       into BACKUP_DIR, keeping the newest BACKUP_KEEP
python manage.py backup --to /mnt/usb --keep 3
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.upkeep import archive
from config.upkeep.backing_up import back_up
from config.upkeep.errors import UpkeepRefused


class Command(BaseCommand):
    help = "备份数据库和文件（系统照常运行）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="存放备份的文件夹，默认 BACKUP_DIR")
        parser.add_argument("--keep", type=int, default=None, help="该文件夹只保留最近几份，默认 BACKUP_KEEP，0 为全部")

    def handle(self, *args: Any, to: Path | None, keep: int | None, **options: Any) -> None:
        try:
            path = back_up(to, keep=settings.BACKUP_KEEP if keep is None else keep)
        except UpkeepRefused as refused:
            raise CommandError(str(refused)) from refused
        manifest, _ = archive.read_manifest(path)
        size = path.stat().st_size / 1024 / 1024
        self.stdout.write(
            f"已备份到 {path}（{size:.1f} MB，{manifest.rows} 行，{manifest.file_count} 个文件），已逐字节复核。"
        )
        if manifest.missing:
            self.stderr.write(f"注意：{len(manifest.missing)} 个文件在备份前已经缺失，如 {manifest.missing[0]}")
