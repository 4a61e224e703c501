"""20 working days after the visit, on the official calendar and on what the administrator enters."""

from datetime import date, datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts import services, workbench, working_days
from accounts.models import AuditEvent, CalendarDay, User
from campaigns.models import Campaign, Task
from publications import clock
from publications.errors import PublicationError
from tests.factories import accounts
from tests.publications import world as public
from tests.visits import world
from visits.models import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def moment(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 16))


def ended_on(day: date) -> Task:
    task = world.concluded()
    Visit.objects.filter(task=task).update(ended_at=moment(day))
    return task


def administrator() -> User:
    return User.objects.filter(username="sysadmin-1").first() or accounts.user("sysadmin-1", "system_administrator")


def test_term_leaps_over_the_holidays_and_counts_the_weekends_worked_for_them():
    assert clock.due_on(date(2025, 9, 12)) == date(2025, 10, 16)  # 28 September and 11 October are worked, 1–8 are off
    assert clock.due_on(date(2025, 3, 3)) == date(2025, 3, 31)


def test_make_up_day_that_the_administrator_enters_moves_the_term():
    before = clock.due_on(date(2027, 9, 13))
    with pytest.raises(PermissionDenied):
        services.set_day(date(2027, 9, 26), is_working=True, source="通知", by=public.officer())
    with pytest.raises(services.AccountRefused, match="依据"):
        services.set_day(date(2027, 9, 26), is_working=True, source=" ", by=administrator())
    assert clock.term_of(moment(date(2027, 9, 13)), None, date(2027, 9, 20)).is_provisional

    worked = services.set_day(date(2027, 9, 26), is_working=True, source="国办发明电〔2026〕8号", by=administrator())

    assert working_days.working_days_between(clock.due_on(date(2027, 9, 13)), before) == 1
    assert not clock.term_of(moment(date(2027, 9, 13)), None, date(2027, 9, 20)).is_provisional
    services.remove_day(worked, by=administrator())
    assert clock.due_on(date(2027, 9, 13)) == before
    actions = ("accounts.set_calendar_day", "accounts.remove_calendar_day")
    assert AuditEvent.objects.filter(action__in=actions).count() == 2


def test_calendar_is_read_once_in_a_request_and_anew_in_the_next(django_assert_num_queries):
    with working_days.read_once(), django_assert_num_queries(1):
        first = [working_days.working_day_after(date(2027, 9, 13), count) for count in range(1, 30)]
    by_another_process = CalendarDay(day=date(2027, 9, 14), is_working=False, source="临时", changed_by=administrator())
    CalendarDay.objects.bulk_create([by_another_process])
    with working_days.read_once():
        assert working_days.working_day_after(date(2027, 9, 13), 1) != first[0]


def test_overdue_and_soon_follow_the_day_and_the_workbench_tells():
    late, near, far = (ended_on(day) for day in (date(2026, 10, 9), date(2026, 10, 26), date(2026, 11, 18)))
    special = ended_on(date(2026, 10, 9))
    Campaign.objects.filter(pk=special.campaign_id).update(kind="special", publishes_results=False)
    today = date(2026, 11, 20)
    tasks = clock.clocked(Task.objects.all())
    dues = {task.pk: clock.due_on(timezone.localdate(task.ended_at)) for task in tasks}

    assert set(dues) == {late.pk, near.pk, far.pk}
    assert [task.pk for task in clock.overdue(tasks, today)] == [late.pk]
    assert [task.pk for task in clock.soon(tasks, today)] == [near.pk]
    assert dues[near.pk] == date(2026, 11, 23)
    assert not clock.overdue(tasks, dues[late.pk]).exists()
    for day in (date(2026, 11, 18), date(2026, 11, 23), date(2026, 11, 24)):
        assert {task.pk for task in clock.overdue(tasks, day)} == {pk for pk, due in dues.items() if due < day}
    seen = Task.objects.all()
    assert clock.numbers(seen, today) == {"waiting": 3, "overdue": 1, "soon": 1, "public": 0, "ended": 0, "all": 3}
    assert [clock.public(seen).count(), clock.withdrawn(seen).count()] == [0, 0]
    with time_machine.travel("2026-11-20T09:00:00+08:00", tick=False):
        texts = [todo.text for todo in workbench.todos_of(public.officer()) if "公示" in todo.text]
    assert texts == ["1 家次的检查结果逾期未公示", "1 家次的检查结果将在 3 个工作日内到公示期限"]


def test_lateness_is_explained_by_who_leads_and_publishing_ends_the_waiting(client):
    with time_machine.travel("2026-11-20T09:00:00+08:00", tick=False):
        late = ended_on(date(2026, 10, 9))
        early = ended_on(date(2026, 11, 18))
        with pytest.raises(PublicationError, match="没有逾期"):
            clock.explain_lateness(early, words="等待复核", by=public.officer())
        with pytest.raises(PermissionDenied):
            clock.explain_lateness(late, words="等待复核", by=world.officer(world.ECOLOGY))
        client.force_login(public.officer())
        page = client.get(reverse("publications:terms"))
        assert [row.record.pk for row in page.context["table"].rows] == [late.pk, early.pk]
        assert page.content.decode().count(">说明原因<") == 1
        assert [stat["label"] for stat in page.context["stats"] if stat["active"]] == ["未公示"]
        clock.explain_lateness(late, words="等待复核", by=public.officer())
        public.published(public.results(late))
        term = clock.term_of_task(late)
        assert term is not None
        assert (term.words, term.tone, term.published_on) == ("逾期公示", "overdue", date(2026, 11, 20))
        assert not clock.overdue(clock.clocked(Task.objects.all())).exists()
        stats = client.get(reverse("publications:terms"), {"status": "public"}).context["stats"]
        assert [stat["value"] for stat in stats] == [2, 0, 0, 1, 1]
    assert late.lateness.get().words == "等待复核"
