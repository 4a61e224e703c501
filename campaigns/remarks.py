"""Comments and objections of those who watch a draw: supervisors, and institutions within the objection period."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Draw, Remark
from campaigns.phases import is_open_for_objections
from campaigns.states import DrawState
from institutions.models import Institution


@transaction.atomic
def add_remark(
    draw: Draw, *, kind: Remark.Kind, words: str, by: User, institution: Institution | None = None
) -> Remark:
    """An institution can only object, and only until the end of the objection period; an objection holds the draw up."""
    draw = Draw.objects.select_for_update(of=("self",), no_key=True).get(pk=draw.pk)
    if not words.strip():
        raise CampaignError("请写明内容。")
    if kind == Remark.Kind.OBJECTION and draw.state != DrawState.FROZEN:
        raise WrongState("抽取已经完成或作废，不能再提出异议；如有意见，可以写在“意见”里。")
    if institution is not None:
        _check_institution(draw, institution, kind)
    remark = Remark(draw=draw, kind=kind, words=words.strip(), by=by, at=timezone.now(), institution=institution)
    remark.outcome = Remark.Outcome.OPEN if kind == Remark.Kind.OBJECTION else ""
    remark.full_clean()
    remark.save()
    audit.record("campaigns.remark", remark, by=by, facts={"draw": draw.code, "kind": kind})
    return remark


def _check_institution(draw: Draw, institution: Institution, kind: Remark.Kind) -> None:
    if kind != Remark.Kind.OBJECTION:
        raise CampaignError("机构在异议期内可以提出异议。")
    if not is_open_for_objections(draw):
        raise WrongState("异议期已过，或本次抽取没有设异议期。")
    if not draw.campaign.lead_bureau.region.scope == institution.county_id[: len(draw.campaign.scope)]:
        raise CampaignError("该机构不在本次抽取的地区。")


@transaction.atomic
def reject_objection(remark: Remark, *, words: str, by: User) -> Remark:
    """The lead answers why the objection does not hold. Accepting one is voiding the freeze (`Act.VOID`)."""
    remark = Remark.objects.select_for_update(of=("self",), no_key=True).select_related("draw").get(pk=remark.pk)
    if remark.outcome != Remark.Outcome.OPEN:
        raise WrongState("该异议已经处理。")
    if not words.strip():
        raise CampaignError("请写明不予采纳的理由。")
    with audit.recorded("campaigns.answer_remark", remark, by=by, facts={"draw": remark.draw.code}):
        remark.outcome, remark.answer = Remark.Outcome.REJECTED, words.strip()
        remark.answered_by, remark.answered_at = by, timezone.now()
        remark.save(update_fields=["outcome", "answer", "answered_by", "answered_at"])
    return remark
