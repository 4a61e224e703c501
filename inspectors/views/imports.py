"""Uploading a workbook of people: template, upload, dry run, report, import."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can, require
from inspectors import services
from inspectors.importing.tables import people_table
from inspectors.models import PeopleImport, Pool
from inspectors.services.imports import MODELS
from inspectors.tables import RunTable
from inspectors.views.pages import download
from institutions.forms import UploadForm
from institutions.tables import RUN_TONES
from workbooks.template import write_template

HOME = {Pool.INSPECTORS.value: "inspectors:list", Pool.EXPERTS.value: "inspectors:experts"}


def upload(request: Request, pool: str) -> HttpResponse:
    _check(request, pool)
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        run = services.start_import(file, pool=pool, file_name=file.name, by=request.user)
        return redirect("inspectors:import_run", run.pk)
    runs = arrange(RunTable(PeopleImport.objects.visible_to(request.user).filter(pool=pool)), request)
    context = {"form": form, "runs": runs, "pool": pool, "label": Pool(pool).label, "home": reverse(HOME[pool])}
    return render(request, "inspectors/import.html", context)


def template(request: Request, pool: str) -> HttpResponse:
    _check(request, pool)
    return download(write_template(people_table(pool, request.user).spec), f"{Pool(pool).label}名录-模板.xlsx")


def _check(request: Request, pool: str) -> None:
    if pool not in HOME:
        raise Http404
    require(request.user, "import", MODELS[pool])


def import_run(request: Request, pk: int) -> HttpResponse:
    run = _run(request, pk)
    context = {
        "run": run,
        "job": run.commit_job or run.check_job,
        "tone": RUN_TONES[run.state],  # type: ignore[index]
        "home": reverse(HOME[run.pool]),
        "label": Pool(run.pool).label,
        "stats": _stats(run.counts),
        "verdict": _verdict(run),
        "may_commit": can(request.user, "commit", run) and (run.commit_job is None or run.commit_job.came_to_nothing),
    }
    return render(request, "inspectors/import_run.html", context)


def _stats(counts: dict[str, int]) -> list[dict[str, Any]]:
    words = (
        ("读到", "rows", "行", ""), ("新增", "added", "人", ""), ("变更", "changed", "人", ""),
        ("不变", "same", "人", ""), ("错误", "errors", "处", "overdue"), ("提醒", "warnings", "处", "waiting"),
    )  # fmt: skip
    return [
        {"label": label, "value": counts[key], "unit": unit, "tone": tone if counts[key] else ""}
        for label, key, unit, tone in words
        if key in counts
    ]


def _verdict(run: PeopleImport) -> str:
    if run.imported_at:
        return "已导入名录库。"
    if run.counts.get("errors"):
        return "有错误，一行也没有导入。请按下面列出的位置改正后重新上传。"
    return "没有错误。确认导入后全部写入名录库；如果名录库在此期间有变动，系统会要求重新试运行。"


def import_progress(request: Request, pk: int) -> HttpResponse:
    """The progress alone; once the job is over the whole page comes anew."""
    run = _run(request, pk)
    job = run.commit_job or run.check_job
    answer = render(request, "inspectors/import_run.html#progress", {"run": run, "job": job})
    if job is None or not job.is_open:
        answer.headers["HX-Refresh"] = "true"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def confirm(request: Request, pk: int) -> HttpResponse:
    run = _run(request, pk)
    services.confirm_import(run, by=request.user)
    return redirect("inspectors:import_run", run.pk)


def _run(request: Request, pk: int) -> PeopleImport:
    runs = PeopleImport.objects.visible_to(request.user).select_related("check_job", "commit_job")
    return get_object_or_404(runs, pk=pk)
