from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from accounts.templatetags import wording


def test_cn_day_names_the_weekday():
    assert wording.cn_day(date(2025, 9, 15)) == "9月15日（周一）"


def test_dates_of_moments_are_local():
    late = datetime(2025, 9, 14, 16, 30, tzinfo=UTC)
    assert (wording.cn_date(late), wording.cn_moment(late)) == ("2025-09-15", "2025-09-15 00:30")


def test_missing_values_are_a_dash():
    words = [wording.cn_date(None), wording.cn_day(None), wording.cn_moment(None), wording.amount(None, "家")]
    assert words == ["—"] * 4


@pytest.mark.parametrize(("value", "words"), [(0, "0 家"), (1900, "1,900 家"), (Decimal("12345.60"), "12,345.60 家")])
def test_amount_separates_thousands(value, words):
    assert wording.amount(value, "家") == words


def test_groups_of_four_keeps_the_rest():
    assert wording.groups_of_four("7f83b1657f") == ["7f83", "b165", "7f"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        (date(2025, 9, 12), date(2025, 9, 15), 1),
        (date(2025, 9, 15), date(2025, 9, 15), 0),
        (date(2025, 9, 30), date(2025, 10, 9), 1),  # 国庆节、中秋节 1–8 October
        (date(2025, 9, 26), date(2025, 9, 28), 1),  # Sunday worked for the holiday
        (date(2025, 9, 16), date(2025, 9, 12), -2),
    ],
)
def test_working_days_left_follow_the_holiday_calendar(today, due, left):
    assert wording.working_days_left(due, today) == left


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "is_done", "tone", "words"),
    [
        (date(2025, 9, 30), False, "plain", "还剩 12 个工作日"),
        (date(2025, 9, 17), False, "waiting", "还剩 2 个工作日"),
        (date(2025, 9, 15), False, "waiting", "今日截止"),
        (date(2025, 9, 12), False, "overdue", "已逾期 1 个工作日"),
        (date(2025, 9, 14), False, "overdue", "已逾期 1 个工作日"),
        (date(2025, 9, 12), True, "done", "已完成"),
        (None, False, "plain", ""),
    ],
)
@time_machine.travel(datetime(2025, 9, 15, 10, tzinfo=UTC))
def test_deadline_words(due, is_done, tone, words):
    assert (wording.deadline_tone(due, is_done=is_done), wording.deadline_words(due, is_done=is_done)) == (tone, words)


@pytest.mark.django_db
def test_calendar_is_provisional_until_days_off_are_arranged():
    assert [wording.calendar_is_provisional(day) for day in (date(2025, 9, 15), date(2040, 9, 15))] == [False, True]


def test_status_tag_escapes_its_word():
    tag = wording.status_tag("<b>", "done")
    assert ("&lt;b&gt;" in tag, "<b>" in tag) == (True, False)
