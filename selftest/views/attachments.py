"""Evidence: put on an item, taken off, and given to those who may see it."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.uploads import MAX_BYTES
from selftest import attaching
from selftest.errors import SelfCheckError
from selftest.models import Attachment, SelfCheck
from selftest.views.portal import own_self_check

MOST_AT_ONCE = 10
PICTURE_RULES = "default-src 'none'; frame-ancestors 'none'; sandbox"
PDF_RULES = "default-src 'none'; frame-ancestors 'none'"
"""Without `sandbox`: in one, browsers do not open their PDF viewers. The type is fixed, so nothing else is made of it."""
SHOWN_IN_PAGE = {"image/jpeg": PICTURE_RULES, "image/png": PICTURE_RULES, "application/pdf": PDF_RULES}


@require_POST
def attach(request: Request, pk: int, item: int) -> HttpResponse:
    """One or more files for one place of an item; each that is refused is named with the reason."""
    self_check = own_self_check(request, pk)
    point = request.POST.get("point", "")
    if self_check.round.form.parsed.item(item) is None or (point and not point.isdecimal()):
        raise Http404
    index = int(point) if point else None
    refusals = list(_attach_all(request, self_check, item, index))
    return _answer(request, self_check, item, index, refusals, "文件已上传。")


def _attach_all(request: Request, self_check: SelfCheck, item: int, point: int | None) -> Iterable[str]:
    """What was refused, in words."""
    files: list[UploadedFile[bytes]] = request.FILES.getlist("file")
    if not files:
        yield "请先选择文件。"
    for file in files[:MOST_AT_ONCE]:
        name = str(file.name)
        try:
            attaching.attach(self_check, item, point, name, file.read(MAX_BYTES + 1), by=request.user)
        except SelfCheckError as refused:
            yield f"“{name}”：{refused}"
    if len(files) > MOST_AT_ONCE:
        yield f"一次最多上传 {MOST_AT_ONCE} 个文件，其余 {len(files) - MOST_AT_ONCE} 个没有上传。"


@require_POST
def remove_attachment(request: Request, pk: int) -> HttpResponse:
    found = Attachment.objects.visible_to(request.user).select_related("self_check__round__form")
    attachment = get_object_or_404(found, pk=pk)
    refusals = []
    try:
        attaching.remove(attachment, by=request.user)
    except SelfCheckError as refused:
        refusals.append(str(refused))
    return _answer(request, attachment.self_check, attachment.item, attachment.point, refusals, "文件已移除。")


def _answer(
    request: Request, self_check: SelfCheck, item: int, point: int | None, refusals: list[str], done: str
) -> HttpResponse:
    """The place anew for htmx, the item's page for everybody else."""
    if request.htmx:
        context = {
            "self_check": self_check,
            "item": item,
            "point": point,
            "attachments": self_check.attachments.live().filter(item=item, point=point),
            "is_writable": attaching.takes_files(self_check, item),
            "refusals": refusals,
        }
        return render(request, "selftest/_attachments.html", context)
    for words in refusals:
        messages.error(request, words)
    if not refusals:
        messages.success(request, done)
    return redirect(reverse("selftest:fill_item", args=[self_check.pk, item]) + f"#attachments-{point}")


@require_GET
def attachment(request: Request, pk: int) -> FileResponse:
    """The file. Pictures and PDF are shown by the browser, alone in a page that may do nothing; others are saved."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    if not found.file.storage.exists(str(found.file.name)):
        raise Http404
    rules = SHOWN_IN_PAGE.get(found.media_type)
    answer = FileResponse(found.file.open("rb"), as_attachment=rules is None, filename=found.name)
    answer.headers["Content-Type"] = found.media_type if rules else "application/octet-stream"
    answer.headers["Content-Security-Policy"] = rules or PICTURE_RULES
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
