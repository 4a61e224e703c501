"""Where the page of a task leads when its result is or was public."""

from collections.abc import Iterator

from accounts.links import Link, offer
from accounts.models import User
from campaigns.models import Task
from publications.models import Publication


def of_task(user: User, task: Task) -> Iterator[Link]:
    seen = Publication.objects.visible_to(user).filter(versions__results__task=task).distinct()
    for publication in seen[:3]:
        yield Link("结果公示", publication.get_absolute_url(), "megaphone")


offer(Task, of_task)
