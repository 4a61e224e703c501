"""Documents become PDF bytes here: the only module that imports WeasyPrint.

Nothing is fetched while printing but the files of `reports/print` and of FONT_DIR: no network, no other file.
Import this module in workers only, or inside the function that prints: it takes half a second and 50 MB.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import segno
from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from reports.documents import DrawMinutes, InspectionNotice, OfficialDocument, TaskListSheet
from reports.typesetting import (
    Flag,
    flag_stylesheet,
    lay_out_blocks,
    lay_out_flag,
    lay_out_table,
    seal_rows,
    title_lines,
)

PRINT_FILES = Path(__file__).resolve().parent / "print"
LONGEST_DATA_URI = 200_000

# Files an agency may put into FONT_DIR: they come before the free fonts of the same face.
AGENCY_FACES = {
    "fangsong": "Agency FangSong",
    "kaiti": "Agency KaiTi",
    "heiti": "Agency HeiTi",
    "song": "Agency Song",
    "xiaobiaosong": "Agency XiaoBiaoSong",
}
FONT_SUFFIXES = (".otf", ".ttf")

# Full-width characters a line, in the type sizes of reports/print.
OFFICIAL_LINE = 28
NOTICE_SEALS_LINE = 30
TASK_LIST_LINE = 84
LETTER_FLAG_MM = 27.0
CLOSER_LINES_MM = (9.8, 9.4, 9.1)
MOSTLY_SEALS = 0.3  # of a page's height lie above them: the margin, a line or two, the list of attachments

COLUMN_WIDTHS = "\n".join(f".width-{percent}{{width:{percent}%}}" for percent in range(1, 101))


class PrintingError(Exception):
    """A document could not be printed."""


class ForbiddenResource(PrintingError):
    """The document asked for something outside the files it may use."""


class LockedFetcher(URLFetcher):
    """Serves `app:/print/…` and `app:/fonts/…` from their folders and short data: URIs; refuses all else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"app", "data"}, allow_redirects=False, fail_on_errors=True)
        self.roots = {"print": PRINT_FILES, "fonts": agency_font_directory()}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("data:") and len(url) <= LONGEST_DATA_URI:
            return super().fetch(url, headers)
        if url.startswith("app:/"):
            return self._read_own_file(url)
        raise ValueError(f"refused: {url[:100]}")

    def _read_own_file(self, url: str) -> URLFetcherResponse:
        room, _, name = unquote(url.removeprefix("app:/")).partition("/")
        root = self.roots.get(room)
        path = (root / name).resolve() if root else None
        if root is None or path is None or not path.is_relative_to(root):
            raise ValueError(f"refused: {url[:100]}")
        content_type = "text/css; charset=utf-8" if path.suffix == ".css" else "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})


def agency_font_directory() -> Path | None:
    directory = getattr(settings, "FONT_DIR", None)
    return Path(directory).resolve() if directory else None


def _agency_faces() -> str:
    directory = agency_font_directory()
    files = sorted(directory.iterdir()) if directory else []
    return "\n".join(
        f'@font-face{{font-family:"{AGENCY_FACES[file.stem.lower()]}";src:url("app:/fonts/{file.name}")}}'
        for file in files
        if file.stem.lower() in AGENCY_FACES and file.suffix.lower() in FONT_SUFFIXES
    )


@dataclass
class Press:
    """What is costly to set up and safe to keep within one thread of one process."""

    process: int = field(default_factory=os.getpid)
    fonts: FontConfiguration = field(default_factory=FontConfiguration)
    fetcher: LockedFetcher = field(default_factory=LockedFetcher)
    sheets: dict[str, CSS] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.always = self.parse(_agency_faces() + COLUMN_WIDTHS)

    def parse(self, text: str) -> CSS:
        return CSS(string=text, base_url="app:/", font_config=self.fonts, url_fetcher=self.fetcher)

    def sheet(self, name: str) -> CSS:
        if name not in self.sheets:
            url = f"app:/print/{name}"
            self.sheets[name] = CSS(url=url, font_config=self.fonts, url_fetcher=self.fetcher)
        return self.sheets[name]


_kept = threading.local()


def _press() -> Press:
    """One press per thread; a forked worker builds its own."""
    press: Press | None = getattr(_kept, "press", None)
    if press is None or press.process != os.getpid():
        press = _kept.press = Press()
    return press


def render_pdf(html: str, *, stylesheets: Sequence[str], computed_css: str = "", tagged: bool = True) -> bytes:
    """Print HTML with the named files of `reports/print`; equal input gives equal bytes.

    tagged: with the structure that screen readers need; costs a tenth of the time.
    Raises ForbiddenResource when the HTML or CSS refers to anything but those files and FONT_DIR.
    """
    try:
        press = _press()
        sheets = [press.always, *(press.sheet(name) for name in stylesheets), press.parse(computed_css)]
        page = HTML(string=html, base_url="app:/", url_fetcher=press.fetcher)
        printed: bytes = page.write_pdf(stylesheets=sheets, font_config=press.fonts, pdf_tags=tagged)
    except FatalURLFetchingError as error:  # a BaseException: `except Exception` would miss it
        raise ForbiddenResource(str(error)) from error
    return printed


def render_many(pages: Sequence[str], *, stylesheets: Sequence[str]) -> bytes:
    """Several documents in one file; each is laid out by itself and counts its own pages. Not tagged: for printers."""
    try:
        press = _press()
        sheets = [press.always, *(press.sheet(name) for name in stylesheets)]
        documents = [
            HTML(string=page, base_url="app:/", url_fetcher=press.fetcher).render(
                stylesheets=sheets, font_config=press.fonts
            )
            for page in pages
        ]
        together = documents[0].copy([page for document in documents for page in document.pages])
        printed: bytes = together.write_pdf()
    except FatalURLFetchingError as error:  # a BaseException: `except Exception` would miss it
        raise ForbiddenResource(str(error)) from error
    return printed


def render_official_document(document: OfficialDocument) -> bytes:
    flag = lay_out_flag(document.issuers, suffix=document.suffix)
    context = {
        "document": document,
        "flag": flag,
        "title_lines": title_lines(document.title),
        "body": lay_out_blocks(document.body),
        "attachments": [(one, title_lines(one.title), lay_out_blocks(one.body)) for one in document.attachments],
        "seal_rows": seal_rows(document.signatures or document.issuers, line_characters=OFFICIAL_LINE),
    }
    html = render_to_string("pdf/official_document.html", context)
    css = flag_stylesheet(".flag", flag)
    return render_pdf(html, stylesheets=("official.css",), computed_css=css + _line_spacing(html, css))


def _line_spacing(html: str, css: str) -> str:
    """CSS of closer lines where the seals would drag the last line of the text to the next page, or the imprint be
    alone on one, and closer lines spare that page (GB/T 9704-2012, 7.3.5.5); else nothing."""
    usual = _ending(html, css)
    if not usual[-1]:
        return ""
    closer = [f"html{{line-height:{height}mm}}.seals{{margin-top:4mm}}" for height in CLOSER_LINES_MM]
    endings = {more: _ending(html, css + more)[:2] for more in closer}
    return min(("", *closer), key=lambda more: endings.get(more, usual[:2]))


def _ending(html: str, css: str) -> tuple[int, int, bool]:
    """Pages before the attachments, the place of the seals among them, and whether there is hardly any text with the
    seals or nothing but the imprint behind them."""
    pages = _laid_out(html, css).pages
    body = next((place for place, page in enumerate(pages) if "attachment-1" in page.anchors), len(pages))
    seals = next(place for place, page in enumerate(pages) if "seals" in page.anchors)
    is_dragged = seals > 0 and pages[seals].anchors["seals"][1] < pages[seals].height * MOSTLY_SEALS
    return body, seals, is_dragged or body > seals + 1


def _laid_out(html: str, css: str) -> Document:
    press = _press()
    page = HTML(string=html, base_url="app:/", url_fetcher=press.fetcher)
    sheets = [press.always, press.sheet("official.css"), press.parse(css)]
    return page.render(stylesheets=sheets, font_config=press.fonts)


def render_inspection_notices(notices: Sequence[InspectionNotice]) -> bytes:
    """One document for all notices; each starts on a right-hand page and counts its own pages.

    Only a single notice is tagged: a batch goes to the printer, not to a reader.
    At most about 200 notices a call: memory grows with each.
    """
    if not notices:
        raise PrintingError("no notice to print")
    html, css = notices_html(notices)
    return render_pdf(html, stylesheets=("notice.css",), computed_css=css, tagged=len(notices) == 1)


def notices_html(notices: Sequence[InspectionNotice]) -> tuple[str, str]:
    """The HTML of a batch and its computed CSS."""
    heads = {bureaus: place for place, bureaus in enumerate(dict.fromkeys(one.bureaus for one in notices))}
    flags: dict[tuple[str, ...], Flag] = {
        bureaus: lay_out_flag(bureaus, tallest_mm=LETTER_FLAG_MM) for bureaus in heads
    }
    css = "\n".join(flag_stylesheet(f".flag-{heads[bureaus]}", flag) for bureaus, flag in flags.items())
    sheets = [
        {
            "notice": one,
            "flag": flags[one.bureaus],
            "flag_place": heads[one.bureaus],
            "qr": qr_data_uri(one.verify_url) if one.verify_url else "",
            "seal_rows": seal_rows(one.bureaus, line_characters=NOTICE_SEALS_LINE),
        }
        for one in notices
    ]
    return render_to_string("pdf/inspection_notices.html", {"sheets": sheets}), css


def render_task_list(sheet: TaskListSheet) -> bytes:
    table = lay_out_table(sheet.columns, sheet.rows, line_characters=TASK_LIST_LINE)
    html = render_to_string("pdf/task_list.html", {"sheet": sheet, "table": table})
    return render_pdf(html, stylesheets=("task_list.css",))


def render_minutes(minutes: DrawMinutes) -> bytes:
    context = {
        "minutes": minutes,
        "title_lines": [piece for line in minutes.title.split("\n") for piece in title_lines(line)],
        "body": lay_out_blocks(minutes.body),
        "qr": qr_data_uri(minutes.record_url) if minutes.record_url else "",
    }
    return render_pdf(render_to_string("pdf/minutes.html", context), stylesheets=("official.css", "minutes.css"))


def qr_data_uri(text: str) -> str:
    """A QR code as SVG. The mask is fixed: choosing it costs ten times the rest and no reader minds."""
    code = segno.make_qr(text, error="m", mask=2, boost_error=False)
    uri: str = code.svg_data_uri(border=0, xmldecl=False, omitsize=True)
    return uri
