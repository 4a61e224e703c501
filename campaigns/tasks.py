"""Long work of campaigns, run by a worker: freezing and drawing."""

from campaigns import drawing, freezing
from campaigns.errors import CampaignError
from campaigns.models import Campaign
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles


@handles("campaigns.freeze")
def freeze(job: Job, progress: Progress) -> Outcome:
    campaign = Campaign.objects.get(pk=job.parameters["campaign"])
    progress("正在整理检查对象和检查人员名录库")
    try:
        draw = freezing.freeze_campaign(campaign, by=job.owner)
    except CampaignError as refused:
        raise JobRefused(str(refused)) from refused
    return Outcome("两库已冻结，承诺摘要已生成", {"commitment": draw.commitment}, next_url=draw.get_absolute_url())


@handles("campaigns.draw")
def draw(job: Job, progress: Progress) -> Outcome:
    campaign = Campaign.objects.get(pk=job.parameters["campaign"])
    try:
        done = drawing.run_draw(campaign, by=job.owner, progress=progress)
    except CampaignError as refused:
        raise JobRefused(str(refused)) from refused
    return Outcome("抽取完成", {"result": done.result_digest}, next_url=done.get_absolute_url())
