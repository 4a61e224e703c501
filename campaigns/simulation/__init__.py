"""模拟推演: what a plan would probably give, before anything is frozen.

The plan is drawn thousands of times by the engine itself under random seeds that nobody keeps; only sums are kept.
No secret, contribution or draw of the campaign is read, and no single simulated result is stored.
"""

from campaigns.simulation.counting import DRAWS
from campaigns.simulation.figures import Figure, figures_of
from campaigns.simulation.running import (
    KIND,
    Basis,
    can_simulate,
    changes_since,
    check_ready,
    latest_result,
    read_basis,
    simulate_campaign,
    start_simulation,
)

__all__ = [
    "DRAWS",
    "KIND",
    "Basis",
    "Figure",
    "can_simulate",
    "changes_since",
    "check_ready",
    "figures_of",
    "latest_result",
    "read_basis",
    "simulate_campaign",
    "start_simulation",
]
