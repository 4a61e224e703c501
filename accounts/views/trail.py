"""The audit trail: the auditor's pages."""

import io

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header

from accounts import audit
from accounts.actions import label
from accounts.filters import AuditFilter
from accounts.http import Request
from accounts.lists import arrange
from accounts.models import AuditEvent, AuditHead
from accounts.rules import require
from accounts.tables import AuditTable
from accounts.templatetags.wording import cn_moment
from accounts.trail import changed_objects, subject_name
from accounts.verification import verify_trail
from workbooks.writing import ExportColumn, ExportSheet, write_table

EXPORT_AT_MOST = 50_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

EXPORT_COLUMNS = (
    ExportColumn("序号", lambda event: event.number, kind="integer", width=10),
    ExportColumn("时间", lambda event: event.at, kind="datetime", width=20),
    ExportColumn("操作人", lambda event: event.actor.name if event.actor else "系统", width=14),
    ExportColumn("用户名", lambda event: event.actor.username if event.actor else "", width=18),
    ExportColumn("操作", lambda event: label(event.action), width=18),
    ExportColumn("对象类别", lambda event: subject_name(event.subject_type), width=16),
    ExportColumn("对象标识", lambda event: event.subject_id, width=16),
    ExportColumn("对象", lambda event: event.subject_label, width=36),
    ExportColumn("摘要", lambda event: event.digest, width=66),
)


def audit_list(request: Request) -> HttpResponse:
    found = _found(request)
    table = arrange(AuditTable(found.qs), request)
    template = "accounts/audit.html#rows" if request.htmx else "accounts/audit.html"
    return render(request, template, {"filter": found, "table": table, "head": AuditHead.objects.get(pk=1)})


def audit_event(request: Request, number: int) -> HttpResponse:
    events = AuditEvent.objects.visible_to(request.user).select_related("actor")
    event = get_object_or_404(events, number=number)
    changes = event.changes.all()
    context = {
        "event": event,
        "action": label(event.action),
        "subject": subject_name(event.subject_type),
        "objects": changed_objects(changes),
        "count": changes.count(),
        "facts": sorted(event.facts.items()),
    }
    return render(request, "accounts/audit_event.html", context)


def audit_verify(request: Request) -> HttpResponse:
    """Recompute the whole chain and tell what was found; that it was done is itself recorded."""
    require(request.user, "verify", AuditEvent)
    faults = verify_trail()
    head = AuditHead.objects.get(pk=1)
    facts = {"events": head.number, "faults": len(faults), "digest": head.digest}
    audit.record("accounts.verify_trail", head, by=request.user, facts=facts)
    template = "accounts/audit_verified.html#result" if request.htmx else "accounts/audit_verified.html"
    return render(request, template, {"faults": faults[:100], "count": len(faults), "head": head})


def audit_export(request: Request) -> HttpResponse:
    require(request.user, "export", AuditEvent)
    found: QuerySet[AuditEvent] = _found(request).qs[:EXPORT_AT_MOST]
    head = AuditHead.objects.get(pk=1)
    made = f"{cn_moment(timezone.now())} 由{request.user.name}导出；记录截至第 {head.number} 条，摘要 {head.digest}"
    stream = io.BytesIO()
    sheet = ExportSheet("审计记录", EXPORT_COLUMNS, found.iterator(), title="审计记录", subtitle=made)
    write_table(stream, [sheet])
    audit.record("accounts.export_trail", head, by=request.user, facts={"filter": request.GET.dict()})
    name = f"审计记录-{timezone.localdate():%Y%m%d}.xlsx"
    answer = HttpResponse(stream.getvalue(), content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _found(request: Request) -> AuditFilter:
    events = AuditEvent.objects.visible_to(request.user).select_related("actor")
    return AuditFilter(request.GET, events, request=request)
