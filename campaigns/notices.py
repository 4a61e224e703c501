"""Issuing inspection notices: numbered in the bureau's own yearly series, one per task, never twice."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Bureau, User
from campaigns import publiclog, transitions
from campaigns.declaring import check_all_declared
from campaigns.errors import CampaignError
from campaigns.models import InspectionNotice, Task
from campaigns.states import TaskState


@transaction.atomic
def issue_notice(task: Task, *, by: User) -> InspectionNotice:
    """Give the notice its number and let the institution see it; the notice that exists is returned as it is."""
    Bureau.objects.select_for_update(no_key=True).get(pk=task.bureau_id)
    existing = InspectionNotice.objects.filter(task=task).first()
    if existing:
        return existing
    task = transitions.notify(task, by=by)
    check_all_declared(task)
    year = timezone.localdate().year
    series = InspectionNotice.objects.filter(bureau=task.bureau, year=year)
    last = series.aggregate(last=Max("serial"))["last"] or 0
    head = publiclog.head()
    return InspectionNotice.objects.create(
        task=task,
        bureau=task.bureau,
        year=year,
        serial=last + 1,
        issued_by=by,
        issued_at=timezone.now(),
        log_number=head.number,
        log_digest=head.digest,
    )


@transaction.atomic
def issue_notices(tasks: Iterable[Task], *, by: User) -> list[InspectionNotice]:
    """All or none; every task must be dispatched to the issuer's bureau."""
    tasks = list(tasks)
    for task in tasks:
        if task.bureau_id != by.bureau_id:
            raise CampaignError(f"任务 {task.number} 由{task.bureau.name}组织检查，应由该单位签发通知书。")
        if task.state == TaskState.PENDING:
            raise CampaignError(f"任务 {task.number} 还没有派发。")
    return [issue_notice(task, by=by) for task in tasks]
