"""下一步 of a publication, and of a task whose result has to be public in time."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.awaiting import Awaited, offer
from accounts.models import User
from accounts.rules import can
from campaigns.models import Task
from publications import clock
from publications.models import Publication
from publications.states import VersionState
from publications.tracks import FINAL


def of_publication(user: User, publication: Publication) -> Iterator[Awaited]:
    version = publication.versions.order_by("number").last()
    whom = publication.bureau.short_name
    if version is None:
        return
    if version.state == VersionState.DRAFT and publication.bureau_id == user.bureau_id:
        yield Awaited(f"核对第 {version.number} 版，提请审批", f"{whom}经办人")
    elif version.state == VersionState.PROPOSED:
        yield Awaited(f"审批第 {version.number} 版", f"{whom}负责人（提请人以外的另一人）")
    elif version.state == VersionState.APPROVED:
        yield Awaited(f"第 {version.number} 版到期自动公布", "系统", version.not_before)


def of_task(user: User, task: Task) -> Iterator[Awaited]:
    """Once concluded: that it be published, until when."""
    if not user.is_regulator or task.state not in FINAL:
        return
    found = clock.clocked(Task.objects.filter(pk=task.pk)).first()
    if found is None or found.published_at:
        return
    may = can(user, "prepare", Publication(bureau=task.campaign.lead_bureau))
    url = reverse("publications:prepare_results", args=[task.campaign_id]) if may else ""
    due = clock.term_of(found.ended_at, None).due_on
    yield Awaited("公示检查结果", task.campaign.lead_bureau.short_name, due, url)


offer(Publication, of_publication)
offer(Task, of_task)
