"""工作日 by the State Council's calendar: weekends, public holidays and the weekends worked in exchange for them."""

from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays
from holidays.holiday_base import HolidayBase


@lru_cache(maxsize=4096)
def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`, by the State Council's calendar; negative backwards."""
    if end < start:
        return -working_days_between(end, start)
    calendar = _calendar(start.year, end.year)
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


def working_day_after(start: date, count: int) -> date:
    """The count-th working day after `start`; `start` itself for 0."""
    return _calendar(start.year, start.year + 1).get_nth_working_day(start, count) if count else start


def is_arranged(year: int) -> bool:
    """Whether the State Council has already arranged this year's days off."""
    return any(day.year == year for day in _calendar(year, year).weekend_workdays)


@lru_cache(maxsize=16)
def _calendar(first_year: int, last_year: int) -> HolidayBase:
    return country_holidays("CN", years=range(first_year, last_year + 1), language="zh_CN")
