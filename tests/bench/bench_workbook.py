"""What an official table of 50,000 rows × 12 columns costs, its sums written with their values, over openpyxl's own
write-only mode with the same styles, one cell a column used again for every row. Each runs in a process of its own.

Goals: at most 1.3 × openpyxl, peak memory below 300 MB, the sums right in a reader that does not compute.

Run: python tests/bench/bench_workbook.py
"""

import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from openpyxl import Workbook  # noqa: E402
from openpyxl.cell import WriteOnlyCell  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402

from workbooks.statistical import Field, Group, StatisticalSheet, Writer, leaves, write_statistics  # noqa: E402

ROWS, RUNS = 50_000, 3
ALLOWED_RATIO, ALLOWED_MEGABYTES = 1.3, 300
HEADERS = (
    ("序号", "integer"), ("任务编号", "text"), ("机构名称", "text"), ("统一社会信用代码", "text"), ("县区", "text"),
    ("领域", "text"), ("检查日期", "date"), ("措施", "text"), ("作出单位", "text"), ("决定日期", "date"),
    ("件数", "integer"), ("金额", "money"),
)  # fmt: skip


def at(place: int) -> Any:
    return lambda row: row[place]


COLUMNS = tuple(
    Field(header, at(place), kind, 16, is_summed=header in ("件数", "金额"))  # type: ignore[arg-type]
    for place, (header, kind) in enumerate(HEADERS)
)


def rows() -> Iterator[tuple[Any, ...]]:
    for number in range(1, ROWS + 1):
        day = date(2025, 1, 1) + timedelta(days=number % 365)
        yield (
            number, f"140200-2025-1-T{number:05d}", f"大同第{number}检验检测有限公司", f"91140213MA{number:08d}", "平城区",
            "机动车检验检测机构", day, "责令改正", "大同市市场监督管理局", day, number % 7, Decimal(number % 1000) / 100,
        )  # fmt: skip


def ours() -> bytes:
    sheet = StatisticalSheet(
        "处理处罚台账", "处理处罚台账", (*COLUMNS[:6], Group("处理", COLUMNS[6:])), rows(), "合计", fits_rows=False
    )
    stream = io.BytesIO()
    write_statistics(stream, [sheet])
    return stream.getvalue()


def plain() -> bytes:
    """The same cells with the same styles, as openpyxl's users write them when they know how."""
    book = Workbook(write_only=True)
    page = book.create_sheet("处理处罚台账")
    styled = Writer(page, StatisticalSheet("", "", COLUMNS, ()))
    cells: list[WriteOnlyCell] = [styled.body_cell(column) for column in leaves(COLUMNS)]
    styles = [cell._style for cell in cells]
    page.append([header for header, _ in HEADERS])
    for row in rows():
        for cell, value, style in zip(cells, row, styles, strict=True):
            cell.value = value
            cell._style = style
        page.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def measured(way: str) -> dict[str, Any]:
    """In this process: processor seconds, peak megabytes, and what calamine reads in the last row."""
    started = time.process_time()
    content = {"ours": ours, "plain": plain}[way]()
    seconds = time.process_time() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    last = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[-1]
    return {"seconds": seconds, "megabytes": megabytes, "last": [str(last[10]), str(last[11])]}


def apart(way: str) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).resolve()), way]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def main() -> int:
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1])))
        return 0
    runs = [(apart("plain"), apart("ours")) for _ in range(RUNS)]
    least = {way: min(run[place]["seconds"] for run in runs) for place, way in enumerate(("plain", "ours"))}
    ratio, peak = least["ours"] / least["plain"], max(own["megabytes"] for _, own in runs)
    expected = [float(sum(row[10] for row in rows())), float(sum(row[11] for row in rows()))]
    right = [float(each) for each in runs[0][1]["last"]] == expected
    print(f"workbook of {ROWS:,} × {len(HEADERS)}: openpyxl {least['plain']:.2f} s, ours {least['ours']:.2f} s, "
          f"ratio {ratio:.2f} (allowed {ALLOWED_RATIO}), peak {peak:.0f} MB (allowed {ALLOWED_MEGABYTES}), sums {'right' if right else 'WRONG'}")  # fmt: skip
    return 0 if ratio <= ALLOWED_RATIO and peak < ALLOWED_MEGABYTES and right else 1


if __name__ == "__main__":
    sys.exit(main())
