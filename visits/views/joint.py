"""联合研判: the departments look at all results of a task together; then they are final."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from accounts.rules import require
from campaigns.states import TaskState
from visits import results as service
from visits.errors import VisitError
from visits.forms.results import JointForm
from visits.models import DepartmentResult
from visits.outcomes import whole_of
from visits.results import task_subject
from visits.versions import versions_of
from visits.views.results import get_task, to_results


@require_http_methods(["GET", "POST"])
def conclude(request: Request, pk: int) -> HttpResponse:
    task = get_task(request, pk)
    require(request.user, "conclude", task_subject(task))
    results = list(DepartmentResult.objects.filter(task=task).for_acts())
    form = JointForm(request.POST or None, task=task, results=results)
    if request.method == "POST" and form.is_valid():
        try:
            service.conclude(task, by=request.user, **form.cleaned_data)
        except VisitError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "研判意见已登记，检查结果已认定。")
            return to_results(task.pk)
    rows = [(result, versions_of(result)[-1:]) for result in results]
    context = {
        "task": task, "rows": rows, "whole": whole_of(results), "form": form, "is_open": task.state == TaskState.JOINT,
    }  # fmt: skip
    return render(request, "visits/joint.html", context)
