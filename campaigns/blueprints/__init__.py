"""The five notices as data, and campaigns made from them (product.md, the five notices it must run)."""

from campaigns.blueprints.content import BasisPlan, Blueprint, DutyPlan, LinePlan, StagePlan
from campaigns.blueprints.creating import Wishes, create_from_blueprint
from campaigns.blueprints.datong_2025 import DATONG_2025
from campaigns.blueprints.jincheng_2022 import JINCHENG_2022
from campaigns.blueprints.national_2023 import NATIONAL_2023
from campaigns.blueprints.placing import Placement, place
from campaigns.blueprints.reporting import duties_in
from campaigns.blueprints.shanxi_2024 import SHANXI_2024
from campaigns.blueprints.xinzhou_2023 import XINZHOU_2023

BLUEPRINTS = {each.key: each for each in (XINZHOU_2023, DATONG_2025, SHANXI_2024, NATIONAL_2023, JINCHENG_2022)}
"""By key, in the order in which they are offered."""

__all__ = [
    "BLUEPRINTS",
    "BasisPlan",
    "Blueprint",
    "DutyPlan",
    "LinePlan",
    "Placement",
    "StagePlan",
    "Wishes",
    "create_from_blueprint",
    "duties_in",
    "place",
]
