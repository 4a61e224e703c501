"""Heads of the public log outside the database:

python manage.py log_heads                                        compares; ends with 1 when something is wrong
python manage.py log_heads --add 17 DIGEST --origin "通知书 3 号"   anchors a head from paper
python manage.py log_heads --set-aside "the old database is lost"  begins a new anchor file; the old one stays beside it
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns import anchors, heads, publiclog
from campaigns.forms.record import HeadForm


class Command(BaseCommand):
    help = "核对、录入数据库之外的公开日志末条"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--add", nargs=2, metavar=("NUMBER", "DIGEST"), help="anchor a head from paper")
        parser.add_argument("--origin", default="命令行", help="where that head is printed")
        parser.add_argument("--set-aside", metavar="REASON", help="give the anchor file up and begin a new one")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["set_aside"]:
            self.stdout.write(f"已停用，原文件改名为 {heads.set_aside(reason=options['set_aside'])}")
        elif options["add"]:
            self._add(*options["add"], origin=options["origin"])
        else:
            self._compare()

    def _add(self, number: str, digest: str, *, origin: str) -> None:
        form = HeadForm({"number": number, "digest": digest})
        if not form.is_valid():
            raise CommandError("；".join(str(problem) for problems in form.errors.values() for problem in problems))
        anchor = heads.enter_head(**form.cleaned_data, origin=origin, is_certain=True, by=None)
        self.stdout.write(f"已录入第 {anchor.number} 条")
        self._compare()

    def _compare(self) -> None:
        head, kept = publiclog.head(), anchors.all_anchors()
        try:
            publiclog.check_trusted()
        except anchors.LogNotTrusted as problem:
            self.stdout.write(str(problem))
            sys.exit(1)
        if not kept:
            self.stdout.write(f"日志共 {head.number} 条，但没有锚点可以比对，不能说没有被截短")
            sys.exit(1)
        furthest = max(each.number for each in kept)
        self.stdout.write(
            f"日志共 {head.number} 条，与 {len(kept)} 个锚点（最远到第 {furthest} 条）一致，末条摘要 {head.digest}"
        )
