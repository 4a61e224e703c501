"""Carries one act of a draw out again and again, each time killed (SIGKILL) at the next moment at which it could die:
before every SQL statement, and before and after every COMMIT. (To the database, after a statement is before the next.)
A program of its own, because it forks:

    python -m tests.campaigns.killing ACT ID [--naive]

Prints one JSON object: how many times it was killed, the states that the database was seen in (in order, without
repetition). What an act may leave behind half-way is the test's to say. `--naive` draws without transaction
and without the stored seed: what everybody would write first.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection, connections  # noqa: E402  # after setup
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from accounts.models import AuditEvent  # noqa: E402
from campaigns import contributing, drawing, freezing, notices, substituting, transitions, voiding  # noqa: E402
from campaigns.models import (  # noqa: E402
    Approval,
    Campaign,
    Contribution,
    Draw,
    DrawnInstitution,
    DrawTranscript,
    FormerMember,
    FrozenInspector,
    FrozenInstitution,
    InspectionNotice,
    LogEntry,
    Substitution,
    Task,
    TeamMember,
)

VALUE = "骰子 {source}"
COUNTED = (
    FrozenInstitution, FrozenInspector, Contribution, DrawnInstitution, DrawTranscript, Task, TeamMember, Substitution,
    FormerMember, LogEntry, InspectionNotice, AuditEvent,
)  # fmt: skip


def snapshot() -> dict[str, Any]:
    """Everything that an act changes, as far as it can be told from a half-done one."""
    draws = Draw.objects.order_by("pk").values_list("state", "seed", "result_digest", "void_reason")
    contributions = Contribution.objects.order_by("pk").values_list("commitment", "value")
    return {
        "campaigns": list(Campaign.objects.order_by("pk").values_list("state", flat=True)),
        "draws": [list(row) for row in draws],
        "contributions": [list(row) for row in contributions],
        "tasks": list(Task.objects.order_by("pk").values_list("state", flat=True)),
        "rows": {model.__name__: model.objects.count() for model in COUNTED},
    }


def reveal(pk: int) -> object:
    found = Contribution.objects.get(pk=pk)
    return contributing.reveal_value(found, value=VALUE.format(source=found.source), by=found.committed_by)


def commit(pk: int) -> object:
    found = Contribution.objects.select_related("draw").get(pk=pk)
    return contributing.commit_value(found, commitment="ab" * 32, by=found.draw.frozen_by)


def dispatch(pk: int) -> object:
    campaign = Campaign.objects.get(pk=pk)
    return transitions.dispatch(campaign, by=campaign.created_by)


def notify(pk: int) -> object:
    """Two notices, which are issued together or not at all."""
    campaign = Campaign.objects.get(pk=pk)
    tasks = Task.objects.filter(campaign=campaign, bureau=campaign.lead_bureau).select_related("bureau")
    return notices.issue_notices(tasks.order_by("number")[:2], by=campaign.created_by)


def by_approval(act: Callable[[Approval], object]) -> Callable[[int], object]:
    return lambda pk: act(Approval.objects.select_related("campaign", "draw", "decided_by").get(pk=pk))


ACTS: dict[str, Callable[[int], object]] = {
    "freeze": by_approval(freezing.freeze_campaign),
    "commit": commit,
    "reveal": reveal,
    "draw": by_approval(drawing.run_draw),
    "substitute": by_approval(substituting.substitute),
    "void": by_approval(voiding.void_draw),
    "dispatch": dispatch,
    "notify": notify,
}


def be_naive() -> None:
    """Every statement commits by itself, and each try draws with randomness of its own."""
    real_run = drawing.engine.run
    drawing.engine.run = lambda sheet, **options: real_run(sheet, **options | {"secret": os.urandom(32)})
    drawing._store = store_carelessly


def store_carelessly(draw: Draw, transcript: dict[str, Any], *, by: object) -> Draw:
    """Without a transaction, and without asking whether the result belongs to the stored seed."""
    institutions = dict(draw.frozen_institutions.values_list("identifier", "institution_id"))
    drawing._store_result(draw, transcript["result"], institutions)
    DrawTranscript.objects.create(draw=draw, text=drawing.engine.dump(transcript))
    return draw


class Killer:
    """Counts the moments at which the process could die, and dies at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def moment(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.moment()
        return execute(sql, params, many, context)


def run_and_die(act: Callable[[int], object], pk: int, at: int) -> bool:
    """In a child process; True when it was killed, False when it came to its end (or was refused) before."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        killer = Killer(at)
        real_commit = BaseDatabaseWrapper._commit
        BaseDatabaseWrapper._commit = lambda wrapper: (killer.moment(), real_commit(wrapper), killer.moment())[1]
        try:
            with connection.execute_wrapper(killer.around):
                act(pk)
        except Exception as error:  # noqa: BLE001  # a repetition of what is done may be refused: the test looks at the database
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def main(name: str, pk: int, *, naive: bool) -> None:
    if naive:
        be_naive()
    seen, kills, at = [snapshot()], 0, 1
    while run_and_die(ACTS[name], pk, at):
        kills += 1
        now = snapshot()
        at = at + 1 if now == seen[-1] else 1
        if now != seen[-1]:
            seen.append(now)
    if (now := snapshot()) != seen[-1]:
        seen.append(now)
    print(json.dumps({"kills": kills, "seen": seen}, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), naive="--naive" in sys.argv)
