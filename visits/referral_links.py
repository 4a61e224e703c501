"""Where pages of tasks, institutions and campaigns lead: referrals, dossier, progress."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.access import routes
from accounts.links import Link, offer
from accounts.models import User
from accounts.rules import can
from campaigns import pages
from campaigns.models import Campaign, Task
from campaigns.states import TaskState
from institutions.models import Institution
from visits.models import Referral

BEGUN = (
    TaskState.INSPECTING, TaskState.REVIEWING, TaskState.JOINT, TaskState.CONCLUDED, TaskState.CLOSED, TaskState.ADOPTED,
)  # fmt: skip


def hand_over(user: User, task: Task) -> Iterator[Link]:
    """Something comes up once the visit has begun."""
    if task.state in BEGUN and can(user, "send", Referral(sender=user.bureau)):
        yield Link("移送线索", reverse("visits:refer_task", args=[task.pk]), "send")


def dossier(user: User, institution: Institution) -> Iterator[Link]:
    if user.roles & routes()["visits:dossier"]["GET"]:
        yield Link("信用档案", reverse("visits:dossier", args=[institution.pk]), "archive")


def shows_progress(user: User, campaign: Campaign) -> bool:
    """Once there are tasks, to those who may open the page."""
    return campaign.has_tasks and bool(user.roles & routes()["visits:campaign_progress"]["GET"])


offer(Task, hand_over)
offer(Institution, dossier)
pages.offer(pages.Page("progress", "进展", "visits:campaign_progress", shows_progress))
