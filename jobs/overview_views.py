"""后台任务: the queues and everybody's jobs, for the system administrator; without what the work is about."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.http import Request
from accounts.lists import arrange, counter
from jobs.filters import OverviewFilter
from jobs.kinds import known_kinds
from jobs.models import Job
from jobs.overview import failed_lately, queue_figures, with_messages
from jobs.tables import OverviewTable, state_tag
from jobs.views import cancel_and_tell, retry_and_tell, shown_of


def overview(request: Request) -> HttpResponse:
    jobs = Job.objects.overseen_by(request.user).select_related("owner")
    found = OverviewFilter(request.GET, jobs, request=request)
    table = arrange(OverviewTable(found.qs), request)
    if request.htmx:
        return render(request, "jobs/overview.html#rows", {"filter": found, "table": table})
    queues = with_messages(queue_figures())
    context = {
        "filter": found,
        "table": table,
        "queues": queues,
        "has_broker": all(figures.messages is not None for figures in queues),
        "stats": _stats(request),
        "kinds": known_kinds(),
    }
    return render(request, "jobs/overview.html", context)


def _stats(request: Request) -> list[dict[str, object]]:
    attention, faults = Job.objects.needing_attention().count(), failed_lately().count()
    return [
        counter(request, "排队中", Job.objects.waiting().count(), {"state": "queued"}, unit="项"),
        counter(request, "进行中", Job.objects.filter(state="running").count(), {"state": "running"}, unit="项"),
        counter(request, "超过 1 分钟无人执行", attention, {"needs": "attention"}, unit="项", tone="overdue"),
        counter(request, "近一天因系统原因未完成", faults, {"needs": "faults"}, unit="项", tone="overdue"),
    ]


def overview_job(request: Request, pk: int) -> HttpResponse:
    job = _overseen(request, pk)
    return render(request, "jobs/overview_job.html", shown_of(job) | {"state": state_tag(job)})


def overview_cancel(request: Request, pk: int) -> HttpResponse:
    cancel_and_tell(request, _overseen(request, pk))
    return redirect("jobs:overview_job", pk)


def overview_retry(request: Request, pk: int) -> HttpResponse:
    retry_and_tell(request, _overseen(request, pk))
    return redirect("jobs:overview_job", pk)


def _overseen(request: Request, pk: int) -> Job:
    return get_object_or_404(Job.objects.overseen_by(request.user).select_related("owner"), pk=pk)
