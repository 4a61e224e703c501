"""A merged PDF of 500 inspection notices: what it costs over one WeasyPrint render of the same pages, and how much faster
two printing processes are than one.

Run: python tests/bench/bench_notices.py [number of notices]
"""

import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from pypdf import PdfReader  # noqa: E402

from reports.documents import InspectionNotice  # noqa: E402
from reports.merging import batches, merge_parts  # noqa: E402
from reports.pdf import notices_html, render_inspection_notices  # noqa: E402
from reports.pressroom import printed  # noqa: E402
from reports.tasks import NOTICES_PER_STEP  # noqa: E402
from tests.bench.bench_pdf import bare_weasyprint  # noqa: E402
from tests.reports.printed_samples import notices  # noqa: E402

RENDERER = "reports.pdf:render_inspection_notices"
ALLOWED_RATIO = 1.2
WANTED_SPEED = 1.7
WARM = 2


def merged(rows: list[InspectionNotice], processes: int) -> bytes:
    """As reports.tasks does it, without the rows of a database."""
    found = (batch for _, batch in batches(rows, NOTICES_PER_STEP))
    file, parts = io.BytesIO(), printed(RENDERER, found, processes=processes)
    merge_parts(file, enumerate(parts), of=len(rows), progress=lambda *told: None)
    return file.getvalue()


def measured(work: Callable[[], bytes]) -> tuple[float, float, bytes]:
    """(processor seconds of this process, seconds on the wall, what it made)."""
    cpu, wall = time.process_time(), time.perf_counter()
    made = work()
    return time.process_time() - cpu, time.perf_counter() - wall, made


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    rows = notices(count)
    html, css = notices_html(rows)
    render_inspection_notices(rows[:WARM])
    bare_weasyprint(*notices_html(rows[:WARM]))
    bare_cpu, bare_wall, bare = measured(lambda: bare_weasyprint(html, css))
    one_cpu, one_wall, one = measured(lambda: merged(rows, 1))
    _, two_wall, two = measured(lambda: merged(rows, 2))
    pages = [len(PdfReader(io.BytesIO(made)).pages) for made in (bare, one, two)]
    ratio, speed = one_cpu / bare_cpu, one_wall / two_wall
    print(f"{'way':<34}{'cpu s':>9}{'wall s':>9}{'pages':>7}{'kB':>8}")
    print(f"{'one WeasyPrint render':<34}{bare_cpu:>9.1f}{bare_wall:>9.1f}{pages[0]:>7}{len(bare) / 1000:>8.0f}")
    print(f"{'merged, one process':<34}{one_cpu:>9.1f}{one_wall:>9.1f}{pages[1]:>7}{len(one) / 1000:>8.0f}")
    print(f"{'merged, two processes':<34}{'':>9}{two_wall:>9.1f}{pages[2]:>7}{len(two) / 1000:>8.0f}")
    print(f"cost {ratio:.2f} (allowed {ALLOWED_RATIO}), speed {speed:.2f} (wanted {WANTED_SPEED}), {count} notices")
    return 0 if ratio <= ALLOWED_RATIO and speed >= WANTED_SPEED and len(set(pages)) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
