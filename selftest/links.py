"""What the pages of an institution and of a task lead to in this room."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.links import Link, offer
from accounts.models import User
from accounts.rules import can
from campaigns.models import Task
from institutions.models import Institution
from selftest.beside import self_check_of
from selftest.models import Invitation


def people(user: User, institution: Institution) -> Iterator[Link]:
    if can(user, "see", Invitation(institution=institution)):
        yield Link("机构人员", reverse("selftest:people", args=[institution.pk]), "users")


def beside(user: User, task: Task) -> Iterator[Link]:
    """To what the institution said of itself, for whoever may read it beside the visit."""
    if not user.is_regulator:
        return
    if found := self_check_of(task, user):
        yield Link("机构自查", reverse("selftest:side_by_side", args=[found.pk]), "clipboard-check")


offer(Institution, people)
offer(Task, beside)
