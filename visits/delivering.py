"""Telling the institution: how its notice was delivered, with proof."""

from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.models import InspectionNotice
from selftest.signing import Paper
from visits.codes import DeliveryMode
from visits.errors import Incomplete
from visits.models import Delivery


@transaction.atomic
def deliver(
    notice: InspectionNotice,
    *,
    mode: DeliveryMode,
    told_at: datetime,
    received_by: str = "",
    witness: str = "",
    words: str = "",
    proof: Paper | None = None,
    by: User,
) -> Delivery:
    """Enter a delivery made by an officer. Electronic ones are entered by the institution's own opening it."""
    delivery = Delivery(
        notice=notice, mode=mode, told_at=told_at, received_by=received_by.strip(), witness=witness.strip(),
        words=words.strip(), entered_by=by,
    )  # fmt: skip
    require(by, "enter", delivery)
    _check(delivery, has_proof=proof is not None)
    if proof:
        delivery.proof.save(proof.name, ContentFile(proof.content), save=False)
        delivery.proof_digest = proof.digest
    return _keep(delivery, by)


def minute_of(moment: datetime) -> datetime:
    """What people write down has no seconds: the same minute is not earlier."""
    return moment.replace(second=0, microsecond=0)


def _check(delivery: Delivery, *, has_proof: bool) -> None:
    if delivery.told_at > timezone.now():
        raise Incomplete("told_at", "送达时间不能晚于现在。")
    if delivery.told_at < minute_of(delivery.notice.issued_at):
        raise Incomplete("told_at", "送达时间不能早于通知书签发时间。")
    if delivery.mode == DeliveryMode.IN_PERSON and not delivery.received_by:
        raise Incomplete("received_by", "直接送达须填写签收人。")
    if delivery.mode == DeliveryMode.LEFT and not delivery.witness:
        raise Incomplete("witness", "留置送达须有见证人。")
    if delivery.mode == DeliveryMode.POST and not (has_proof or delivery.words):
        raise Incomplete("words", "邮寄送达须填写邮件编号，或上传回执。")


@transaction.atomic
def read(notice: InspectionNotice, *, by: User) -> Delivery:
    """The institution opened its notice: that is the receipt of an electronic delivery, entered once."""
    require(by, "read", Delivery(notice=notice))
    notice = InspectionNotice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice.pk)
    kept = notice.deliveries.filter(mode=DeliveryMode.ELECTRONIC).first()
    if kept:
        return kept
    delivery = Delivery(
        notice=notice, mode=DeliveryMode.ELECTRONIC, told_at=timezone.now(), received_by=by.name, entered_by=by
    )
    return _keep(delivery, by)


def _keep(delivery: Delivery, by: User) -> Delivery:
    with audit.recorded("visits.deliver", delivery, by=by, facts={"notice": delivery.notice.number}):
        delivery.save()
    return delivery
