"""线索移送函: the referral as a letter in the layout of GB/T 9704, with its evidence listed and a receipt to send back."""

from collections.abc import Iterator

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import Request
from reports.datasets import long_date
from reports.documents import Attachment, Block, Column, Contact, OfficialDocument, Paragraph, Rows, Table
from reports.responses import file_answer
from reports.typesetting import (
    TITLE_CHARACTERS,
    flag_stylesheet,
    in_fours,
    lay_out_blocks,
    lay_out_flag,
    seal_rows,
    title_lines,
    width_in_characters,
)
from visits.models import Evidence, Referral

EVIDENCE_COLUMNS = (
    Column("序号", 0.4, "center", unbroken=True), Column("名称", 1.4), Column("取得时间", 1, "center"), Column("SHA-256 摘要", 2.4)
)  # fmt: skip
RECEIPT_COLUMNS = (Column("项目", 1), Column("内容", 3))
BLANK = "\n\u3000\n"
"""Room to write by hand."""


def letter_of(referral: Referral) -> OfficialDocument:
    sender = referral.sender
    contact = Contact(sender.contact_office or sender.short_name, sender.contact_phone)
    return OfficialDocument(
        issuers=(sender.name,),
        number=referral.number,
        title="\n".join(_title(sender.name, referral.subject)),
        recipients=_receiver(referral),
        body=tuple(_body(referral)),
        issued_on=timezone.localdate(referral.sent_at),
        attachments=tuple(_attachments(referral)),
        contacts=(contact,) if contact.phone else (),
    )


def _title(sender: str, subject: str) -> tuple[str, ...]:
    """Lines: the name of whom it is about stays in one piece."""
    end = "有关问题线索的函"
    about = (subject + end,) if width_in_characters(subject + end) <= TITLE_CHARACTERS else (subject, end)
    return f"{sender}关于移送", *about


def _receiver(referral: Referral) -> str:
    return referral.receiver.name if referral.receiver else referral.outside


def _body(referral: Referral) -> Iterator[Block]:
    yield Paragraph(
        f"{_origin(referral)}发现，{referral.subject}涉嫌存在违法违规问题，根据职责分工和管辖规定，现将有关线索移送你单位处理。"
    )
    for words in referral.text.splitlines():
        if words.strip():
            yield Paragraph(words.strip())
    finding = referral.finding
    if finding and finding.facts not in referral.text:
        yield Paragraph(f"检查查明的事实：{finding.facts}")
    if finding and finding.legal_basis and str(finding.legal_basis) not in referral.text:
        yield Paragraph(f"涉嫌违反{finding.legal_basis}。")
    yield Paragraph(
        f"请你单位依法核查处理，并于{long_date(referral.due_on)}前将办理情况书面反馈我单位；不属于你单位职责或者管辖的，请说明理由。"
    )


def _origin(referral: Referral) -> str:
    """Never who complained, nor that somebody did."""
    if referral.complaint_id or referral.task is None:
        return "我单位在监督管理工作中"
    return f"我单位在{referral.task.campaign.title}中（任务编号 {referral.task.number}）"


def _attachments(referral: Referral) -> Iterator[Attachment]:
    evidence = list(referral.finding.evidence.all()) if referral.finding else []
    if evidence:
        yield Attachment("证据材料清单", (Table(EVIDENCE_COLUMNS, _evidence_rows(evidence)),))
    yield Attachment("线索移送回执", (Table(RECEIPT_COLUMNS, _receipt_rows(referral)),))


def _evidence_rows(evidence: list[Evidence]) -> Rows:
    return tuple(
        (str(place), each.name, timezone.localtime(each.taken_at).strftime("%Y-%m-%d %H:%M"), in_fours(each.digest))
        for place, each in enumerate(evidence, start=1)
    )


def _receipt_rows(referral: Referral) -> Rows:
    return (
        ("移送编号", referral.number),
        ("移送单位", referral.sender.name),
        ("接收单位", _receiver(referral)),
        ("是否接收", f"□ 接收{BLANK}□ 不予接收，理由：{BLANK}"),
        ("回执编号", BLANK),
        ("承办机构", BLANK),
        ("联系人和电话", BLANK),
        ("接收日期（盖章）", f"{BLANK}{BLANK}{BLANK}　　　　　　　　年　　月　　日"),
    )


def print_letter(referral: Referral) -> bytes:
    from reports.pdf import OFFICIAL_LINE, render_pdf  # noqa: PLC0415  # half a second and 50 MB, once somebody asks

    document = letter_of(referral)
    flag = lay_out_flag(document.issuers)
    context = {
        "document": document,
        "flag": flag,
        "title_lines": title_lines(document.title),
        "body": lay_out_blocks(document.body),
        "attachments": [(one, title_lines(one.title), lay_out_blocks(one.body)) for one in document.attachments],
        "seal_rows": seal_rows(document.issuers, line_characters=OFFICIAL_LINE),
    }
    html = render_to_string("pdf/official_document.html", context)
    return render_pdf(html, stylesheets=("official.css",), computed_css=flag_stylesheet(".flag", flag))


@require_GET
def referral_letter(request: Request, pk: int) -> HttpResponse:
    """For whoever sees the referral."""
    evidence = Prefetch("finding__evidence", Evidence.objects.whole())
    seen = Referral.objects.visible_to(request.user).prefetch_related(evidence)
    related = ("sender", "receiver", "task__campaign", "finding__legal_basis")
    referral = get_object_or_404(seen.select_related(*related), pk=pk)
    return file_answer(print_letter(referral), f"线索移送函{referral.number}.pdf", "application/pdf")
