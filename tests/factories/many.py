"""Many rows of each kind, with what a list shows of them, for tests of how many queries pages take."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from campaigns.states import CampaignState
from institutions.models import RiskFlag
from jobs.models import Job
from publications.models import PublicationKind
from selftest.models import ChangeRequest, Problem, Round, SelfCheck, Submission
from tests.campaigns import datong
from tests.factories import campaigns, inspectors, institutions
from tests.publications import making
from tests.selftest import world as self_checks
from visits.models import DepartmentResult, Finding, Measure, Rectification, Referral, Visit

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


def add_publications(count: int) -> None:
    """Of a campaign each, with one result and one penalty that are public."""
    by = datong.officer()
    for _ in range(count):
        number = f"140200-{campaigns.Campaign.objects.count()}"
        line = campaigns.line(campaigns.campaign(number, by=by, state=CampaignState.DISPATCHED))
        institution = institutions.institution()
        institutions.certificate(institution)
        task = campaigns.task(line, institution)
        measure = Measure.objects.create(
            task=task, kind="fine", bureau=task.bureau, proposed_by=by, state="done", decided_on=date(2025, 11, 10)
        )
        for kind, row, of in (
            (PublicationKind.RESULTS, making.result, task), (PublicationKind.PENALTIES, making.penalty, measure),
        ):  # fmt: skip
            version = making.draft(making.publication(kind, campaign=line.campaign, by=by))
            row(version, of)
            making.publish(version)
