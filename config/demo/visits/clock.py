"""The demo's past: its people act on earlier days, so that due dates, windows and calendars show what they would."""

import heapq
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest import mock

from django.utils import timezone

from accounts.working_days import working_day_after

Story = Generator[datetime, None, None]
"""What happens around one task: before each act it says when."""


class Clock:
    """Runs on from the moment to which it was turned last, which is never ahead of the real one."""

    def __init__(self) -> None:
        self._real = timezone.now
        self._lag = timedelta()

    def now(self) -> datetime:
        return self._real() - self._lag

    def turn_to(self, moment: datetime) -> None:
        self._lag = max(self._real() - moment, timedelta())


@contextmanager
def turned_clock() -> Iterator[Clock]:
    """While this lasts, all services take the time from the clock."""
    clock = Clock()
    with mock.patch.object(timezone, "now", clock.now):
        yield clock


def play(stories: Iterable[Story], clock: Clock) -> None:
    """All stories at once, each act at its moment, in the order of time."""
    waiting: list[tuple[datetime, int, Story]] = []
    for order, story in enumerate(stories):
        _go_on(waiting, order, story)
    while waiting:
        moment, order, story = heapq.heappop(waiting)
        clock.turn_to(moment)
        _go_on(waiting, order, story)


def _go_on(waiting: list[tuple[datetime, int, Story]], order: int, story: Story) -> None:
    moment = next(story, None)
    if moment is not None:
        heapq.heappush(waiting, (moment, order, story))


def workday(count: int, today: date) -> date:
    """So many working days from today, backwards if negative; for 0 today, whatever day it is."""
    return working_day_after(today, count)


def at(day: date, clock: str) -> datetime:
    """at(day, "09:30"), in the site's own time zone."""
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))
