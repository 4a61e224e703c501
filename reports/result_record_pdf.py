"""随机抽查情况记录表 becomes PDF bytes. Import it where something is printed only, as reports.pdf."""

from django.template.loader import render_to_string

from reports.pdf import render_pdf
from reports.result_record import ResultRecord


def render_result_record(record: ResultRecord) -> bytes:
    pairs = [*record.head, ("", "")] if len(record.head) % 2 else record.head
    context = {"record": record, "head": list(zip(pairs[::2], pairs[1::2], strict=True))}
    return render_pdf(render_to_string("pdf/result_record.html", context), stylesheets=("result_record.css",))
