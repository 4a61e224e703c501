"""Where a frozen draw stands: what its sources still owe it, whether objections are open. Reads only."""

from enum import Enum

from django.utils import timezone

from campaigns.models import Contribution, Draw, Remark
from campaigns.states import DrawState


class Phase(Enum):
    """Where the contributions of a frozen draw stand; the value is what is asked for now."""

    COMMIT = "承诺随机数"
    PUBLIC = "录入公开数值"
    REVEAL = "揭示随机数"
    COMPLETE = "随机数已齐"


def phase_of(draw: Draw) -> Phase:
    return phase_from(list(draw.contributions.all()))


def phase_from(contributions: list[Contribution]) -> Phase:
    if any(not each.is_public and not each.commitment for each in contributions):
        return Phase.COMMIT
    if any(each.is_public and not each.value for each in contributions):
        return Phase.PUBLIC
    return Phase.REVEAL if any(not each.value for each in contributions) else Phase.COMPLETE


def is_asked_in(contribution: Contribution, phase: Phase) -> bool:
    """Whether this source still has to do what the phase asks for."""
    if contribution.value or contribution.is_public != (phase == Phase.PUBLIC):
        return False
    return not (phase == Phase.COMMIT and contribution.commitment)


def what_is_missing(draw: Draw) -> list[Contribution]:
    """Whose turn it is: who has not committed; else the public values that are not entered; else who has not revealed."""
    rows = list(draw.contributions.select_related("bureau"))
    match phase_from(rows):
        case Phase.COMMIT:
            return [each for each in rows if not each.is_public and not each.commitment]
        case Phase.PUBLIC:
            return [each for each in rows if each.is_public and not each.value]
        case Phase.REVEAL:
            return missing_reveals(draw)
    return []


def missing_reveals(draw: Draw) -> list[Contribution]:
    rows = draw.contributions.filter(value="").exclude(kind="public").select_related("bureau")
    refused = [row for row in rows if row.refused_at]
    return refused or list(rows)


def is_open_for_objections(draw: Draw) -> bool:
    is_frozen = draw.state == DrawState.FROZEN
    return bool(is_frozen and draw.objections_until and timezone.now() <= draw.objections_until)


def open_objections(draw: Draw) -> int:
    return draw.remarks.filter(outcome=Remark.Outcome.OPEN).count()
