"""How the demo's people act on earlier days."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from config.demo.visits.clock import Story, at, play, turned_clock, workday

NATIONAL_DAY = date(2025, 10, 9)
"""The first working day after the holidays from 1 to 8 October 2025."""


def test_stories_go_on_together_in_the_order_of_their_moments():
    now = timezone.now()
    heard: list[tuple[str, datetime]] = []

    def story(name: str, *days: int) -> Story:
        for day in days:
            yield now - timedelta(days=day)
            heard.append((name, timezone.now()))

    with turned_clock() as clock:
        play([story("visit", 9, 3), story("complaint", 6, 1)], clock)

    assert [name for name, _ in heard] == ["visit", "complaint", "visit", "complaint"]
    assert [round((now - moment) / timedelta(days=1), 2) for _, moment in heard] == [9, 6, 3, 1]


def test_clock_never_runs_ahead_and_is_right_again_afterwards():
    before = timezone.now()
    with turned_clock() as clock:
        clock.turn_to(before + timedelta(days=2))
        turned = timezone.now()
    assert turned - before < timedelta(minutes=1)
    assert timezone.now() >= turned


@pytest.mark.django_db
@pytest.mark.once_with_sqlite
def test_workdays_skip_the_holidays_and_zero_is_the_day_itself():
    assert workday(-1, NATIONAL_DAY) == date(2025, 9, 30)
    assert workday(0, date(2025, 10, 5)) == date(2025, 10, 5)
    assert workday(1, date(2025, 10, 5)) == NATIONAL_DAY
    assert at(NATIONAL_DAY, "09:30").isoformat() == "2025-10-09T09:30:00+08:00"
