"""Who learns that an institution opened its inspection notice. Rooms above listen, in their AppConfig.ready:

openings.listen(lambda notice, user: delivering.read(notice, by=user))
"""

from collections.abc import Callable

from accounts.models import User
from accounts.models.users import INSTITUTION_PEOPLE
from campaigns.models import InspectionNotice, Task

Listener = Callable[[InspectionNotice, User], object]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    _listeners.append(listener)


def opened(task: Task, user: User) -> None:
    """`user` reads the notice of this task, on its page or as PDF; that counts for the institution's own people."""
    notice = getattr(task, "notice", None)
    if notice is None or not user.has_role(*INSTITUTION_PEOPLE):
        return
    for listener in _listeners:
        listener(notice, user)
