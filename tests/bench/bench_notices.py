"""A merged PDF of 500 inspection notices: what it costs over one WeasyPrint render of the same pages, and how much faster
two printing processes are than one.

Run: python tests/bench/bench_notices.py [number of notices]
"""

import io
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Cost:
    """Seconds: own and children's of the processor, and on the wall; and what was made."""

    own: float
    children: float
    wall: float
    made: bytes

    @property
    def pages(self) -> int:
        return len(PdfReader(io.BytesIO(self.made)).pages)


def cost_of(work: Callable[[], bytes]) -> Cost:
    before, wall = os.times(), time.perf_counter()
    made = work()
    after = os.times()
    own = after.user + after.system - before.user - before.system
    children = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(own, children, time.perf_counter() - wall, made)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    rows = notices(count)
    html, css = notices_html(rows)
    render_inspection_notices(rows[:WARM])
    bare_weasyprint(*notices_html(rows[:WARM]))
    bare = cost_of(lambda: bare_weasyprint(html, css))
    one, two = cost_of(lambda: merged(rows, 1)), cost_of(lambda: merged(rows, 2))
    ratio, speed = one.own / bare.own, one.wall / two.wall
    unhindered = one.own / (two.own + two.children / 2)
    print(f"{'way':<26}{'own s':>8}{'children s':>12}{'wall s':>9}{'pages':>7}{'kB':>8}")
    for label, cost in (("one WeasyPrint render", bare), ("merged, one process", one), ("merged, two processes", two)):
        size = len(cost.made) / 1000
        print(f"{label:<26}{cost.own:>8.1f}{cost.children:>12.1f}{cost.wall:>9.1f}{cost.pages:>7}{size:>8.0f}")
    print(f"cost {ratio:.2f} (allowed {ALLOWED_RATIO}), speed {speed:.2f} (wanted {WANTED_SPEED}), {count} notices")
    print(f"by processor time alone, as on a machine with two idle cores: speed {unhindered:.2f}")
    return 0 if ratio <= ALLOWED_RATIO and speed >= WANTED_SPEED and bare.pages == one.pages == two.pages else 1


if __name__ == "__main__":
    sys.exit(main())
