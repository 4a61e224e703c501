"""Entries of devices that were offline: in any order, any number of times, each once, and none overwritten unseen."""

from itertools import permutations
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.visits import world
from visits import attending, recording, signing
from visits.codes import Check, Outcome
from visits.errors import VisitError
from visits.models import Entry, Operation
from visits.recording import Given

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

LINE = "block:people"
State = Operation.State


@pytest.fixture
def visit():
    return world.started()


def entry(base: Given | None, facts: str, *, line: str = LINE, answer: str = Check.PROBLEM) -> Given:
    values = {"answer": answer, "facts": facts}
    return Given(uuid4(), line, base.id if base else None, values, timezone.now())


def standing(visit) -> dict[str, str]:
    return dict(Entry.objects.filter(visit=visit).values_list("line", "facts"))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_authors_entries_end_the_same_in_any_order_of_arrival(visit, order):
    by = world.team(visit.task)[0]
    first = entry(None, "一")
    second = entry(first, "二")
    queue = [first, second, entry(second, "三")]

    for number in order:
        recording.record(visit, queue[number], by=by)

    assert standing(visit) == {LINE: "三"}
    assert set(visit.operations.values_list("state", flat=True)) == {State.APPLIED}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_arrives_twice_or_late_is_kept_once_and_nothing_is_lost(visit, data):
    """Two officers enter chains on one line, delivered in any order with repetitions: every text is there once, either
    standing, or replaced by its own author's next, or shown as a rival."""
    Entry.objects.filter(visit=visit).update(facts="")
    line = data.draw(st.sampled_from(["block:legal", "block:equipment", "block:other"]), label="line")
    people = world.team(visit.task)[:2]
    stands = Entry.objects.filter(visit=visit, line=line).first()
    queues = []
    for number in range(2):
        chain: list[Given] = []
        for step in range(data.draw(st.integers(1, 3))):
            base = chain[-1].id if chain else stands.operation_id if stands else None
            values = {"answer": Check.PROBLEM, "facts": f"{number}-{step}-{uuid4().hex}"}
            chain.append(Given(uuid4(), line, base, values, timezone.now()))
        queues.append([(people[number], each) for each in chain])
    sent = data.draw(st.permutations([*queues[0], *queues[1], queues[0][0], queues[1][-1]]))

    for by, each in sent:
        recording.record(visit, each, by=by)

    kept = {operation.pk: operation for operation in visit.operations.filter(line=line)}
    assert {each.id for queue in queues for _, each in queue} <= set(kept)
    states = [[kept[each.id].state for _, each in queue] for queue in queues]
    winner = next(number for number in range(2) if State.APPLIED in states[number])
    assert State.WAITING not in states[0] + states[1]
    assert set(states[winner]) == {State.APPLIED}
    assert states[1 - winner] == [State.SETTLED] * (len(states[1 - winner]) - 1) + [State.RIVAL]
    assert Entry.objects.get(visit=visit, line=line).facts == queues[winner][-1][1].values["facts"]


def test_rival_is_shown_to_both_until_somebody_settles_it(visit):
    mine, theirs = world.team(visit.task)[:2]
    first, other = entry(None, "两人无证"), entry(None, "人员齐全", answer=Check.SOUND)
    recording.record(visit, first, by=mine)
    kept = recording.record(visit, other, by=theirs)
    seen = recording.rivals_of(visit)

    both = Given(
        uuid4(),
        LINE,
        first.id,
        {"answer": Check.PROBLEM, "facts": "两人无证，其余齐全"},
        timezone.now(),
        "",
        (other.id,),
    )
    recording.record(visit, both, by=theirs)

    assert kept.state == State.RIVAL
    assert [(line, [each.by for each in rivals]) for line, rivals in seen.items()] == [(LINE, [theirs])]
    assert recording.rivals_of(visit) == {}
    assert standing(visit) == {LINE: "两人无证，其余齐全"}
    assert Operation.objects.get(pk=other.id).settled_by == both.id


def test_two_who_enter_the_same_have_no_dispute(visit):
    mine, theirs = world.team(visit.task)[:2]
    recording.record(visit, entry(None, "两人无证"), by=mine)

    again = recording.record(visit, entry(None, "两人无证"), by=theirs)

    assert (again.state, recording.rivals_of(visit)) == (State.SETTLED, {})


def test_known_number_with_another_text_is_refused(visit):
    by = world.team(visit.task)[0]
    first = entry(None, "一")
    recording.record(visit, first, by=by)

    with pytest.raises(VisitError, match="同一编号"):
        recording.record(visit, Given(first.id, LINE, None, {"facts": "二"}, timezone.now()), by=by)
    assert standing(visit) == {LINE: "一"}


@pytest.mark.parametrize(
    ("line", "values", "words"),
    [
        ("block:none", {}, "检查表没有这一行。"),
        (LINE, {"motto": "x"}, "没有这一栏：motto。"),
        (LINE, {"answer": "maybe"}, "检查情况不在可选范围内。"),
        (LINE, {"agreement": "agrees"}, "只有自查项目可以与自查核对。"),
        (LINE, {"facts": "长" * 4001}, "情况描述不超过 4000 字。"),
        ("matter:M-sthj", {"answer": "sound"}, "“检查事项 sthj”由其他部门检查和录入。"),
    ],
)
def test_entry_that_the_sheet_does_not_know_is_refused_and_not_kept(visit, line, values, words):
    given = Given(uuid4(), line, None, values, timezone.now())

    with pytest.raises(VisitError, match=words):
        recording.record(visit, given, by=world.team(visit.task)[0])
    assert not Operation.objects.exists()


def test_queue_goes_on_after_an_entry_that_is_refused(visit):
    by = world.team(visit.task)[0]
    good, bad = entry(None, "一"), entry(None, "二", line="block:none")

    told = recording.record_all(visit, [bad, good], by=by)

    assert [isinstance(answer, VisitError) for _, answer in told] == [True, False]
    assert standing(visit) == {LINE: "一"}


def test_record_that_changed_after_signing_is_signed_again_or_explained(visit):
    world.fill(visit)
    world.sign_all(visit)
    before = signing.standing_signatures(visit).count()
    known = Entry.objects.get(visit=visit, line=LINE)

    later = Given(uuid4(), LINE, known.operation_id, {"answer": Check.SOUND, "facts": "补充"}, timezone.now())
    recording.record(visit, later, by=world.team(visit.task)[1])

    signature = visit.signatures.first()
    assert (before, signing.standing_signatures(visit).count(), visit.signatures.count()) == (3, 0, 3)
    assert signing.differences(visit, signature) == [LINE]
    assert signing.digest_of(signature.record) == signature.digest
    with pytest.raises(VisitError, match="签字后记录又有变动"):
        attending.end_visit(visit, outcome=Outcome.INSPECTED, by=world.team(visit.task)[0])
    ended = attending.end_visit(visit, outcome=Outcome.INSPECTED, changes="补录", by=world.team(visit.task)[0])
    assert ended.changed_after_signing == "补录"
