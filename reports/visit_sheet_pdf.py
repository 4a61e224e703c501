"""The check sheet becomes PDF bytes. Import it where something is printed only, as reports.pdf."""

from django.template.loader import render_to_string

from reports.pdf import qr_data_uri, render_pdf
from reports.visit_sheet import VisitSheet


def render_visit_sheet(sheet: VisitSheet) -> bytes:
    html = render_to_string("pdf/visit_sheet.html", {"sheet": sheet, "qr": qr_data_uri(sheet.address)})
    return render_pdf(html, stylesheets=("visit_sheet.css",))
