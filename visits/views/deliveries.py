"""How the institution was told: entered by officers, or by its own opening the notice."""

from pathlib import PurePath

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.rules import require
from campaigns.models import Task
from visits import delivering
from visits.agenda import OPEN
from visits.errors import Incomplete, VisitError
from visits.forms.preparing import DeliveryForm
from visits.models import Delivery
from visits.views.frame import get_task, handed_out


@require_http_methods(["GET", "POST"])
def deliver(request: Request, pk: int) -> HttpResponse:
    task = get_task(request, pk)
    notice = getattr(task, "notice", None)
    if notice is None:
        messages.warning(request, "检查通知书还没有签发，签发后再登记送达。")
        return redirect(task)
    require(request.user, "enter", Delivery(notice=notice))
    initial = {"told_at": timezone.localtime().replace(second=0, microsecond=0, tzinfo=None)}
    form = DeliveryForm(request.POST or None, request.FILES or None, notice=notice, by=request.user, initial=initial)
    if form.is_valid():
        try:
            delivering.deliver(notice, **form.cleaned_data, by=request.user)
        except VisitError as refused:
            form.add_error(refused.field if isinstance(refused, Incomplete) else None, str(refused))
        else:
            messages.success(request, "已登记送达。")
            return redirect(_home(task))
    deliveries = notice.deliveries.select_related("entered_by")
    return render(
        request, "visits/delivery.html", {"task": task, "notice": notice, "form": form, "deliveries": deliveries}
    )


def _home(task: Task) -> str:
    visit = task.visits.filter(state__in=OPEN).first()
    return visit.get_absolute_url() if visit else task.get_absolute_url()


@require_GET
def delivery_proof(request: Request, pk: int) -> FileResponse:
    found = get_object_or_404(Delivery.objects.visible_to(request.user).select_related("notice__bureau"), pk=pk)
    return handed_out(found.proof, name=f"送达凭证（{found.notice.number}）{PurePath(str(found.proof.name)).suffix}")
