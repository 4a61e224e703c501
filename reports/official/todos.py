"""What writers and approvers of documents find on their workbench."""

from collections.abc import Iterator

from django.urls import reverse

from accounts import workbench
from accounts.models import User
from accounts.workbench import ToDo
from campaigns.todos import MOST_SHOWN
from reports.models import Document
from reports.official.rules import ISSUERS, WRITERS
from reports.states import DocumentState


def documents_to_see_to(user: User) -> Iterator[ToDo]:
    own = Document.objects.filter(bureau=user.bureau_id).order_by("pk")
    if user.bureau_id and user.has_role(*ISSUERS):
        for document in own.filter(state=DocumentState.PRESENTED)[:MOST_SHOWN]:
            text = f"待签发：{document.title}"
            yield ToDo(text, document.get_absolute_url(), "查看")
    if user.bureau_id and user.has_role(*WRITERS):
        for document in own.filter(state=DocumentState.DRAFT, created_by=user).exclude(words="")[:MOST_SHOWN]:
            yield ToDo(f"退回修改：{document.title}", reverse("reports:document_edit", args=[document.pk]), "修改")


workbench.offer(todos=documents_to_see_to)
