"""The form as a workbook: downloaded, filled offline, uploaded back."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from selftest.errors import SelfCheckError
from selftest.models import SelfCheck
from selftest.states import SelfCheckState
from selftest.views.portal import own_self_check
from selftest.workbook.applying import Applied, NotApplied, apply
from selftest.workbook.reading import read_workbook
from selftest.workbook.writing import write_workbook
from workbooks.columns import Fault
from workbooks.guard import MAX_FILE_BYTES, WorkbookRefused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_FAULTS = 200
REFUSED = 422


@require_GET
def workbook(request: Request, pk: int) -> HttpResponse:
    self_check = own_self_check(request, pk)
    if self_check.state == SelfCheckState.INVITED:
        messages.error(request, "请先点“开始填报”，再下载工作簿。")
        return redirect("selftest:fill", pk)
    name = f"{self_check.institution.name} {self_check.round.form.parsed.title}.xlsx"
    answer = HttpResponse(write_workbook(self_check), content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


@require_POST
def workbook_upload(request: Request, pk: int) -> HttpResponse:
    """What was changed in the workbook is saved whole; otherwise a page names each fault, and nothing is saved."""
    self_check = own_self_check(request, pk)
    file: UploadedFile[bytes] | None = request.FILES.get("file")
    if file is None:
        messages.error(request, "请先选择填好的工作簿（.xlsx）。")
        return redirect("selftest:fill", pk)
    try:
        applied = _apply(request, self_check, file)
    except WorkbookRefused as refusal:
        return _refusal(request, self_check, [], refusal.message)
    except NotApplied as refused:
        return _refusal(request, self_check, refused.faults, str(refused))
    except SelfCheckError as refused:
        return _refusal(request, self_check, [], str(refused))
    messages.success(request, _words(applied))
    return redirect("selftest:fill", pk)


def _apply(request: Request, self_check: SelfCheck, file: UploadedFile[bytes]) -> Applied:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "self-check.xlsx"
        path.write_bytes(file.read(MAX_FILE_BYTES + 1))
        reading = read_workbook(path, self_check)
    return apply(self_check, reading, by=request.user)


def _refusal(request: Request, self_check: SelfCheck, faults: list[Fault], words: str) -> HttpResponse:
    context: dict[str, Any] = {
        "self_check": self_check,
        "words": words,
        "faults": faults[:SHOWN_FAULTS],
        "left_out": max(0, len(faults) - SHOWN_FAULTS),
    }
    return render(request, "selftest/workbook.html", context, status=REFUSED)


def _words(applied: Applied) -> str:
    if not applied.items and not applied.blocks:
        return "工作簿与网上内容一致，没有改动。"
    parts = [f"第 {'、'.join(str(item) for item in applied.items)} 项"] if applied.items else []
    if applied.blocks:
        parts.append("基本信息和资质认定情况")
    return f"已保存工作簿中改动的内容：{'，'.join(parts)}。"
