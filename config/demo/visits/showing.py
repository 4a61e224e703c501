"""All stories of the demo's inspections, told at once in the order of time."""

from collections.abc import Iterator, Mapping

from django.utils import timezone

from accounts.models import User
from campaigns.models import Campaign
from config.demo.visits import complaints, stories
from config.demo.visits.campaign import RANDOM, SPECIAL, dispatched
from config.demo.visits.cast import Cast, Tasks
from config.demo.visits.casting import cast_tasks
from config.demo.visits.clock import Story, play, turned_clock

RANDOM_DAYS, SPECIAL_DAYS = -26, -28
"""When they were drawn, in working days from today."""


def show_inspections(accounts: Mapping[str, User]) -> None:
    cast = Cast(accounts, timezone.now())
    with turned_clock() as clock:
        special = dispatched(SPECIAL, cast, clock, days=SPECIAL_DAYS)
        campaign = dispatched(RANDOM, cast, clock, days=RANDOM_DAYS)
        tasks = cast_tasks(campaign, cast)
        play(_stories(tasks, special, cast), clock)


def _stories(tasks: Tasks, special: Campaign, cast: Cast) -> Iterator[Story]:
    yield complaints.received(cast, tasks["under_way"])
    yield complaints.fresh(cast, tasks["tomorrow"].institution)
    for name in (
        "told", "under_way", "writing", "reviewing", "returned", "joint", "waits_for_police", "penalised",
        "false_reports", "overdue", "soon", "mine", "clean", "closed_down", "refused",
    ):  # fmt: skip
        yield getattr(stories, name)(tasks[name], cast)
    yield stories.planned(tasks["planned"], cast, days=2)
    yield stories.planned(tasks["clashing"], cast, days=1, starts="10:00")
    yield stories.tomorrow(tasks["tomorrow"], cast, starts="09:30")
    yield stories.county(tasks.campaign, tasks.of_county, cast)
    yield stories.adopted(tasks["adopted"], special, cast)
