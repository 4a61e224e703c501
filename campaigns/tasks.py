"""Long work of campaigns, run by a worker, and what the clock does."""

from functools import partial

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from campaigns import disclosing, drawing, freezing, heads, listing, simulation, substituting, voiding
from campaigns.errors import CampaignError
from campaigns.models import Approval, Campaign, Draw
from jobs.models import Job, JobQueue
from jobs.running import JobRefused, Outcome, Progress, handles

PHASES = {
    "freeze": "正在核对冻结的名录",
    "front": "正在数据库中计算每家机构的签",
    "tickets": "正在计算每家机构的签",
    "lines": "正在按条目排序、取定名单",
    "teams": "正在组成检查组",
}
"""What campaigns.draw.run tells while it computes, in words."""

acts = partial(handles, queue=JobQueue.DRAWS, can_be_cancelled=False, can_be_retried=False, seconds=7200)
"""What two people have decided is not stopped half-way, and is asked for anew by both; only a draw, which depends on
frozen rows alone, may be run again."""


@acts("campaigns.freeze", label="冻结两库")
def freeze(job: Job, progress: Progress) -> Outcome:
    progress("正在整理检查对象和检查人员名录库")
    try:
        draw = freezing.freeze_campaign(approval_of(job))
    except CampaignError as refused:
        raise JobRefused(str(refused)) from refused
    return _frozen(draw)


@acts("campaigns.list", label="列入全部机构")
def list_all(job: Job, progress: Progress) -> Outcome:
    progress("正在列入各条目的全部机构")
    try:
        campaign = listing.list_all(approval_of(job))
    except CampaignError as refused:
        raise JobRefused(str(refused)) from refused
    page = reverse("campaigns:listing", args=[campaign.pk])
    return Outcome(f"已列入 {campaign.tasks.count()} 家，任务已派发到各县区", next_url=page)


@acts("campaigns.supplement", label="补充抽取冻结")
def supplement(job: Job, progress: Progress) -> Outcome:
    progress("正在整理补充抽取的检查对象和检查人员")
    try:
        draw = freezing.freeze_supplement(approval_of(job))
    except CampaignError as refused:
        raise JobRefused(str(refused)) from refused
    return _frozen(draw)


def _frozen(draw: Draw) -> Outcome:
    return Outcome("两库已冻结，承诺摘要已生成", {"commitment": draw.commitment}, next_url=draw.get_absolute_url())


@acts("campaigns.draw", label="抽取", can_be_retried=True)
def draw(job: Job, progress: Progress) -> Outcome:
    def tell(phase: str, done: int, total: int) -> None:
        progress(PHASES.get(phase, phase), done, total)

    try:
        done = drawing.run_draw(approval_of(job), progress=tell)
    except CampaignError as refused:
        raise JobRefused(str(refused)) from refused
    return Outcome("抽取完成", {"result": done.result_digest}, next_url=done.get_absolute_url())


@acts("campaigns.substitute", label="按规则替换")
def substitute(job: Job, progress: Progress) -> Outcome:
    """The message names nobody: the job is seen in lists."""
    progress("正在按规则计算替换")
    try:
        done = substituting.substitute(approval_of(job))
    except CampaignError as refused:
        raise JobRefused(str(refused)) from refused
    return Outcome("替换完成", {"number": done.number}, next_url=done.approval.get_absolute_url())


@handles("campaigns.simulate", label="模拟推演")
def simulate(job: Job, progress: Progress) -> Outcome:
    """Writes nothing but the job's own result, so a second run is simply another simulation."""
    campaign = Campaign.objects.get(pk=job.parameters["campaign"])
    draws = job.parameters.get("draws", simulation.DRAWS)
    try:
        result = simulation.simulate_campaign(campaign, draws=draws, progress=progress)
    except CampaignError as refused:
        raise JobRefused(str(refused)) from refused
    page = reverse("campaigns:simulation", args=[campaign.pk])
    return Outcome(f"已试抽 {result['draws']:,} 遍，用时 {result['seconds']} 秒", result, next_url=page)


def approval_of(job: Job) -> Approval:
    """The confirmed approval whose act this job carries out."""
    approvals = Approval.objects.select_related("campaign", "draw", "decided_by")
    return approvals.get(pk=job.parameters["approval"])


@shared_task
def mind_the_clock() -> None:
    """Void what was not revealed in time; disclose what the campaigns' own dates disclose."""
    voiding.void_overdue()
    disclosing.disclose_due(timezone.localdate())


@shared_task
def tell_head() -> None:
    """The head of the public log by mail and time stamp, where that is configured."""
    heads.tell()
