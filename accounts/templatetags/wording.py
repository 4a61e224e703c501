"""How dates, figures, digests and states are worded on every page: `{% load wording %}`."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

from accounts import working_days
from accounts.working_days import working_days_between

register = template.Library()

WEEKDAYS = "一二三四五六日"
TONE_ICONS = {
    "done": "circle-check",
    "current": "circle-dot",
    "waiting": "hourglass",
    "overdue": "octagon-alert",
    "refused": "ban",
    "plain": "circle",
}
"""The six tones of a status and the icon each brings unless another is named."""


@register.filter
def cn_date(value: date | None) -> str:
    """2025-09-15, in local time when a moment is given; "—" without a date."""
    return _local_day(value).isoformat() if value else "—"


@register.filter
def cn_day(value: date | None) -> str:
    """9月15日（周一）; "—" without a date."""
    if not value:
        return "—"
    day = _local_day(value)
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


@register.filter
def cn_moment(value: datetime | None) -> str:
    """2025-09-15 14:30 in local time; "—" without a moment."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else "—"


@register.filter
def amount(value: float | Decimal | None, unit: str = "") -> str:
    """1,900 家: thousands separated, the unit after a space; "—" for None."""
    if value is None or value == "":
        return "—"
    text = f"{value:,}" if isinstance(value, int | float | Decimal) else str(value)
    return f"{text} {unit}".rstrip()


@register.filter
def groups_of_four(value: str) -> list[str]:
    """The text cut into pieces of four characters, for reading a digest aloud."""
    return [value[start : start + 4] for start in range(0, len(value), 4)]


@register.filter
def field_value(mapping: Any, key: str) -> Any:
    """`mapping[key]` for a key held in a variable; None when it is missing."""
    return mapping.get(key)


@register.filter
def working_days_left(value: date | None, today: date | None = None) -> int | None:
    """Working days after today up to and including the date; negative: working days since it passed."""
    if not value:
        return None
    return working_days_between(today or timezone.localdate(), _local_day(value))


@register.filter
def calendar_is_provisional(value: date | None) -> bool:
    """The State Council has not yet arranged this year's days off, so counts of working days may still change."""
    if not value:
        return False
    return not working_days.is_arranged(_local_day(value).year)


@register.simple_tag
def deadline_tone(value: date | None, *, is_done: bool = False) -> str:
    """done | overdue | waiting (within three working days) | plain."""
    left = working_days_left(value)
    if is_done:
        return "done"
    if left is None or not value:
        return "plain"
    if _local_day(value) < timezone.localdate():
        return "overdue"
    return "waiting" if left <= 3 else "plain"


@register.simple_tag
def deadline_words(value: date | None, *, is_done: bool = False) -> str:
    """已完成 | 已逾期 3 个工作日 | 今日截止 | 还剩 5 个工作日; empty without a date."""
    left = working_days_left(value)
    if is_done:
        return "已完成"
    if left is None or not value:
        return ""
    days_off = (_local_day(value) - timezone.localdate()).days
    if days_off < 0:
        return f"已逾期 {-left} 个工作日" if left else "已逾期"
    if days_off == 0:
        return "今日截止"
    return f"还剩 {left} 个工作日" + ("（调休未公布，暂计）" if calendar_is_provisional(value) else "")


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """A decorative icon; the word beside it says what it means."""
    return _icon(str(name), size)


@lru_cache(maxsize=512)
def _icon(name: str, size: int) -> SafeString:
    return mark_safe(lucide(name, size=size, **{"class": "glyph", "aria-hidden": "true"}))  # noqa: S308  # our own icon set


@register.simple_tag
def status_tag(word: str, tone: str = "plain", icon_name: str = "") -> SafeString:
    """Word, icon and colour. Called from tables too, hence kept: `status_tag("已抽取", "done")`."""
    return _status_tag(str(word), tone, icon_name)


@lru_cache(maxsize=1024)
def _status_tag(word: str, tone: str, icon_name: str) -> SafeString:
    picture = _icon(icon_name or TONE_ICONS[tone], 14)
    return format_html('<span class="tag tag-{}">{}<span>{}</span></span>', tone, picture, word)


def _local_day(value: date) -> date:
    if isinstance(value, datetime):
        return timezone.localdate(value) if timezone.is_aware(value) else value.date()
    return value
