"""我的文件: what a person has started, how far it is, and what came out. Nobody sees another's jobs."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from accounts.http import Request
from accounts.lists import arrange
from jobs import services
from jobs.filters import JobFilter
from jobs.models import Job, JobState
from jobs.tables import JobTable


def job_list(request: Request) -> HttpResponse:
    found = JobFilter(request.GET, Job.objects.visible_to(request.user), request=request)
    table = arrange(JobTable(found.qs), request)
    template = "jobs/list.html#rows" if request.htmx else "jobs/list.html"
    return render(request, template, {"filter": found, "table": table})


def job_detail(request: Request, pk: int) -> HttpResponse:
    return render(request, "jobs/detail.html", {"job": _own(request, pk)})


def job_progress(request: Request, pk: int) -> HttpResponse:
    """The part of the page that asks again every second; when the job is over the whole page comes anew."""
    job = _own(request, pk)
    answer = render(request, "jobs/detail.html#progress", {"job": job})
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
    job = services.cancel_job(_own(request, pk), by=request.user)
    if job.state == JobState.CANCELLED:
        messages.success(request, f"已取消“{job.title}”。")
    else:
        messages.warning(request, f"“{job.title}”已经开始或已结束，不能取消。")
    return redirect("jobs:detail", pk)


def _own(request: Request, pk: int) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
