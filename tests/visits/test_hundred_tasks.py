"""A campaign of a hundred tasks played to every kind of end: each figure of the boards equals a count by SQL of its own,
and each number of a page opens as many rows."""

from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Bureau, User
from campaigns.models import Campaign
from institutions.models import Institution
from tests.visits import counts, hundred
from tests.visits.game import Cast
from visits import boards, onsite
from visits.models import Rectification, Visit


@pytest.mark.django_db
@pytest.mark.usefixtures("media_root")
@pytest.mark.once_with_sqlite
@pytest.mark.long
def test_hundred_tasks_end_in_every_way_and_every_board_counts_them():
    campaign, cast = hundred.play_all()
    take_stock()
    today = timezone.localdate()

    check_ends(campaign)
    check_open_visits(cast)
    check_escalated(today)
    check_boards(today)
    check_funnel(campaign)
    check_workload(campaign)
    check_dossiers(cast)
    check_board_pages(cast, today)
    check_progress_pages(campaign, cast)
    check_workload_and_calendar_pages(campaign, cast, today)


def take_stock() -> None:
    """What a running PostgreSQL does by itself: without knowing how full the tables are, it takes minutes for a page."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def check_ends(campaign: Campaign) -> None:
    states = dict(campaign.tasks.values_list("number", "state"))
    expected = {
        f"{campaign.number}-{number:03d}": (name, end.state) for number, (name, end) in enumerate(hundred.plays())
    }

    assert {number: (name, states[number]) for number, (name, _) in expected.items()} == expected
    assert len(states) == hundred.TASKS


def check_open_visits(cast: Cast) -> None:
    """Nobody is sent to a task that was replaced, or whose result was adopted."""
    ended = ("replaced", "cancelled", "adopted")
    people = [person.user for people in cast.people.values() for person in people]
    on_devices = {visit.task.state for user in people for visit in onsite.own_visits(user)}

    assert Visit.objects.filter(task__state__in=ended, state="planned").exists()
    assert not Visit.objects.standing().filter(task__state__in=ended).exists()
    assert on_devices == {"notified", "inspecting", "concluded"}


def check_escalated(today: date) -> None:
    late = Rectification.objects.filter(escalated_at__isnull=False).values_list("bureau").order_by()
    expected = {
        code: found["rectifications_late"]
        for code, found in counts.boards(today).items()
        if "rectifications_late" in found
    }

    assert Counter(code for (code,) in late) == expected


def check_boards(today: date) -> None:
    """Of every bureau, also of those that nothing waits for."""
    figures, waits = counts.boards(today), counts.waits(today)

    for bureau in Bureau.objects.all():
        found = asdict(boards.board_of(bureau, today))
        assert found == dict.fromkeys(counts.BOARD, 0) | figures[bureau.pk], bureau.pk
        rows = boards.waits_of(bureau, today)
        assert {(each.what, each.whom, each.count, each.late) for each in rows} == waits[bureau.pk], bureau.pk
        assert len(rows) == len(waits[bureau.pk])
    assert {figure for found in figures.values() for figure in found} == set(counts.BOARD)
    assert {what for found in waits.values() for what, *_ in found} == set(counts.WAITS)


def check_funnel(campaign: Campaign) -> None:
    """Each stage within the one before, in the whole as in each bureau; the bureaus together are the whole."""
    whole = {stage: count for stage, _, count in boards.funnel_of(campaign)}
    by_bureau = {code: stages for code, _, stages in boards.funnels_by_bureau(campaign.tasks.all())}

    assert whole == counts.funnel(campaign.pk)
    assert by_bureau == counts.funnels(campaign.pk)
    assert set(by_bureau) == set(hundred.COUNTY_OF)
    for stages in (whole, *by_bureau.values()):
        assert all(before >= after for before, after in pairwise(stages.values())), stages
    assert {stage: sum(stages[stage] for stages in by_bureau.values()) for stage in whole} == whole


def check_workload(campaign: Campaign) -> None:
    expected = counts.workloads(campaign.year)
    found = {
        bureau.pk: sorted(load[1:] for load in boards.loads_of(bureau, campaign.year))
        for bureau in Bureau.objects.all()
    }

    assert {code: rows for code, rows in found.items() if rows} == expected
    assert boards.loads_of(Bureau.objects.get(pk="scjg:140200"), campaign.year - 1) == []


def check_dossiers(cast: Cast) -> None:
    """Of every institution, as the province sees it."""
    by, expected = cast.officer(hundred.PROVINCE), counts.dossiers()

    for institution in Institution.objects.all():
        years = boards.dossier_of(institution, by)
        found = {
            "tasks": sum(len(each.tasks) for each in years),
            "results": sum(len(each.results) for each in years),
            "findings": sum(len(each.findings) for each in years),
            "open_findings": sum(each.open_findings for each in years),
            "measures": sum(len(each.measures) for each in years),
            "rectifications": sum(len(each.rectifications) for each in years),
        }
        assert {figure: count for figure, count in found.items() if count} == expected[institution.pk], institution


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rows_at(client: Client, address: str) -> int:
    return int(client.get(address).context["table"].paginator.count)


def check_board_pages(cast: Cast, today: date) -> None:
    """An officer finds all that concerns the own bureau."""
    figures, waits = counts.boards(today), counts.waits(today)
    opened: set[str] = set()

    for code, officer in cast.officers.items():
        client = client_of(officer)
        page = client.get("/board/").context
        stats = [stat for _, group in page["groups"] for stat in group]
        shown = {key_of(stat["url"]): stat["value"] for stat in stats}
        assert shown == dict.fromkeys(counts.BOARD, 0) | figures[code], code
        assert {(each.what, each.whom, each.count, each.late) for each, *_ in page["waits"]} == waits[code], code
        numbers = {stat["url"]: stat["value"] for stat in stats} | {url: each.count for each, _, url in page["waits"]}
        check_rows(client, numbers, opened)
    assert opened == {*counts.BOARD, *counts.WAITS}


def key_of(address: str) -> str:
    return address.split("/")[3]


def check_rows(client: Client, numbers: dict[str, int], opened: set[str]) -> None:
    """Behind each number are as many rows: of each kind, at the first bureau where there are any."""
    for address, number in numbers.items():
        if number and key_of(address) not in opened:
            assert rows_at(client, address) == number, address
            opened.add(key_of(address))


def check_progress_pages(campaign: Campaign, cast: Cast) -> None:
    """The province sees the whole campaign, a county what is there, whoever organises it."""
    for code, place in ((hundred.PROVINCE, ""), ("scjg:140214", "140214")):
        client = client_of(cast.officer(code))
        page = client.get(f"/campaigns/{campaign.pk}/progress/").context
        expected = list(counts.funnel(campaign.pk, place=place).values())
        assert [stage.count for stage in page["stages"]] == page["chart"]["series"][0]["values"] == expected
        cells = [[count for count, _ in row["cells"]] for row in page["bureaus"]]
        assert [sum(column) for column in zip(*cells, strict=True)] == expected
        if code == hundred.PROVINCE:
            assert cells == [list(stages.values()) for _, stages in sorted(counts.funnels(campaign.pk).items())]
        check_stages(client, page)


def check_stages(client: Client, page: Any) -> None:
    """Behind three of the stages, and behind the last of one bureau, are as many rows."""
    for stage in page["stages"][::2]:
        assert rows_at(client, stage.url) == stage.count
    count, address = page["bureaus"][0]["cells"][-1]
    assert rows_at(client, address) == count


def check_workload_and_calendar_pages(campaign: Campaign, cast: Cast, today: date) -> None:
    loads = counts.workloads(campaign.year)
    played = today - timedelta(days=hundred.DAYS_AGO)
    for code, officer in cast.officers.items():
        client = client_of(officer)
        page = client.get(f"/board/workload/?year={campaign.year}").context
        assert sorted(load[1:] for load in page["loads"]) == loads.get(code, []), code
        for first in {played.replace(day=1), (played + timedelta(days=3)).replace(day=1)}:
            page = client.get(f"/visits/?month={first:%Y-%m}").context
            assert page["count"] == counts.month(code, first), code
        assert page["unplanned_count"] == counts.unplanned(code), code
