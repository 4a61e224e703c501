"""A document as PDF or .docx, at once: it is one document, however long. And what each task has of papers."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.http import Request
from accounts.lists import arrange
from accounts.rules import can
from campaigns.models import Campaign
from reports.models import Document, DocumentVersion
from reports.official.content import printable
from reports.official.papers import PaperTable, papers_of
from reports.official.views.documents import get_document
from reports.requests import LONGEST_TITLE, UNFIT_FOR_FILE_NAMES
from reports.responses import file_answer


@require_GET
def pdf(request: Request, pk: int) -> HttpResponse:
    from reports.pdf import render_official_document  # noqa: PLC0415  # half a second and 50 MB, once somebody asks

    document = get_document(request, pk)
    paper = printable(document, _version(request, document))
    return file_answer(render_official_document(paper), _name(document, "pdf"), "application/pdf")


@require_GET
def word(request: Request, pk: int) -> HttpResponse:
    from reports.official.docx import DOCX, render_docx  # noqa: PLC0415  # slow to import, once somebody asks

    document = get_document(request, pk)
    paper = printable(document, _version(request, document))
    return file_answer(render_docx(paper), _name(document, "docx"), DOCX)


def _version(request: Request, document: Document) -> DocumentVersion | None:
    """An earlier one (?version=2) for those who write it."""
    number = request.GET.get("version", "")
    if not number.isdecimal() or len(number) > 5 or not can(request.user, "write", document):
        return None
    return get_object_or_404(document.versions, number=int(number))


def _name(document: Document, suffix: str) -> str:
    title = document.title.translate(UNFIT_FOR_FILE_NAMES)[:LONGEST_TITLE]
    return f"{document.number or '草稿'} {title}.{suffix}"


@require_GET
def task_papers(request: Request, pk: int) -> HttpResponse:
    """The documents that are made of a task's own records, task by task."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    table = arrange(PaperTable(papers_of(request.user, campaign)), request)
    template = "reports/documents/papers.html#rows" if request.htmx else "reports/documents/papers.html"
    return render(request, template, {"campaign": campaign, "table": table})
