"""A sheet asked for at the screen is made by a worker, who asks again what the person may have."""

from django.db import transaction

from accounts import audit
from accounts.models import User
from campaigns.models import Campaign
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles
from jobs.services import start_job
from reports.requests import file_name
from reports.sheets import SHEETS, SheetKind, make_sheet

KIND = "reports.sheet"
GONE = "您已无权查看这项抽查活动，或者活动已不在可以生成此表的阶段。"


@transaction.atomic
def ask_for_sheet(kind: SheetKind, campaign: Campaign, *, by: User) -> Job:
    """Asking again while it is under way gives the same job."""
    audit.record("reports.make_sheet", campaign, by=by, facts={"sheet": kind.key})
    parameters = {"campaign": campaign.pk, "sheet": kind.key}
    key = f"{KIND}:{kind.key}:{campaign.pk}:{by.pk}"
    return start_job(KIND, f"{kind.label}：{campaign.title}", by=by, parameters=parameters, key=key)


@handles(KIND, label="生成报表")
def make(job: Job, progress: Progress) -> Outcome:
    kind = SHEETS[job.parameters["sheet"]]
    campaigns = Campaign.objects.visible_to(job.owner).select_related("lead_bureau__region")
    campaign = campaigns.filter(pk=job.parameters["campaign"]).first()
    if campaign is None or not kind.is_open_to(job.owner, campaign):
        raise JobRefused(GONE)
    content = make_sheet(kind.key, campaign, job.owner, progress)
    name = file_name(campaign, kind.label, suffix="xlsx")
    return Outcome(f"{kind.label}已生成", {"sheet": kind.key}, name, content)
