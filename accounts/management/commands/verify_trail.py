"""Recomputes the whole audit trail: `python manage.py verify_trail`. Ends with 1 when something was changed."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import AuditHead
from accounts.verification import verify_trail


class Command(BaseCommand):
    help = "核验审计记录链"

    def handle(self, *args: Any, **options: Any) -> None:
        faults = verify_trail()
        for fault in faults:
            self.stdout.write(f"第 {fault.number} 条：{fault.problem}")
        head = AuditHead.objects.get(pk=1)
        if faults:
            sys.exit(1)
        self.stdout.write(f"第 1—{head.number} 条完整，链尾摘要 {head.digest}")
