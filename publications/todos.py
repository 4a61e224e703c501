"""What publishing asks of people, on the workbench."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import workbench
from accounts.models import User
from accounts.models.users import INSTITUTION_PEOPLE
from accounts.workbench import ToDo, Urgency
from campaigns.models import Task
from campaigns.todos import MOST_SHOWN
from publications import clock, tracks
from publications.models import CreditRepair, Disclosure, PublicationVersion, PublishedResult
from publications.rules import APPROVERS, PREPARERS, REVIEWERS
from publications.states import DisclosureState, RepairState, VersionState


def todos(user: User) -> Iterable[ToDo]:
    """Of the person's own bureau."""
    if not user.is_regulator or user.bureau_id is None:
        return
    if user.has_role(*APPROVERS):
        yield from to_approve(user)
    if user.has_role(*PREPARERS):
        yield from to_prepare(user)
        yield from to_correct(user)
    if user.has_role(*REVIEWERS):
        yield from disclosures_to_review(user)
    yield from repairs_to_decide(user)


def _own(user: User) -> QuerySet[PublicationVersion]:
    return PublicationVersion.objects.filter(publication__bureau=user.bureau_id)


def to_approve(user: User) -> Iterator[ToDo]:
    waiting = _own(user).filter(state=VersionState.PROPOSED).exclude(proposed_by=user)
    for version in waiting.select_related("publication", "proposed_by")[:MOST_SHOWN]:
        kind = version.publication.get_kind_display()
        text = f"{kind}公示待审批：{version.title}"
        yield ToDo(
            text, version.publication.get_absolute_url(), "去审批", Urgency.TODAY, note=f"{version.proposed_by} 提请"
        )


def to_prepare(user: User) -> Iterator[ToDo]:
    returned = _own(user).filter(state=VersionState.DRAFT).exclude(returned_because="")
    for version in returned.select_related("publication")[:MOST_SHOWN]:
        url = version.publication.get_absolute_url()
        yield ToDo(f"公示被退回修改：{version.title}", url, "去修改", Urgency.SOON, note=version.returned_because)
    stuck = _own(user).filter(state=VersionState.APPROVED, not_before__lt=timezone.localdate())
    for version in stuck.select_related("publication")[:MOST_SHOWN]:
        url, note = version.publication.get_absolute_url(), "已过公布日期，内容与现在的记录不符，须退回更新"
        yield ToDo(f"公示没有按期公布：{version.title}", url, "查看", Urgency.OVERDUE, version.not_before, note)
    yield from terms(user)


def terms(user: User) -> Iterator[ToDo]:
    """Results of the bureau's campaigns whose 20 working days are over or nearly so."""
    own = clock.clocked(Task.objects.visible_to(user).filter(campaign__lead_bureau=user.bureau_id))
    for status, find, words, urgency in (
        ("overdue", clock.overdue, "逾期未公示", Urgency.OVERDUE),
        ("soon", clock.soon, f"将在 {clock.WARNING} 个工作日内到公示期限", Urgency.SOON),
    ):
        found = find(own)
        if number := found.count():
            first = found.order_by("ended_at").values_list("ended_at", flat=True)[0]
            url = f"{reverse('publications:terms')}?{urlencode({'status': status})}"
            due = clock.due_on(timezone.localdate(first))
            yield ToDo(f"{number} 家次的检查结果{words}", url, "去公示", urgency, due)


def to_correct(user: User) -> Iterator[ToDo]:
    """Public results that were amended since."""
    public = PublishedResult.objects.filter(is_current=True, version__publication__bureau=user.bureau_id)
    stale = tracks.amended_since(public).select_related("version__publication", "task")
    for row in stale.order_by("version", "pk")[:MOST_SHOWN]:
        text = f"{row.name}：已公示的检查结果有更正，需要发布更正版本"
        yield ToDo(text, row.version.publication.get_absolute_url(), "去更正", Urgency.SOON, note=row.version.title)


def disclosures_to_review(user: User) -> Iterator[ToDo]:
    if not user.is_market_regulator:
        return
    waiting = Disclosure.objects.visible_to(user).filter(state=DisclosureState.SUBMITTED)
    own = waiting.filter(institution__county=user.region) if user.region and user.region.level == "county" else waiting
    if number := own.count():
        yield ToDo(f"{number} 项机构公开信息等待审核", reverse("publications:disclosures"), "去审核", Urgency.WHENEVER)


def repairs_to_decide(user: User) -> Iterator[ToDo]:
    own = CreditRepair.objects.visible_to(user).filter(state=RepairState.ASKED, measure__bureau=user.bureau_id)
    for repair in own.select_related("measure__task__institution")[:MOST_SHOWN]:
        text = f"{repair.measure.task.institution.name}申请信用修复：{repair.measure.get_kind_display()}"
        yield ToDo(text, reverse("publications:repair", args=[repair.pk]), "去审核", Urgency.SOON)


def own_todos(user: User) -> Iterator[ToDo]:
    """Of an institution's people: what was returned to them and not handed in anew."""
    if not user.has_role(*INSTITUTION_PEOPLE):
        return
    returned = Disclosure.objects.visible_to(user).filter(state=DisclosureState.RETURNED).select_related("institution")
    for each in returned[:MOST_SHOWN]:
        later = Disclosure.objects.filter(institution=each.institution_id, kind=each.kind, pk__gt=each.pk)
        if not later.exists():
            url = reverse("publications:disclosure", args=[each.pk])
            yield ToDo(f"公开信息被退回：{each.title}", url, "查看", Urgency.SOON, note=each.words)


workbench.offer(todos=todos)
workbench.offer(todos=own_todos)
