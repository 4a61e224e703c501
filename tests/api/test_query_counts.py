"""A list costs the same with three rows and with fifty; so does an object with many parts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.campaigns import datong
from tests.factories import many

pytestmark = pytest.mark.django_db
MOST = 12
FEW, MANY = 3, 50


LISTS = {
    many.add_institutions: ("institutions",),
    many.add_inspectors: ("inspectors",),
    many.add_experts: ("experts",),
    many.add_campaigns: ("campaigns",),
    many.add_tasks: ("tasks",),
    many.add_jobs: ("jobs",),
    many.add_self_checks: ("self-checks", "self-check-problems", "self-check-changes"),
    many.add_visits: ("visits", "results", "findings", "measures", "rectifications", "referrals"),
}
"""What adds rows, and the lists in which they are."""


def queries_for(client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(found)


@pytest.mark.parametrize("add", LISTS)
def test_lists_cost_as_many_queries_with_many_rows(program, add):
    client = program(datong.officer())
    addresses = [f"/api/{name}/?page_size=200" for name in LISTS[add]]
    add(FEW)
    few = [queries_for(client, address) for address in addresses]
    add(MANY - FEW)

    assert [queries_for(client, address) for address in addresses] == few
    assert max(few) <= MOST


def test_draw_with_its_result_stays_within_the_limit(program):
    datong.pool()
    datong.officers()
    draw = datong.drawn()

    assert queries_for(program(datong.officer()), f"/api/draws/{draw.pk}/") <= MOST
