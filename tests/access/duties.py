"""What a county reports to its city, for the matrix: one duty to be met, one handed in with a file."""

from typing import Any

from accounts.models import User
from campaigns.models import Campaign
from reports.duties import submitting
from reports.duties.assigning import add_duty
from reports.models import DutyKind, ReportingDuty
from tests.selftest import files

KINDS = ("duty", "submission", "submission_file")


def add_duties(campaign: Campaign, people: dict[str, User]) -> dict[str, Any]:
    """Objects by kind."""
    lead, county = people["lead_officer"], people["county_officer"]
    open_duty, met = (a_duty(campaign, title, lead, county) for title in ("工作方案", "工作总结"))
    file = submitting.attach(met, "总结.pdf", files.PDF, by=county)
    submission = submitting.hand_in(met, words="见附件", by=county)
    return {"duty": open_duty, "submission": submission, "submission_file": file}


def a_duty(campaign: Campaign, title: str, lead: User, county: User) -> ReportingDuty:
    return add_duty(
        campaign, sender=county.bureau, receiver=lead.bureau, kind=DutyKind.OTHER, title=title, due_on=None, by=lead
    )
