from datetime import date

from django.db import transaction

from accounts import audit, working_days
from accounts.models import CalendarDay, User
from accounts.rules import require
from accounts.services.errors import AccountRefused


@transaction.atomic
def set_day(day: date, *, is_working: bool, source: str, by: User) -> CalendarDay:
    """Correct the official calendar for one day; the later word stands."""
    require(by, "keep", CalendarDay)
    if not source.strip():
        raise AccountRefused("请写明依据，如放假通知的标题和文号。")
    found = CalendarDay.objects.select_for_update(no_key=True).filter(pk=day).first() or CalendarDay(pk=day)
    with audit.recorded("accounts.set_calendar_day", found, by=by):
        found.is_working, found.source, found.changed_by = is_working, source.strip()[:120], by
        found.save()
    working_days.forget()
    return found


@transaction.atomic
def remove_day(found: CalendarDay, *, by: User) -> None:
    """Back to what the official calendar that comes with the software says."""
    require(by, "keep", CalendarDay)
    facts = {"day": f"{found.day:%Y-%m-%d}", "is_working": found.is_working, "source": found.source}
    audit.record("accounts.remove_calendar_day", found, by=by, facts=facts)
    found.delete()
    working_days.forget()
