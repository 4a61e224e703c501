"""What regulators find on the workbench: self-checks to review, changes and mended problems to look at, who is silent."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts import workbench
from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.workbench import Figure, Running, ToDo, Urgency
from campaigns.todos import MOST_SHOWN, urgency_of
from institutions.rules import KEEPERS
from selftest.models import ChangeRequest, Problem, Round, SelfCheck
from selftest.rules import REVIEWERS
from selftest.states import RoundState

NEAR = timedelta(days=3)
READERS = REVIEWERS | {Role.SUPERVISOR}


def _asked_of(user: User) -> bool:
    return user.is_market_regulator and user.has_role(*REVIEWERS)


def _scope(user: User) -> str:
    """Of a regulator's bureau; what no code begins with for anybody else."""
    return "-" if user.scope is None else user.scope


def todos(user: User) -> Iterable[ToDo]:
    if not _asked_of(user):
        return
    yield from rounds_to_see_to(user)
    yield from problems_to_see_to(user)
    yield from changes_to_decide(user)


def rounds_to_see_to(user: User) -> Iterator[ToDo]:
    """Reviews are the county's first, and of whoever leads the round."""
    for round, waiting, silent in _rounds(user):
        if waiting and (user.has_role(Role.COUNTY_OFFICER) or round.campaign.lead_bureau_id == user.bureau_id):
            url = f"{reverse('selftest:self_checks', args=[round.pk])}?status=submitted"
            urgency = Urgency.SOON if user.has_role(Role.COUNTY_OFFICER) else Urgency.WHENEVER
            yield ToDo(f"{round.title}：{waiting} 家机构的自查表待审核", url, "去审核", urgency)
        if silent and round.state == RoundState.OPEN and round.deadline - NEAR <= timezone.localdate():
            words = "逾期未报送" if round.is_over else "临近截止，尚未报送"
            url = reverse("selftest:phone_list", args=[round.pk])
            yield ToDo(
                f"{round.title}：{silent} 家机构{words}", url, "催报", urgency_of(round.deadline), round.deadline
            )


def _rounds(user: User) -> list[tuple[Round, int, int]]:
    """(round, waiting for a review, not handed in) of the rounds that go on or still have something to review."""
    own = (
        SelfCheck.objects.filter(county__code__startswith=_scope(user))
        .exclude(round__state=RoundState.DRAFT)
        .order_by()
    )
    counted = own.values_list("round").annotate(
        waiting=Count("pk", filter=Q(state="submitted")), silent=Count("pk", filter=Q(handed_in_at=None))
    )
    figures = {pk: (waiting, silent) for pk, waiting, silent in counted if waiting or silent}
    rounds = Round.objects.filter(pk__in=figures).select_related("campaign")
    return [(round, *figures[round.pk]) for round in rounds[:MOST_SHOWN]]


def problems_to_see_to(user: User) -> Iterator[ToDo]:
    figures = _problems(user)
    page = reverse("selftest:problems")
    if figures["overdue"]:
        text = f"{figures['overdue']} 个自查问题超过机构自己提出的整改期限"
        yield ToDo(text, f"{page}?status=overdue", "去督促", Urgency.OVERDUE)
    if figures["reported"]:
        text = f"{figures['reported']} 个自查问题已报整改完成，等待确认"
        yield ToDo(text, f"{page}?status=reported", "去确认", Urgency.SOON)


def _problems(user: User) -> dict[str, int]:
    overdue = Q(state=Problem.State.OPEN, due_on__lt=timezone.localdate())
    found = Problem.objects.filter(self_check__county__code__startswith=_scope(user)).order_by()
    return found.aggregate(
        overdue=Count("pk", filter=overdue), reported=Count("pk", filter=Q(state=Problem.State.REPORTED))
    )


def changes_to_decide(user: User) -> Iterator[ToDo]:
    if not user.has_role(*KEEPERS):
        return
    waiting = ChangeRequest.objects.filter(
        state=ChangeRequest.State.OPEN, submission__self_check__county__code__startswith=_scope(user)
    )
    if number := waiting.count():
        text = f"机构在自查表中提出 {number} 处与名录库不一致，等待核对"
        yield ToDo(text, reverse("selftest:changes"), "去核对", Urgency.WHENEVER)


def rounds_under_way(user: User) -> Iterator[Running]:
    if not user.is_market_regulator or not user.has_role(*LEADS, Role.SUPERVISOR):
        return
    for round in Round.objects.visible_to(user).filter(state=RoundState.OPEN).order_by("deadline")[: MOST_SHOWN // 2]:
        url = reverse("selftest:progress", args=[round.pk])
        yield Running(round.title, url, "自查进行中", "current", f"截止 {round.deadline:%Y-%m-%d}")


def figures(user: User) -> Iterator[Figure]:
    if not user.is_market_regulator or not user.has_role(*READERS):
        return
    overdue = _problems(user)["overdue"]
    if overdue:
        yield Figure("逾期未整改的自查问题", overdue, "个", f"{reverse('selftest:problems')}?status=overdue")


workbench.offer(todos=todos, running=rounds_under_way, figures=figures)
