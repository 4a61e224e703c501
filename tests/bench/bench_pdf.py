"""How much our printing costs over a bare WeasyPrint render of the same pages in one document.

Run: python tests/bench/bench_pdf.py [number of notices]
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from weasyprint import CSS, HTML  # noqa: E402

from reports.pdf import PRINT_FILES, LockedFetcher, notices_html, render_inspection_notices  # noqa: E402
from tests.reports.printed_samples import notices  # noqa: E402

ROUNDS = 3
ALLOWED_RATIO = 1.2


def bare_weasyprint(html: str, css: str) -> bytes:
    """The same HTML and CSS, straight to WeasyPrint with its own defaults; no template, no QR code is made here."""
    fetcher = LockedFetcher()
    widths = "".join(f".width-{percent}{{width:{percent}%}}" for percent in range(1, 101))
    sheets = [CSS(PRINT_FILES / "notice.css", url_fetcher=fetcher), CSS(string=css + widths)]
    return HTML(string=html, base_url="app:/", url_fetcher=fetcher).write_pdf(stylesheets=sheets)


def seconds(work: Callable[[], bytes]) -> tuple[float, bytes]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    batch = notices(count)
    html, css = notices_html(batch)
    render_inspection_notices(batch[:2])
    bare_weasyprint(*notices_html(batch[:2]))
    pairs = [
        (seconds(lambda: bare_weasyprint(html, css)), seconds(lambda: render_inspection_notices(batch)))
        for _ in range(ROUNDS)
    ]
    bare, ours = (median(pair[side][0] for pair in pairs) for side in (0, 1))
    ratio = median(mine[0] / theirs[0] for theirs, mine in pairs)
    print(f"{'way':<34}{'seconds':>9}{'ms/notice':>11}{'kB':>8}")
    print(
        f"{'bare WeasyPrint, same pages':<34}{bare:>9.2f}{bare / count * 1000:>11.1f}{len(pairs[0][0][1]) / 1000:>8.0f}"
    )
    print(
        f"{'render_inspection_notices':<34}{ours:>9.2f}{ours / count * 1000:>11.1f}{len(pairs[0][1][1]) / 1000:>8.0f}"
    )
    print(f"ratio {ratio:.2f} (allowed {ALLOWED_RATIO}), {count} notices, median of {ROUNDS}")
    return 0 if ratio <= ALLOWED_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
