"""Uploading the pool workbook: template, upload, dry run, report, import."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from accounts.templatetags.wording import cn_moment
from institutions import services
from institutions.filters import DifferenceFilter, FaultFilter
from institutions.forms import UploadForm
from institutions.importing.table import pool_table
from institutions.models import ImportRun, ImportState, Institution
from institutions.presenting import import_figures, verdict
from institutions.queries import counties_in
from institutions.tables import RUN_TONES, DifferenceTable, FaultTable, RunTable
from institutions.views.pool import download
from workbooks.template import write_template


def upload(request: Request) -> HttpResponse:
    require(request.user, "import", Institution)
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        run = services.start_import(file, file_name=file.name, by=request.user)
        return redirect("institutions:import_run", run.pk)
    runs = arrange(RunTable(ImportRun.objects.visible_to(request.user)), request)
    return render(request, "institutions/import.html", {"form": form, "runs": runs})


def template(request: Request) -> HttpResponse:
    """With the counties of the person's own region to choose from."""
    require(request.user, "import", Institution)
    spec = pool_table(counties_in(request.user.scope or ""), county_choices=True)
    return download(write_template(spec), "检查对象名录-模板.xlsx")


def import_run(request: Request, pk: int) -> HttpResponse:
    run = _run(request, pk)
    has_faults = run.faults.exists()
    shows_faults = has_faults and request.GET.get("show") != "differences"
    found, table = _faults(request, run) if shows_faults else _differences(request, run)
    context: dict[str, Any] = {"filter": found, "table": arrange(table, request), "run": run}
    if request.htmx:
        return render(request, "institutions/import_run.html#rows", context)
    context |= {
        "job": run.commit_job or run.check_job,
        "has_faults": has_faults,
        "may_commit": can(request.user, "commit", run) and (run.commit_job is None or run.commit_job.came_to_nothing),
        "tone": RUN_TONES[ImportState(run.state)],
        "note": f"{cn_moment(run.created_at)} 上传，文件摘要 {run.file_digest[:16]}",
        "verdict": verdict(run),
        "stats": import_figures(run),
        "tabs": _tabs(run, shows_faults),
    }
    return render(request, "institutions/import_run.html", context)


def _faults(request: Request, run: ImportRun) -> tuple[FaultFilter, FaultTable]:
    found = FaultFilter(request.GET, run.faults.all(), request=request)
    return found, FaultTable(found.qs)


def _differences(request: Request, run: ImportRun) -> tuple[DifferenceFilter, DifferenceTable]:
    found = DifferenceFilter(request.GET, run.differences.all(), request=request)
    return found, DifferenceTable(found.qs)


def _tabs(run: ImportRun, shows_faults: bool) -> list[dict[str, Any]]:
    if not run.counts:
        return []
    faults = run.counts["errors"] + run.counts["warnings"]
    changes = sum(
        run.counts[f"{thing}_{kind}"] for thing in ("institutions", "certificates") for kind in ("added", "changed")
    )
    return [
        {"label": "问题", "url": "?show=faults", "active": shows_faults, "count": faults},
        {"label": "新增和变更", "url": "?show=differences", "active": not shows_faults, "count": changes},
    ]


def import_progress(request: Request, pk: int) -> HttpResponse:
    """The progress alone; once the job is over the whole page comes anew."""
    run = _run(request, pk)
    answer = render(
        request, "institutions/import_run.html#progress", {"run": run, "job": run.commit_job or run.check_job}
    )
    job = run.commit_job or run.check_job
    if job is None or not job.is_open:
        answer.headers["HX-Refresh"] = "true"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def confirm(request: Request, pk: int) -> HttpResponse:
    run = _run(request, pk)
    services.confirm_import(run, by=request.user)
    return redirect("institutions:import_run", run.pk)


def marked(request: Request, pk: int) -> HttpResponse:
    job = services.mark_faults(_run(request, pk), by=request.user)
    messages.info(request, "正在标注有问题的单元格，完成后在这里下载。")
    return redirect("jobs:detail", job.pk)


def _run(request: Request, pk: int) -> ImportRun:
    runs = ImportRun.objects.visible_to(request.user).select_related("check_job", "commit_job")
    return get_object_or_404(runs, pk=pk)
