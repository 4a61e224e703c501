"""Self-checks and their receipts become PDF bytes. Import it where something is printed only, as reports.pdf."""

from collections.abc import Sequence

from django.template.loader import render_to_string

from reports.documents import Column
from reports.pdf import PrintingError, qr_data_uri, render_many, render_pdf
from reports.self_check_form import HeaderTable, SelfCheckSheet
from reports.self_check_receipt import Receipt
from reports.typesetting import PrintedTable, lay_out_table, title_lines

LINE = 84
"""Full-width characters of the tables' type across the landscape page."""
SIDE = Column("　　", unbroken=True)
"""The narrow column at the side of a header block, two characters wide."""
FORM_SHEETS = ("self_check.css",)


def render_self_check(sheet: SelfCheckSheet) -> bytes:
    return render_pdf(form_html(sheet), stylesheets=FORM_SHEETS)


def render_self_checks(sheets: Sequence[SelfCheckSheet]) -> bytes:
    """All in one file, each counting its own pages; at most about 50 a call: memory grows with each."""
    if not sheets:
        raise PrintingError("no self-check to print")
    return render_many([form_html(sheet) for sheet in sheets], stylesheets=FORM_SHEETS)


def form_html(sheet: SelfCheckSheet) -> str:
    context = {
        "sheet": sheet,
        "headers": [(header.label, _table(header)) for header in sheet.headers],
        "qr": qr_data_uri(sheet.check_url) if sheet.check_url else "",
    }
    return render_to_string("pdf/self_check.html", context)


def _table(header: HeaderTable) -> PrintedTable:
    rows = tuple(("", *row) for row in header.rows)
    return lay_out_table((SIDE, *header.columns), rows, line_characters=LINE)


def render_receipt(receipt: Receipt) -> bytes:
    context = {
        "receipt": receipt,
        "title_lines": title_lines(receipt.title),
        "qr": qr_data_uri(receipt.check_url),
    }
    html = render_to_string("pdf/self_check_receipt.html", context)
    return render_pdf(html, stylesheets=("official.css", "self_check_receipt.css"))
