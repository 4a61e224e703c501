from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from campaigns import heads
from config.demo.notices.seeding import NOTICES, seed_notice
from config.demo.notices.stages import StageReached
from config.demo.seeding import seed

STAGES = [stage.name.lower() for stage in StageReached]


class Command(BaseCommand):
    help = (
        "Fills an empty database with the demo: Shanxi's invented pools and the Datong 2025 campaign, always the same; or,"
        " with --notice, with one of the five notices played up to --stage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--notice", choices=sorted(NOTICES), help="the notice whose campaign is played")
        parser.add_argument("--stage", choices=STAGES, default=STAGES[-1], help="how far (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            raise CommandError("数据库中已有用户，演示数据只写入空数据库。")
        heads.set_aside(reason="a new demo")
        if options["notice"]:
            seed_notice(options["notice"], options["stage"], self.stdout.write)
        else:
            seed(self.stdout.write)
        self.stdout.write("演示数据已就绪，演示账号列在登录页。")
