from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.models import Region
from config.demo.institutions import institution_rows
from config.demo.seeding import workbook_of

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "samples"


class Command(BaseCommand):
    help = "Writes the sample workbooks of fixtures/samples; needs the reference data (load_reference)."

    def handle(self, *args: Any, **options: Any) -> None:
        counties = Region.objects.filter(level=Region.Level.COUNTY, kind=Region.Kind.GB, code__startswith="14")
        rows = [dict(row) for row in institution_rows(list(counties.select_related("parent")))]
        datong = [row for row in rows if row["所在县区"].startswith("1402")]
        self._write("datong-institutions.xlsx", datong)
        self._write("datong-institutions-with-faults.xlsx", with_faults(datong[:12]))

    def _write(self, name: str, rows: list[dict[str, str]]) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(workbook_of(rows))
        self.stdout.write(f"{name}: {len(rows)} rows")


def with_faults(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """What goes wrong most often, one kind a row."""
    faults: list[dict[str, str]] = [
        {"统一社会信用代码": "9.11402E+17"},
        {"统一社会信用代码": rows[1]["统一社会信用代码"][:-1] + "I"},
        {"所在县区": "天桥区"},
        {"所在县区": "忻府区"},
        {"领域": "机动车排放检测"},
        {"证书编号": "CMA-2024-001"},
        {"有效日期": "2025-02-30"},
        {"证书编号": rows[8]["证书编号"]},
        {},
        {"法人类型": "公司"},
        {"法人单位名称": ""},
        {},
    ]
    return [row | fault for row, fault in zip(rows, faults, strict=True)]
