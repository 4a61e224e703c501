"""Evidence for the items of a self-check: photographs, PDF and Office files, kept as long as a version names them."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from accounts.uploads import UploadRefused
from selftest import examining, transitions
from selftest.content import Item, Point
from selftest.errors import Locked, SelfCheckError
from selftest.filling import is_writable
from selftest.models import Attachment, SelfCheck

MOST_PER_POINT = 10
MOST_PER_SELF_CHECK = 200
MOST_EVER = 600
"""Of one self-check, with those taken off again."""
NAME_BYTES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where evidence can be put: a sub-point, or the item as a whole (`index` None) where it has no sub-points."""

    index: int | None
    point: Point | None
    attachments: list[Attachment] = field(default_factory=list)


def examine(name: str, content: bytes, *, self_check: SelfCheck, by: User) -> examining.Examined:
    """SelfCheckError with the reason when the file is not to be kept; one with a virus is put on record."""
    try:
        return examining.examine(name, content, subject=self_check, action="selftest.infected", by=by)
    except UploadRefused as refused:
        raise SelfCheckError(str(refused)) from refused


def attach(self_check: SelfCheck, item: int, point: int | None, name: str, content: bytes, *, by: User) -> Attachment:
    """Keep a file for one item, and one of its sub-points where it has any. The same file again changes nothing.

    Not to be called inside a transaction: the file is stored first, and taken away when its row cannot be.
    """
    _check_place(self_check, item, point, by)
    file = examine(name, content, self_check=self_check, by=by)
    attachment = Attachment(
        self_check=self_check, item=item, point=point, name=file.name, media_type=file.media_type,
        size=len(file.content), digest=file.digest, uploaded_by=by,
    )  # fmt: skip
    attachment.file.save(secrets.token_hex(NAME_BYTES), ContentFile(file.content), save=False)
    kept = None
    try:
        kept = _keep(attachment, by)
    finally:
        if kept is not attachment:
            attachment.file.storage.delete(str(attachment.file.name))
    return kept


@transaction.atomic
def _keep(attachment: Attachment, by: User) -> Attachment:
    """The row, or that of the same file if it is there already."""
    self_check = transitions.locked(attachment.self_check)
    _check_place(self_check, attachment.item, attachment.point, by)
    live = self_check.attachments.filter(removed_at=None)
    here = live.filter(item=attachment.item, point=attachment.point)
    if known := here.filter(digest=attachment.digest).first():
        return known
    if here.count() >= MOST_PER_POINT:
        raise SelfCheckError(f"每处最多上传 {MOST_PER_POINT} 个文件，请合并成一个 PDF，或先移除不需要的。")
    if live.count() >= MOST_PER_SELF_CHECK or self_check.attachments.count() >= MOST_EVER:
        raise SelfCheckError(f"一份自查表最多上传 {MOST_PER_SELF_CHECK} 个文件，请合并成 PDF，或由机构留存备查。")
    attachment.save()
    return attachment


def _check_place(self_check: SelfCheck, number: int, point: int | None, by: User) -> None:
    require(by, "fill", self_check)
    item = self_check.round.form.parsed.item(number)
    if item is None or (point is not None and not 0 <= point < len(item.points)):
        raise SelfCheckError("自查表没有这一项。")
    if not self_check.round.takes_uploads:
        raise SelfCheckError("本轮的证明材料由机构留存备查，不用上传。")
    _check_writable(self_check, number)


def _check_writable(self_check: SelfCheck, number: int) -> None:
    if not takes_files(self_check, number):
        raise Locked("这一项现在不能修改。")


def takes_files(self_check: SelfCheck, number: int) -> bool:
    """Whether files of this item can be added or taken off now."""
    carried = self_check.answers.filter(item=number, carried_from__isnull=False).exists()
    return self_check.round.takes_uploads and is_writable(self_check, number, carried=carried)


@transaction.atomic
def remove(attachment: Attachment, *, by: User) -> None:
    """Take a file off the form. It stays for the versions that name it; if none does, it is deleted."""
    self_check = transitions.locked(attachment.self_check)
    require(by, "fill", self_check)
    attachment = self_check.attachments.get(pk=attachment.pk)
    if attachment.removed_at is not None:
        return
    _check_writable(self_check, attachment.item)
    attachment.removed_at = timezone.now()
    attachment.save(update_fields=["removed_at"])
    audit.record("selftest.remove_attachment", self_check, by=by, facts=_facts(attachment))
    if not Attachment.objects.named_by_a_version().filter(pk=attachment.pk).exists():
        transaction.on_commit(lambda: attachment.file.storage.delete(str(attachment.file.name)))


def _facts(attachment: Attachment) -> dict[str, str | int | None]:
    return {"item": attachment.item, "point": attachment.point, "digest": attachment.digest}


def places(item: Item, attachments: Iterable[Attachment]) -> list[Place]:
    """Where evidence of one item can be put, with what lies there; `attachments` may hold those of other items."""
    found = [Place(index, point) for index, point in enumerate(item.points)]
    whole = Place(None, None)
    by_index = {place.index: place for place in (*found, whole)}
    for attachment in attachments:
        if attachment.item == item.number:
            by_index.get(attachment.point, whole).attachments.append(attachment)
    return [*found, whole] if whole.attachments or not found else found
