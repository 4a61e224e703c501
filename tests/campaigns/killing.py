"""Carries one act of a draw out again and again, each time killed at the next moment at which it could die (killer.py):

    python -m tests.campaigns.killing ACT ID [--naive]

Prints one JSON object: how many times it was killed, the states that the database was seen in (in order, without
repetition). What an act may leave behind half-way is the test's to say. `--naive` draws without transaction
and without the stored seed: what everybody would write first.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from accounts.models import AuditEvent  # noqa: E402  # after setup
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
from tests.killer import dies  # noqa: E402

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


def main(name: str, pk: int, *, naive: bool) -> None:
    if naive:
        be_naive()
    seen, kills, at = [snapshot()], 0, 1
    while dies(lambda: ACTS[name](pk), at):
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
