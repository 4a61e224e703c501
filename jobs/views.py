"""我的文件: what a person has started, how far it is, and what came out. Nobody sees another's jobs."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from accounts.http import Request
from accounts.lists import arrange
from jobs import services
from jobs.filters import JobFilter
from jobs.kinds import Kind, kind_of
from jobs.models import Job, JobState
from jobs.overview import ahead_of
from jobs.progress import JobRefused
from jobs.tables import JobTable


def job_list(request: Request) -> HttpResponse:
    found = JobFilter(request.GET, Job.objects.visible_to(request.user), request=request)
    table = arrange(JobTable(found.qs), request)
    template = "jobs/list.html#rows" if request.htmx else "jobs/list.html"
    is_live = any(row.record.is_open for row in table.paginated_rows)
    return render(request, template, {"filter": found, "table": table, "is_live": is_live})


def job_detail(request: Request, pk: int) -> HttpResponse:
    job = _own(request, pk)
    return render(request, "jobs/detail.html", shown_of(job) | {"ahead": _ahead(job)})


def shown_of(job: Job) -> dict[str, object]:
    """What a page of the job needs, whoever looks at it."""
    kind = kind_of(job.kind)
    return {
        "job": job,
        "kind": kind,
        "may_cancel": _may_cancel(job, kind),
        "may_retry": job.came_to_nothing and kind.can_be_retried,
        "runs": job.runs.all(),
    }


def _may_cancel(job: Job, kind: Kind) -> bool:
    if job.state == JobState.RUNNING:
        return kind.can_be_cancelled and not job.cancel_asked
    return job.state == JobState.QUEUED


def _ahead(job: Job) -> int:
    return ahead_of(job) if job.state == JobState.QUEUED else 0


def job_progress(request: Request, pk: int) -> HttpResponse:
    """The part of the page that asks again every second; when the job is over the whole page comes anew."""
    job = _own(request, pk)
    answer = render(request, "jobs/detail.html#progress", {"job": job, "ahead": _ahead(job)})
    if not job.is_open:
        answer.headers["HX-Refresh"] = "true"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def job_file(request: Request, pk: int) -> HttpResponseBase:
    job = _own(request, pk)
    if not job.file or not job.file.storage.exists(str(job.file.name)):
        raise Http404
    answer = FileResponse(job.file.open("rb"), as_attachment=True, filename=job.file_name)
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def job_cancel(request: Request, pk: int) -> HttpResponse:
    cancel_and_tell(request, _own(request, pk))
    return redirect("jobs:detail", pk)


def job_retry(request: Request, pk: int) -> HttpResponse:
    retry_and_tell(request, _own(request, pk))
    return redirect("jobs:detail", pk)


def cancel_and_tell(request: Request, job: Job) -> None:
    job = services.cancel_job(job, by=request.user)
    if job.state == JobState.CANCELLED:
        messages.success(request, f"已取消任务 {job.pk}。")
    elif job.is_open and job.cancel_asked:
        messages.info(request, f"已要求取消任务 {job.pk}，当前一步完成后停止；如果它先做完，则以完成为准。")
    else:
        messages.warning(request, f"任务 {job.pk} 已经结束，或者已经开始而不能中途停止，没有取消。")


def retry_and_tell(request: Request, job: Job) -> None:
    try:
        services.retry_job(job, by=request.user)
    except JobRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"任务 {job.pk} 已重新排队。")


def _own(request: Request, pk: int) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
