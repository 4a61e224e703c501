"""Contributing randomness in the protocol's order (section 3): people commit, the public value comes into being,
people reveal. So neither the last to reveal nor whoever could influence the public value can choose."""

import re
import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from campaigns import draw as engine
from campaigns import publiclog, transitions
from campaigns.errors import CampaignError, WrongState
from campaigns.models import Campaign, Contribution, Draw, LogEvent
from campaigns.phases import Phase, phase_of
from campaigns.states import DrawState
from campaigns.voiding import void_unrevealed

VALUE_LENGTH = 256
ORIGIN_LENGTH = 200
_is_digest = re.compile(r"[0-9a-f]{64}").fullmatch


@transaction.atomic
def commit_value(contribution: Contribution, *, commitment: str, by: User) -> Contribution:
    """Publish the digest of a value that stays with its owner (`engine.contribution_commitment` computes it)."""
    contribution = _locked(contribution, Phase.COMMIT)
    commitment = commitment.strip().lower()
    if not _is_digest(commitment):
        raise CampaignError("承诺摘要应为 64 位十六进制字符。")
    if contribution.is_public:
        raise CampaignError("公开数值不需要承诺。")
    if contribution.commitment:
        raise WrongState("该来源已经承诺，不能更改。")
    contribution.commitment = commitment
    contribution.committed_by, contribution.committed_at = by, timezone.now()
    contribution.save(update_fields=["commitment", "committed_by", "committed_at"])
    _record("campaigns.commit", contribution, by=by)
    publiclog.append(contribution.draw, LogEvent.COMMITTED, source=contribution.source, commitment=commitment)
    _open_reveal(contribution.draw)
    return contribution


@transaction.atomic
def enter_public_value(
    contribution: Contribution, *, value: str, origin: str, occurred_at: datetime, by: User
) -> Contribution:
    """Enter what came into being in public after everybody had committed, with where it can be looked up and when
    it came into being."""
    contribution = _locked(contribution, Phase.PUBLIC)
    if not contribution.is_public:
        raise CampaignError("该来源不是公开数值，应先承诺、后揭示。")
    if contribution.value:
        raise WrongState("该公开数值已经录入，不能更改。")
    if not origin.strip():
        raise CampaignError("请写明公开数值的出处，便于任何人核对。")
    _check_occurred(contribution.draw, occurred_at)
    contribution.origin, contribution.occurred_at = origin.strip()[:ORIGIN_LENGTH], occurred_at
    _give(contribution, _readable(value), by=by)
    _record("campaigns.enter_public_value", contribution, by=by)
    publiclog.append(
        contribution.draw,
        LogEvent.PUBLIC_VALUE,
        source=contribution.source,
        value=contribution.value,
        origin=contribution.origin,
        occurred_at=timezone.localtime(occurred_at).isoformat(timespec="seconds"),
    )
    _open_reveal(contribution.draw)
    return contribution


def _check_occurred(draw: Draw, occurred_at: datetime) -> None:
    """After the last commitment (to the minute: people type no seconds), and not in the future."""
    committed = [each.committed_at for each in draw.contributions.all() if each.committed_at]
    earliest = max([draw.frozen_at, *committed]).replace(second=0, microsecond=0)
    if occurred_at < earliest:
        shown = timezone.localtime(earliest).strftime("%Y-%m-%d %H:%M")
        raise CampaignError(f"公开数值须在冻结和全部承诺（{shown}）之后产生，此前已经存在的数值不能使用。")
    if occurred_at > timezone.now():
        raise CampaignError("产生时间还没有到，请在公开数值产生之后录入。")


def reveal_value(contribution: Contribution, *, value: str, by: User) -> Contribution:
    """Show the value that was committed to. Another value is refused; after the deadline the draw is void."""
    draw = Draw.objects.select_related("campaign").get(pk=contribution.draw_id)
    if draw.state == DrawState.FROZEN and draw.reveal_until and draw.reveal_until < timezone.now():
        void_unrevealed(draw)
        raise WrongState("已过揭示截止时间，本次抽取作废，未揭示的来源已列入公开记录。")
    with transaction.atomic():
        contribution = _locked(contribution, Phase.REVEAL)
        if contribution.value:
            raise WrongState("该来源已经揭示，不能更改。")
        value = _readable(value)
        if engine.contribution_commitment(contribution.source, value) != contribution.commitment:
            raise CampaignError("数值与此前公布的承诺摘要不符，未被接受。请核对承诺单上的数值，一字不差地填写。")
        _give(contribution, value, by=by)
        _record("campaigns.reveal", contribution, by=by)
        publiclog.append(draw, LogEvent.REVEALED, source=contribution.source, value=value)
    return contribution


@transaction.atomic
def refuse_to_reveal(contribution: Contribution, *, by: User) -> Draw:
    """The source says that it will not, or cannot, reveal: the draw is void at once, with its name on the record."""
    contribution = _locked(contribution, Phase.REVEAL)
    if contribution.value:
        raise WrongState("该来源已经揭示，不能再拒绝。")
    contribution.refused_by, contribution.refused_at = by, timezone.now()
    contribution.save(update_fields=["refused_by", "refused_at"])
    _record("campaigns.refuse", contribution, by=by)
    publiclog.append(contribution.draw, LogEvent.REFUSED, source=contribution.source)
    return void_unrevealed(contribution.draw)


def _locked(contribution: Contribution, phase: Phase) -> Contribution:
    """The contribution, campaign and draw locked (always in this order), while the draw asks for this very thing."""
    campaign = transitions.locked(Campaign.objects.get(draws=contribution.draw_id))
    draw = Draw.objects.select_for_update(of=("self",), no_key=True).get(pk=contribution.draw_id)
    draw.campaign = campaign
    if draw.state != DrawState.FROZEN:
        raise WrongState(f"抽取{draw.get_state_display()}，不能再提交。")
    found = Contribution.objects.select_related("bureau").get(pk=contribution.pk)
    found.draw = draw
    reached = phase_of(draw)
    if reached != phase:
        raise WrongState(f"现在的步骤是“{reached.value}”，不能{phase.value}。")
    return found


def _readable(value: str) -> str:
    value = unicodedata.normalize("NFC", value.strip())
    if not 1 <= len(value) <= VALUE_LENGTH or not value.isprintable():
        raise CampaignError("请填写 1 至 256 个字符，不含换行等控制字符。")
    return value


def _give(contribution: Contribution, value: str, *, by: User) -> None:
    contribution.value, contribution.given_by, contribution.given_at = value, by, timezone.now()
    contribution.save(update_fields=["value", "given_by", "given_at", "origin", "occurred_at"])


def _open_reveal(draw: Draw) -> None:
    """From the moment everything else is in, people have so many hours to reveal."""
    if draw.reveal_until is None and phase_of(draw) == Phase.REVEAL:
        draw.reveal_until = timezone.now() + timedelta(hours=draw.campaign.reveal_hours)
        draw.save(update_fields=["reveal_until"])


def _record(action: str, contribution: Contribution, *, by: User) -> None:
    facts = {"draw": contribution.draw.code, "source": contribution.source, "commitment": contribution.commitment}
    audit.record(action, contribution, by=by, facts=facts)
