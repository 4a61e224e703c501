"""工作日 by the State Council's calendar: weekends, public holidays and the weekends worked in exchange for them, as the
software knows them and as the system administrator has corrected them since (CalendarDay).

Corrections are read from the database whenever days are counted; within one request once (CalendarOfRequest), so that
all processes count alike from the next request on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from holidays import country_holidays
from holidays.holiday_base import HolidayBase

from accounts.models import CalendarDay

Corrections = tuple[tuple[date, bool], ...]
ONE_DAY = timedelta(days=1)

_of_request: ContextVar[list[Corrections] | None] = ContextVar("corrections", default=None)
"""Empty until the request counts days for the first time."""


class CalendarOfRequest:
    """Middleware: what the calendar says does not change while one request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with read_once():
            return self.get_response(request)


@contextmanager
def read_once() -> Iterator[None]:
    """Inside, corrections are read at most once: for a request, or for work that counts many days."""
    token = _of_request.set([])
    try:
        yield
    finally:
        _of_request.reset(token)


def forget() -> None:
    """The calendar was changed by this very request."""
    if (kept := _of_request.get()) is not None:
        kept.clear()


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative backwards."""
    return _between(start, end, _corrections())


def working_day_after(start: date, count: int) -> date:
    """The count-th working day after `start`; `start` itself for 0; before it for a negative count."""
    return _after(start, count, _corrections())


def is_arranged(year: int) -> bool:
    """Whether this year's days off are arranged: by the State Council as the software knows it, or entered since."""
    known = any(day.year == year for day in _calendar(year, year).weekend_workdays)
    return known or any(day.year == year for day, _ in _corrections())


def arranged_days(year: int) -> list[tuple[date, str, bool]]:
    """What the software knows of this year, without corrections: (day, holiday or 调休上班, whether it is worked)."""
    calendar = _calendar(year, year)
    off = [(day, name, False) for day, name in calendar.items() if day.year == year]
    worked = [(day, "调休上班", True) for day in calendar.weekend_workdays if day.year == year]
    return sorted(off + worked)


def _corrections() -> Corrections:
    kept = _of_request.get()
    if kept:
        return kept[0]
    found = tuple(CalendarDay.objects.order_by("day").values_list("day", "is_working"))
    if kept is not None:
        kept.append(found)
    return found


@lru_cache(maxsize=4096)
def _between(start: date, end: date, corrections: Corrections) -> int:
    if end < start:
        return -_between(end, start, corrections)
    is_working = _reader(start.year, end.year, corrections)
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(is_working(day) for day in days)


@lru_cache(maxsize=4096)
def _after(start: date, count: int, corrections: Corrections) -> date:
    is_working = _reader(start.year - 1, start.year + 1, corrections)
    step, left, day = (ONE_DAY if count > 0 else -ONE_DAY), abs(count), start
    while left:
        day += step
        left -= is_working(day)
    return day


def _reader(first_year: int, last_year: int, corrections: Corrections) -> Callable[[date], bool]:
    calendar, corrected = _calendar(first_year, last_year), dict(corrections)

    def is_working(day: date) -> bool:
        known = corrected.get(day)
        return calendar.is_working_day(day) if known is None else known

    return is_working


@lru_cache(maxsize=16)
def _calendar(first_year: int, last_year: int) -> HolidayBase:
    return country_holidays("CN", years=range(first_year, last_year + 1), language="zh_CN")
