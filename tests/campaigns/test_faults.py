"""Freezing and drawing die at every statement in turn and are run again: nothing half done, the same result once."""

import threading
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.db import connection, connections

from accounts.models import AuditEvent
from campaigns import draw as engine
from campaigns import drawing, freezing
from campaigns.models import Draw, DrawnInstitution, FrozenInspector, FrozenInstitution, Task, TeamMember
from campaigns.states import CampaignState
from tests.campaigns import datong

PRESSES = 6


class Killed(BaseException):
    """Like SIGKILL to the code under test: no handler of ours catches it, the open transaction is lost."""


@contextmanager
def killed_at(statement: int):
    """Die at the `statement`-th SQL statement: before it when odd, after it when even. Yields what was counted."""
    counted = [0]

    def count(execute, sql, params, many, context):
        counted[0] += 1
        if counted[0] == statement:
            raise Killed
        result = execute(sql, params, many, context)
        counted[0] += 1
        if counted[0] == statement:
            raise Killed
        return result

    with connection.execute_wrapper(count):
        yield counted


def dies_everywhere(act: Callable[[], Draw], nothing_done: Callable[[], bool], *, step: int) -> Draw:
    """Run `act`, killed at one point after the other, until it comes through."""
    point = 1
    while True:
        try:
            with killed_at(point):
                return act()
        except Killed:
            connection.close()
            assert nothing_done(), f"half done after a kill at point {point}"
        point += step


def counts() -> tuple[int, ...]:
    models = (Draw, FrozenInstitution, FrozenInspector, DrawnInstitution, Task, TeamMember, AuditEvent)
    return tuple(model.objects.count() for model in models)


@pytest.mark.django_db(transaction=True)
def test_freeze_killed_at_any_statement_leaves_nothing_and_happens_once():
    datong.pool(vehicle=4, eco=2, food=2)
    datong.officers()
    campaign = datong.agreed(datong.planned())
    before = counts()

    draw = dies_everywhere(
        lambda: freezing.freeze_campaign(campaign, by=datong.officer()), lambda: counts() == before, step=3
    )

    campaign.refresh_from_db()
    assert (Draw.objects.count(), campaign.state) == (1, CampaignState.FROZEN)
    assert draw.frozen_institutions.count() == 8


@pytest.mark.django_db(transaction=True)
def test_draw_killed_at_any_statement_gives_the_same_result_once():
    datong.pool(vehicle=4, eco=2, food=2)
    datong.officers()
    draw = datong.frozen()
    datong.contribute(draw)
    expected = engine.run(
        freezing.frozen_sheet(draw),
        secret=bytes.fromhex(draw.secret.value),
        frozen_at=draw.manifest["frozen_at"],
        contributions=dict(draw.contributions.values_list("source", "value")),
    )
    before = counts()

    done = dies_everywhere(
        lambda: drawing.run_draw(draw.campaign, by=datong.officer()), lambda: counts() == before, step=1
    )

    assert done.transcript.text == engine.dump(expected)
    assert (Draw.objects.count(), Task.objects.count()) == (1, 4)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["freeze", "draw"])
def test_pressing_at_the_same_time_happens_once(act):
    datong.pool(vehicle=4, eco=2, food=2)
    datong.officers()
    campaign = datong.agreed(datong.planned())
    if act == "draw":
        datong.contribute(freezing.freeze_campaign(campaign, by=datong.officer()))
    answers = press_at_once({"freeze": freezing.freeze_campaign, "draw": drawing.run_draw}[act], campaign)

    assert len({(draw.pk, draw.commitment, draw.result_digest) for draw in answers}) == 1
    assert len(answers) == PRESSES
    assert (Draw.objects.count(), Task.objects.count()) == (1, 4 if act == "draw" else 0)


def press_at_once(act: Callable[..., Draw], campaign) -> list[Draw]:
    officer, start, answers = datong.officer(), threading.Barrier(PRESSES), []

    def press() -> None:
        try:
            start.wait()
            answers.append(act(campaign, by=officer))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(PRESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
