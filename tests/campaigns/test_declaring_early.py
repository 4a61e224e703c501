"""Declarations of a draw that is not dispatched."""

import pytest

from campaigns import declaring
from campaigns.errors import WrongState
from campaigns.models import Declaration
from tests.campaigns import datong
from tests.campaigns.test_declaring import first_member

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_postgres]


def test_declaring_waits_for_the_dispatch():
    datong.pool()
    datong.officers()
    draw = datong.drawn()

    with pytest.raises(WrongState, match="任务待派发"):
        declaring.declare(first_member(draw), Declaration.NONE, by=datong.officer())
    assert datong.declared(draw.campaign) == 0
