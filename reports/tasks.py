"""Files that a worker makes. The person's rights are asked again: they may have changed since the button was pressed."""

import io
from collections.abc import Iterable, Iterator, Sequence

from celery import shared_task
from django.conf import settings

from accounts.models import Region, User
from campaigns.models import Campaign, Task
from jobs.models import Job
from jobs.running import JobRefused, Outcome, Progress, handles
from reports import datasets, requests, self_check_letters, xlsx  # noqa: F401  # declares its kind of job
from reports import self_check_batch as _self_check_batch  # noqa: F401  # registers its job
from reports import self_check_workbook as _self_check_workbook  # noqa: F401  # registers its job
from reports.campaign_notice import compose_campaign_notice
from reports.duties import assembling as _assembling  # noqa: F401  # registers its job
from reports.duties import reminding
from reports.merging import batches, merge_parts
from reports.pressroom import printed
from reports.printed_lists import task_list_sheet
from reports.requests import Product, file_name, may_have
from reports.sheets import making as _making  # noqa: F401  # registers its job

NOTICES_PER_STEP = 50
MOST_UNISSUED_NAMED = 5
GONE = "您已无权查看这项抽查活动，或者活动已不在可以生成此文件的阶段。"


@shared_task
def remind_of_duties() -> None:
    """Reminders of what is to be reported, each once."""
    reminding.remind()


@handles(requests.TASK_LIST.kind, label=requests.TASK_LIST.label)
def make_task_list(job: Job, progress: Progress) -> Outcome:
    campaign, county = _asked(job, requests.TASK_LIST)
    progress("正在读取任务")
    rows = datasets.task_rows(job.owner, campaign, county=job.parameters["county"])
    if not rows:
        raise JobRefused("所选范围内没有您可以查看的任务。")
    head = datasets.list_head(campaign, job.owner, county=job.parameters["county"])
    progress("正在生成文件", 0, len(rows))
    form = job.parameters["form"]
    content = _printed(head, rows) if form == "pdf" else xlsx.task_list_workbook(head, rows, by_county=county is None)
    name = file_name(campaign, "任务清单", suffix=form, place=county.name if county else "")
    return Outcome(f"任务清单已生成，共 {len(rows)} 项任务", {"tasks": len(rows)}, name, content)


def _printed(head: datasets.ListHead, rows: Sequence[datasets.TaskRow]) -> bytes:
    from reports.pdf import render_task_list  # noqa: PLC0415  # half a second and 50 MB, in workers only

    return render_task_list(task_list_sheet(head, rows))


@handles(requests.DRAWN_LIST.kind, label=requests.DRAWN_LIST.label)
def make_drawn_list(job: Job, progress: Progress) -> Outcome:
    campaign, _ = _asked(job, requests.DRAWN_LIST)
    progress("正在读取抽取结果")
    rows = datasets.drawn_rows(job.owner, campaign)
    content = xlsx.drawn_list_workbook(datasets.list_head(campaign, job.owner), rows)
    return Outcome(
        f"抽取名单已生成，共 {len(rows)} 家",
        {"institutions": len(rows)},
        file_name(campaign, "抽取名单", suffix="xlsx"),
        content,
    )


@handles(requests.NOTICES.kind, label=requests.NOTICES.label)
def make_notices(job: Job, progress: Progress) -> Outcome:
    """One merged PDF of every issued notice in the range; those not yet issued are named."""
    campaign, county = _asked(job, requests.NOTICES)
    progress("正在读取通知书")
    tasks = list(datasets.notice_tasks(job.owner, campaign, county=job.parameters["county"]))
    issued = [task for task in tasks if hasattr(task, "notice")]
    unissued = [task.number for task in tasks if not hasattr(task, "notice")]
    if not issued:
        raise JobRefused("所选范围内还没有已签发的检查通知书。请先在“检查任务”页签发，再生成合并的 PDF。")
    content = _print_notices(issued, site=job.parameters.get("site", ""), by=job.owner, progress=progress)
    name = file_name(campaign, "检查通知书", suffix="pdf", place=county.name if county else "")
    return Outcome(_notices_made(len(issued), unissued), {"issued": len(issued), "unissued": unissued}, name, content)


def _print_notices(tasks: Sequence[Task], *, site: str, by: User, progress: Progress) -> bytes:
    """Large ones in several processes at once, as many as PRINT_PROCESSES says."""
    count = len(tasks)
    processes = settings.PRINT_PROCESSES if count > NOTICES_PER_STEP else 1
    filled = (
        [datasets.inspection_notice(task, site=site, made_by=by) for task in batch]
        for _, batch in batches(tasks, NOTICES_PER_STEP)
    )

    def told(parts: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
        progress("正在排版检查通知书", 0, count)
        for place, part in enumerate(parts):
            yield place * NOTICES_PER_STEP, part
            progress("正在排版检查通知书", min(count, (place + 1) * NOTICES_PER_STEP), count)

    file = io.BytesIO()
    parts = told(printed("reports.pdf:render_inspection_notices", filled, processes=processes))
    merge_parts(file, parts, of=count, progress=progress)
    return file.getvalue()


def _notices_made(count: int, unissued: list[str]) -> str:
    made = f"已合并 {count} 份检查通知书"
    if not unissued:
        return made
    named = "、".join(unissued[:MOST_UNISSUED_NAMED]) + (" 等" if len(unissued) > MOST_UNISSUED_NAMED else "")
    return f"{made}；另有 {len(unissued)} 项任务尚未签发，不在其中：{named}"


@handles(requests.CAMPAIGN_NOTICE.kind, label=requests.CAMPAIGN_NOTICE.label)
def make_campaign_notice(job: Job, progress: Progress) -> Outcome:
    campaign, _ = _asked(job, requests.CAMPAIGN_NOTICE)
    progress("正在起草通知")
    document = compose_campaign_notice(campaign)
    from reports.pdf import render_official_document  # noqa: PLC0415  # half a second and 50 MB, in workers only

    content = render_official_document(document)
    return Outcome("抽查通知已生成，请核对后按公文程序签发", {}, file_name(campaign, "通知", suffix="pdf"), content)


def _asked(job: Job, product: Product) -> tuple[Campaign, Region | None]:
    campaigns = Campaign.objects.visible_to(job.owner).select_related("lead_bureau__region", "parent__lead_bureau")
    campaign = campaigns.prefetch_related("stages").filter(pk=job.parameters["campaign"]).first()
    if campaign is None or not job.owner.is_active or not may_have(job.owner, product, campaign):
        raise JobRefused(GONE)
    county = job.parameters["county"]
    return campaign, Region.objects.get(pk=county) if county else None
