"""People, pools and campaigns ready to be drawn, made through the services; Django is set up by whoever imports this.

The broker is out of reach here: what a service asks for waits in the table of jobs until the site's clock sends it.
"""

import threading
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from django.utils import timezone

from accounts.models import User
from campaigns import approvals
from campaigns.models import Act, Approval, Campaign, Draw
from tests.campaigns import datong
from tests.factories import accounts

PASSWORD = accounts.PASSWORD
PEOPLE = ("datong-officer", "datong-approver", "witness")
TASKS = 4
"""Of each draw: what datong.planned() asks for."""
_numbers = count(1)
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Ready:
    """A draw that waits for nothing but the second person's confirmation; ids."""

    campaign: int
    draw: int
    approval: int
    code: str


def make_people() -> None:
    """With both pools."""
    datong.pool()
    datong.officers(city=12, police=8, ecology=8, county=6)
    datong.officer()
    datong.supervisor()
    approver: User = datong.approver()
    approver.set_password(PASSWORD)
    approver.save(update_fields=["password"])


def agreed_campaign(**fields: object) -> Campaign:
    with _one_at_a_time:
        number = f"140200-2025-{next(_numbers)}"
        return datong.agreed(datong.planned(number=number, title=f"故障演习{number}", **fields))


def contributed_draw(**fields: object) -> Draw:
    draw = datong.freeze(agreed_campaign(**fields))
    datong.contribute(draw)
    return draw


def unrevealed_draw() -> Draw:
    """People have until tomorrow to reveal."""
    draw = datong.freeze(agreed_campaign())
    datong.commit(draw)
    datong.enter_public(draw)
    draw.refresh_from_db()
    assert draw.reveal_until
    assert draw.reveal_until < timezone.now() + timedelta(days=2)
    return draw


def hidden_draw() -> Draw:
    """Drawn, and disclosed by its own date tomorrow."""
    return datong.run(contributed_draw(discloses_on=timezone.localdate() + timedelta(days=1)))


def ready_draw() -> Ready:
    return proposed(contributed_draw())


def proposed(draw: Draw) -> Ready:
    approval: Approval = approvals.propose_act(draw.campaign, Act.DRAW, draw=draw, by=datong.officer())
    return Ready(draw.campaign_id, draw.pk, approval.pk, draw.code)
