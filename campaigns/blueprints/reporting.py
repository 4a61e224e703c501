from dataclasses import replace

from campaigns.blueprints.content import Blueprint, DutyPlan
from campaigns.blueprints.dates import in_year
from campaigns.models import Campaign


def duties_in(blueprint: Blueprint, campaign: Campaign) -> list[DutyPlan]:
    """What the notice asks to be handed in, with its days in the campaign's own year."""
    shift = campaign.year - blueprint.year
    return [
        replace(each, due_on=in_year(each.due_on, each.due_on.year + shift)) if each.due_on else each
        for each in blueprint.duties
    ]
