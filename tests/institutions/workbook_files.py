"""Workbooks as people upload them: rows of the pool table, written by openpyxl."""

import io
from typing import Any

from django.core.files.base import ContentFile
from openpyxl import Workbook

from institutions.models import ImportRun
from institutions.services import start_import
from jobs.running import run_job
from tests.factories import institutions as factories


def uscc(number: int) -> str:
    """Codes that the factories never give."""
    return factories.uscc(500_000 + number)


ROW: dict[str, Any] = {
    "法人单位名称": "大同市清风检测有限公司",
    "统一社会信用代码": uscc(1),
    "所在县区": "平城区",
    "证书编号": "240400000001",
    "领域": "机动车安全技术检验、排放检验",
    "批准日期": "2024-03-01",
    "有效日期": "2030-02-28",
}


def row(**values: Any) -> dict[str, Any]:
    return ROW | values


def workbook(*rows: dict[str, Any], before: tuple[tuple[Any, ...], ...] = ()) -> ContentFile:
    """A header of every title the rows use, under the rows of `before`."""
    book = Workbook()
    sheet = book.active
    sheet.title = "名录"
    for line in before:
        sheet.append(line)
    titles = list(dict.fromkeys(title for values in rows for title in values))
    sheet.append(titles)
    for values in rows:
        sheet.append([values.get(title) for title in titles])
    stream = io.BytesIO()
    book.save(stream)
    return ContentFile(stream.getvalue(), name="名录.xlsx")


def checked(file: ContentFile, *, by) -> ImportRun:
    """Upload and dry run."""
    run = start_import(file, file_name="名录.xlsx", by=by)
    run_job(run.check_job_id)
    run.refresh_from_db()
    return run


def faults(run: ImportRun) -> list[tuple[Any, ...]]:
    return list(run.faults.order_by("row", "column", "pk").values_list("row", "column", "level", "message"))
