"""A list costs the same with three rows and with fifty; so does an object with many parts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.states import CampaignState
from institutions.models import RiskFlag
from jobs.models import Job
from selftest.models import ChangeRequest, Problem, Round, SelfCheck, Submission
from tests.campaigns import datong
from tests.factories import campaigns, inspectors, institutions
from tests.selftest import world as self_checks
from visits.models import DepartmentResult, Finding, Measure, Rectification, Referral, Visit

pytestmark = pytest.mark.django_db
MOST = 12
FEW, MANY = 3, 50
HOUR = timedelta(hours=1)


def add_institutions(count: int) -> None:
    for _ in range(count):
        found = institutions.institution(credit_class="C")
        institutions.certificate(found)
        RiskFlag.objects.create(institution=found, kind="complaint", evidence="投诉", noted_on="2025-05-01")


def add_inspectors(count: int) -> None:
    domain = institutions.domain()
    for _ in range(count):
        inspectors.inspector("scjg:140200", domain)


def add_experts(count: int) -> None:
    domain = institutions.domain()
    for _ in range(count):
        inspectors.expert("140200", domain)


def add_campaigns(count: int) -> None:
    for _ in range(count):
        number = f"140200-{campaigns.Campaign.objects.count()}"
        campaigns.campaign(number, by=datong.officer())


def add_tasks(count: int) -> None:
    number = f"140200-{campaigns.Campaign.objects.count()}"
    line = campaigns.line(campaigns.campaign(number, by=datong.officer(), state=CampaignState.DISPATCHED))
    person = inspectors.inspector()
    for _ in range(count):
        campaigns.task(line, institutions.institution(), person)


def add_jobs(count: int) -> None:
    Job.objects.bulk_create([Job(kind="tests.file", title="任务清单", owner=datong.officer()) for _ in range(count)])


def add_self_checks(count: int) -> None:
    """With what hangs on them: a problem, a version and a difference from the pool each."""
    round = Round.objects.first() or self_checks.round_of()
    rows = [SelfCheck(round=round, institution=institutions.institution(), county_id="140213") for _ in range(count)]
    for self_check in SelfCheck.objects.bulk_create(rows):
        Problem.objects.create(self_check=self_check, item=1, description="没有变更", cause="搬迁", measure="办理")
        version = Submission.objects.create(
            self_check=self_check,
            number=1,
            text="{}",
            digest="0" * 64,
            submitted_by=datong.officer(),
            submitted_at=timezone.now(),
        )
        ChangeRequest.objects.create(
            submission=version,
            institution=self_check.institution,
            field="address",
            label="单位地址",
            old="",
            new="新街",
        )


def add_visits(count: int) -> None:
    """With what follows: a result, a finding, a measure, an order and a referral each."""
    number = f"140200-{campaigns.Campaign.objects.count()}"
    line = campaigns.line(campaigns.campaign(number, by=datong.officer(), state=CampaignState.DISPATCHED))
    by, now, first = datong.officer(), timezone.now(), Rectification.objects.count()
    for place in range(count):
        task = campaigns.task(line, institutions.institution(), inspectors.inspector())
        Visit.objects.create(task=task, number=1, planned_start=now, planned_end=now + HOUR, planned_by=by)
        result = DepartmentResult.objects.create(task=task, bureau=task.bureau)
        finding = Finding.objects.create(result=result, matter="报告", facts="缺签字", severity="general", found_by=by)
        same: dict[str, Any] = {"task": task, "bureau": task.bureau}
        measure = Measure.objects.create(kind="order", proposed_by=by, **same)
        order = Rectification.objects.create(
            year=2025,
            serial=first + place + 1,
            demands="补齐",
            due_on=now.date(),
            ordered_by=by,
            ordered_at=now,
            **same,
        )
        for each in (measure, order):
            each.findings.set([finding])
        Referral.objects.create(
            number=f"{first + place}号", sender=task.bureau, outside="某省局", task=task, subject="某公司", text="线索",
            due_on=now.date(), sent_by=by,
        )  # fmt: skip


LISTS = {
    add_institutions: ("institutions",),
    add_inspectors: ("inspectors",),
    add_experts: ("experts",),
    add_campaigns: ("campaigns",),
    add_tasks: ("tasks",),
    add_jobs: ("jobs",),
    add_self_checks: ("self-checks", "self-check-problems", "self-check-changes"),
    add_visits: ("visits", "results", "findings", "measures", "rectifications", "referrals"),
}
"""What adds rows, and the lists in which they are."""


def queries_for(client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(found)


@pytest.mark.parametrize("add", LISTS)
def test_lists_cost_as_many_queries_with_many_rows(program, add):
    client = program(datong.officer())
    addresses = [f"/api/{name}/?page_size=200" for name in LISTS[add]]
    add(FEW)
    few = [queries_for(client, address) for address in addresses]
    add(MANY - FEW)

    many = [queries_for(client, address) for address in addresses]

    assert many == few
    assert max(many) <= MOST


def test_draw_with_its_result_stays_within_the_limit(program):
    datong.pool()
    datong.officers()
    draw = datong.drawn()

    assert queries_for(program(datong.officer()), f"/api/draws/{draw.pk}/") <= MOST
