"""What follows a visit becomes PDF bytes. Import it where something is printed only, as reports.pdf."""

from django.template.loader import render_to_string

from reports.pdf import LETTER_FLAG_MM, NOTICE_SEALS_LINE, qr_data_uri, render_pdf
from reports.typesetting import flag_stylesheet, lay_out_flag, seal_rows
from reports.visit_documents import RectificationOrder


def render_rectification_order(order: RectificationOrder) -> bytes:
    """A letter like the inspection notice, with its tear-off 送达回证."""
    flag = lay_out_flag((order.bureau,), tallest_mm=LETTER_FLAG_MM)
    context = {
        "order": order,
        "flag": flag,
        "qr": qr_data_uri(order.report_url) if order.report_url else "",
        "seal_rows": seal_rows((order.bureau,), line_characters=NOTICE_SEALS_LINE),
    }
    html = render_to_string("pdf/rectification_order.html", context)
    return render_pdf(html, stylesheets=("notice.css",), computed_css=flag_stylesheet(".flag", flag))
