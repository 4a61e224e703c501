from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from selftest import reviewing
from selftest.mending import FOUND, FOUND_AND_MENDED, mended_before, words_before, working_days_overdue
from selftest.models import Problem
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def a_problem() -> Problem:
    return world.signed().problems.get()


def reported(problem: Problem) -> Problem:
    by = world.clerk(problem.self_check)
    return reviewing.report_mended(problem, mended_on=timezone.localdate() - timedelta(days=1), result="已变更", by=by)


def test_overdue_counts_working_days_from_the_day_the_institution_named():
    problem = Problem(state=Problem.State.OPEN, due_on=date(2025, 9, 30))

    assert working_days_overdue(problem, date(2025, 9, 30)) == 0
    assert working_days_overdue(problem, date(2025, 10, 8)) == 0
    assert working_days_overdue(problem, date(2025, 10, 10)) == 2
    problem.state = Problem.State.REPORTED
    assert working_days_overdue(problem, date(2025, 10, 10)) == 0


def test_problem_mended_and_reported_before_the_visit_is_named_so():
    problem = reported(a_problem())
    today, tomorrow = timezone.localdate(), timezone.localdate() + timedelta(days=1)

    assert (mended_before(problem, today), mended_before(problem, tomorrow)) == (False, True)
    assert words_before(problem, today) == FOUND
    assert words_before(problem, tomorrow) == f"{FOUND_AND_MENDED}（待监管部门确认）"
    reviewing.confirm_mended(problem, by=world.county_officer())
    problem.refresh_from_db()
    assert words_before(problem, tomorrow) == FOUND_AND_MENDED == "自查发现、检查前已整改"
    problem.state = Problem.State.WITHDRAWN
    assert words_before(problem, tomorrow) == ""


def test_institution_reports_and_the_bureau_confirms_on_its_pages(client):
    problem = a_problem()
    client.force_login(world.clerk(problem.self_check))
    assert [each["problem"] for each in client.get(reverse("selftest:own_problems")).context["open_ones"]] == [problem]
    page = reverse("selftest:report_mended", args=[problem.pk])
    tomorrow = timezone.localdate() + timedelta(days=1)

    refused = client.post(page, {"mended_on": tomorrow.isoformat(), "result": "已变更"})
    client.post(page, {"mended_on": timezone.localdate().isoformat(), "result": "已变更"})
    again = client.post(page, {"mended_on": timezone.localdate().isoformat(), "result": "再报"})
    client.force_login(world.county_officer())
    unsaid = client.post(reverse("selftest:reject_mended", args=[problem.pk]), {"words": ""})
    client.post(reverse("selftest:confirm_mended", args=[problem.pk]), {"words": "已现场核实"})

    problem.refresh_from_db()
    assert refused.context["form"].errors == {"mended_on": ["实际完成日期不能晚于今天。"]}
    assert "不能办理" in again.context["form"].non_field_errors()[0]
    assert [str(each) for each in unsaid.context["messages"]] == ["退回整改须写明理由。"]
    assert (problem.state, problem.result, problem.words) == ("confirmed", "已变更", "已现场核实")


def test_ledger_filters_what_its_counters_count(client):
    problem = a_problem()
    client.force_login(world.county_officer())
    url = reverse("selftest:problems")
    Problem.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    counted = {stat["label"]: stat["value"] for stat in client.get(url).context["stats"]}
    overdue = client.get(url, {"status": "overdue"}).context["table"].paginator.count

    assert counted == {"整改中": 1, "逾期未整改": 1, "已报整改，待确认": 0, "已确认": 0}
    assert overdue == 1
    assert client.get(url, {"q": problem.self_check.institution.name}).context["table"].paginator.count == 1
    Problem.objects.update(state=Problem.State.WITHDRAWN)
    assert client.get(url).context["table"].paginator.count == 0
    assert client.get(url, {"status": "withdrawn"}).context["table"].paginator.count == 1
