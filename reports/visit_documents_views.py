"""Documents of what follows a visit, for the bureaus and for the institution itself."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.http import Request
from reports.responses import file_answer
from reports.visit_documents import rectification_order as order_as_document
from visits.models import Rectification


@require_GET
def rectification_order(request: Request, pk: int) -> HttpResponse:
    """责令改正通知书, for whoever sees the order."""
    from reports.visit_documents_pdf import (  # noqa: PLC0415  # half a second and 50 MB, once somebody asks
        render_rectification_order,
    )

    orders = Rectification.objects.visible_to(request.user).select_related(
        "task__institution__county", "task__campaign", "bureau__region", "bureau__branch_of__region"
    )
    order = get_object_or_404(orders, pk=pk)
    document = order_as_document(order, made_by=request.user, request=request)
    name = f"责令改正通知书{order.number}（{order.task.institution.name}）.pdf"
    return file_answer(render_rectification_order(document), name, "application/pdf")
