"""What an institution's people find on the workbench: self-checks to begin, to go on with, to correct, to sign."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import Truncator

from accounts import workbench
from accounts.models import Role, User
from accounts.models.users import INSTITUTION_PEOPLE
from accounts.workbench import Running, ToDo, Urgency
from campaigns.todos import MOST_SHOWN, urgency_of
from selftest.models import Problem, SelfCheck
from selftest.portal import overview_of
from selftest.states import RoundState, SelfCheckState

SHOWN_CHARACTERS = 60


def todos(user: User) -> Iterable[ToDo]:
    if not user.has_role(*INSTITUTION_PEOPLE):
        return
    yield from _problems(user)
    waiting = _own(user).exclude(state__in=[SelfCheckState.SUBMITTED, SelfCheckState.ACCEPTED])
    for self_check in waiting.filter(round__state=RoundState.OPEN).order_by("round__deadline", "pk")[:MOST_SHOWN]:
        yield _todo(self_check, user)


def _own(user: User) -> QuerySet[SelfCheck]:
    return SelfCheck.objects.visible_to(user).select_related("round__form", "institution")


def _problems(user: User) -> Iterator[ToDo]:
    """What the institution found itself and has not reported as mended."""
    own = Problem.objects.filter(self_check__institution__representatives__user=user, state=Problem.State.OPEN)
    signed = own.exclude(self_check__state=SelfCheckState.RETURNED).select_related("self_check__institution")
    for problem in signed.order_by("due_on", "pk")[:MOST_SHOWN]:
        text = f"{problem.self_check.institution.name}：自查第 {problem.item} 项的问题，整改完成后请报告"
        url = reverse("selftest:report_mended", args=[problem.pk])
        yield ToDo(
            text,
            url,
            "去报告",
            urgency_of(problem.due_on),
            problem.due_on,
            Truncator(problem.description).chars(SHOWN_CHARACTERS),
        )


def _todo(self_check: SelfCheck, user: User) -> ToDo:
    name = f"{self_check.institution.name}：{self_check.round.title}"
    deadline = self_check.round.deadline
    urgency, page = urgency_of(deadline), reverse("selftest:fill", args=[self_check.pk])
    soon = min(urgency, Urgency.SOON)
    match self_check.state:
        case SelfCheckState.INVITED:
            return ToDo(f"{name}尚未开始", page, "去填报", urgency, deadline)
        case SelfCheckState.SIGNING:
            if user.has_role(Role.LEGAL_REPRESENTATIVE):
                signing = reverse("selftest:signing", args=[self_check.pk])
                return ToDo(f"{name}已填完，等待您签署", signing, "去签署", soon, deadline)
            return ToDo(f"{name}等待法定代表人签署", page, "查看", urgency, deadline)
        case SelfCheckState.RETURNED:
            overview = overview_of(self_check)
            words = "；".join(each.rstrip("。；") for each in overview.returned.values())
            return ToDo(
                f"{name}被退回 {len(overview.returned)} 处，请补正后重新报送", page, "去补正", soon, deadline, words
            )
    overview = overview_of(self_check)
    if overview.next_entry is None:
        return ToDo(f"{name}已填完，尚未提交签署", page, "去提交", soon, deadline)
    return ToDo(f"{name}已填 {overview.done} 项，共 {overview.total} 项", page, "继续填报", urgency, deadline)


def under_way(user: User) -> Iterator[Running]:
    if not user.has_role(*INSTITUTION_PEOPLE):
        return
    for self_check in _own(user).filter(state=SelfCheckState.SUBMITTED)[:MOST_SHOWN]:
        name = f"{self_check.institution.name}：{self_check.round.title}"
        page = reverse("selftest:fill", args=[self_check.pk])
        yield Running(name, page, "已报送，待审核", "waiting")


workbench.offer(todos=todos, running=under_way)
