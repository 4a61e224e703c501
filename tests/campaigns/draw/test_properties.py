"""What holds for every draw, tried on invented sheets; the engine against a second implementation."""

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import draw as engine
from tests.campaigns.draw import checks
from tests.campaigns.draw.checks import draw_invented
from tests.campaigns.draw.invented import OPTIONS, make_sheet

SEEDS = st.integers(min_value=0, max_value=2**32)
trying = settings(max_examples=80, deadline=None, derandomize=True)
trying_long = settings(trying, max_examples=40)


def sheet_and_transcript(seed):
    sheet = make_sheet(Random(seed))
    return sheet, draw_invented(sheet)


def drawn_of(transcript):
    return [row["id"] for line in transcript["result"]["lines"] for cell in line["cells"] for row in cell["drawn"]]


@trying
@given(SEEDS)
def test_second_opinion_agrees_through_substitutions(seed):
    checks.check_second_opinion(seed)


@trying_long
@given(SEEDS)
def test_second_opinion_agrees_where_seats_are_refilled_by_moving_people(seed):
    checks.check_second_opinion_of_staff(seed)


@trying_long
@given(SEEDS)
def test_second_opinion_agrees_while_one_leaves_after_the_other(seed):
    checks.check_one_leaves_after_the_other(seed)


def test_long_line_is_ranked_like_a_short_one():
    checks.check_long_ranking()


@trying
@given(SEEDS)
def test_draw_does_not_depend_on_the_order_of_entries(seed):
    sheet, transcript = sheet_and_transcript(seed)
    Random(seed).shuffle(sheet["institutions"])
    Random(seed).shuffle(sheet["inspectors"])

    if transcript is not None:
        assert engine.run(sheet, **OPTIONS) == transcript


@trying
@given(SEEDS)
def test_cells_hold_what_was_promised_and_nobody_twice(seed):
    sheet, transcript = sheet_and_transcript(seed)
    if transcript is None:
        return
    drawn, entries = drawn_of(transcript), {entry["id"]: entry for entry in sheet["institutions"]}

    assert len(drawn) == len(set(drawn))
    assert not any("excluded" in entries[id] for id in drawn)
    for promised, line in zip(engine.preview(sheet), transcript["result"]["lines"], strict=True):
        assert [cell.size for cell in promised.cells] == [len(cell["drawn"]) for cell in line["cells"]]
        for cell in line["cells"]:
            rows = [(row["tier"], row["ticket"]) for row in cell["drawn"] + cell["reserve"]]
            assert rows == sorted(rows)
            assert not {row["id"] for row in cell["reserve"]} & set(drawn)
    if sheet["quota"]:
        flagged = sum("centre" in entries[id]["flags"] for id in drawn)
        count = sheet["quota"]["count"]
        assert flagged == count if sheet["quota"]["mode"] == "exactly" else flagged >= count


@trying
@given(SEEDS)
def test_members_fit_and_gaps_cannot_be_filled(seed):
    sheet, transcript = sheet_and_transcript(seed)
    if transcript is None:
        return
    people = {person["id"]: person for person in sheet["inspectors"]}
    entries = {entry["id"]: entry for entry in sheet["institutions"]}
    tasks = Counter()
    for team in transcript["result"]["teams"]:
        members = [member["inspector"] for member in team["members"]]
        assert len(members) == len(set(members))
        tasks.update(members)
        for member in team["members"]:
            assert is_fit(people[member["inspector"]], entries[team["institution"]], member["pool"])
    assert all(number <= people[id]["limit"] for id, number in tasks.items())
    filled = sum(tasks.values())
    assert filled == most_places(transcript["result"]["teams"], people, entries)


def is_fit(person, institution, pool):
    return pool in person["pools"] and not {institution["id"], f"county:{institution['county']}"} & set(
        person["recused"]
    )


def most_places(teams, people, entries):
    """The most places any arrangement could fill: a maximum flow, one augmenting path at a time."""
    capacity = {}
    for team in teams:
        institution = team["institution"]
        gaps = [(gap["slot"], gap["pool"]) for gap in team["unfilled"] for _ in range(gap["number"])]
        places = [(member["slot"], member["pool"]) for member in team["members"]] + gaps
        for number, (slot, pool) in enumerate(places):
            place = ("place", institution, slot, number)
            capacity["source", place] = 1
            for id, person in people.items():
                if is_fit(person, entries[institution], pool):
                    capacity[place, ("seat", institution, id)] = 1
                    capacity[("seat", institution, id), ("person", id)] = 1
                    capacity[("person", id), "sink"] = person["limit"]
    neighbours = {}
    for left, right in list(capacity):
        capacity.setdefault((right, left), 0)
        neighbours.setdefault(left, set()).add(right)
        neighbours.setdefault(right, set()).add(left)
    flow = 0
    while augment(capacity, neighbours, "source", {"source"}):
        flow += 1
    return flow


def augment(capacity, neighbours, node, seen):
    if node == "sink":
        return True
    for following in neighbours.get(node, ()):
        if following not in seen and capacity[node, following] > 0:
            seen.add(following)
            if augment(capacity, neighbours, following, seen):
                capacity[node, following] -= 1
                capacity[following, node] += 1
                return True
    return False


def test_newcomer_does_not_reshuffle_the_others():
    """With the same seed each institution's ticket is its own; only the newcomer is new in the ranking."""
    ticket = engine.ranking.ticket_maker("ab" * 32, "institution")
    before = sorted((f"I{number}" for number in range(50)), key=lambda id: ticket(id, 0))
    after = sorted((f"I{number}" for number in range(51)), key=lambda id: ticket(id, 0))

    assert [id for id in after if id != "I50"] == before
