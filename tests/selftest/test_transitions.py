import pytest
from django.db import transaction

from accounts.models import AuditEvent
from selftest import filling, reviewing, submitting
from selftest.errors import SelfCheckError
from selftest.models import SelfCheck, Submission
from selftest.states import STEPS, SelfCheckState
from tests.selftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

REACHED = {
    SelfCheckState.INVITED: world.invited,
    SelfCheckState.FILLING: world.filled,
    SelfCheckState.SIGNING: lambda: world.submitted().self_check,
    SelfCheckState.SUBMITTED: world.signed,
    SelfCheckState.RETURNED: world.returned,
    SelfCheckState.ACCEPTED: world.accepted,
}


def last_version(self_check: SelfCheck) -> Submission:
    if found := self_check.submissions.order_by("-number").first():
        return found
    raise SelfCheckError("还没有提交")


ACTS = {
    "begin": lambda it: filling.begin(it, by=world.clerk(it)),
    "submit": lambda it: submitting.submit(it, by=world.clerk(it)),
    "withdraw": lambda it: submitting.withdraw(last_version(it), by=world.clerk(it)),
    "sign": lambda it: world.sign(last_version(it)),
    "return": lambda it: reviewing.return_items(it, {1: "请核对"}, by=world.county_officer()),
    "accept": lambda it: reviewing.accept(it, by=world.county_officer()),
}
"""`withdraw_again` is `withdraw` after a return; test_lifecycle.py goes that way."""


@pytest.mark.parametrize("state", SelfCheckState)
def test_every_step_from_this_state_moves_and_is_recorded_once_or_changes_nothing(state):
    self_check = REACHED[state]()

    for step in ACTS:
        try_one(SelfCheck.objects.get(pk=self_check.pk), step)


def try_one(self_check: SelfCheck, step: str) -> None:
    """In a transaction that is taken back, so that the next step starts from the same state."""
    with transaction.atomic():
        before = self_check.state
        moves = AuditEvent.objects.filter(action__startswith="selftest.").count()
        if before in STEPS[step].sources:
            ACTS[step](self_check)
            expected = (STEPS[step].target, moves + 1)
        else:
            with pytest.raises(SelfCheckError), transaction.atomic():
                ACTS[step](self_check)
            expected = (before, moves)
        self_check.refresh_from_db()
        assert (self_check.state, AuditEvent.objects.filter(action__startswith="selftest.").count()) == expected, step
        transaction.set_rollback(True)
