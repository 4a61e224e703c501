"""A finished campaign as one bundle: python manage.py archive_campaign NUMBER --by USERNAME --to FOLDER

--by: an approver of the lead bureau, who answers for it and whose view of the campaign the bundle holds.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from config.upkeep.campaign_archive import archive_campaign
from config.upkeep.errors import UpkeepRefused


class Command(BaseCommand):
    help = "把已办结的抽查活动归档为一个文件包"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="活动编号")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="牵头单位的负责人")
        parser.add_argument("--to", type=Path, required=True, help="存放文件包的文件夹")

    def handle(self, *args: Any, number: str, by: str, to: Path, **options: Any) -> None:
        approver = User.objects.filter(username=by, is_active=True).first()
        if approver is None:
            raise CommandError(f"没有在用的账号 {by}。")
        try:
            path = archive_campaign(number, to, by=approver)
        except UpkeepRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"已归档到 {path}")
