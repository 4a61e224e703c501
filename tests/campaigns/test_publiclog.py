"""The public log: every event of every draw stands in it, and whatever is changed in it shows."""

import json
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import guards
from campaigns import anchors, contributing, disclosing, publiclog
from campaigns import draw as engine
from campaigns.models import Act, LogEntry, LogEvent
from campaigns.voiding import void_draw
from tests.campaigns import datong

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_postgres]


@pytest.fixture
def pool():
    datong.pool()
    datong.officers()


@pytest.fixture
def frozen(pool):
    return datong.frozen()


def walk_through() -> list[str]:
    """A draw whose freeze is voided, one that a source refuses, one that is drawn, changed and disclosed."""
    campaign = datong.agreed(datong.planned())
    first = datong.freeze(campaign)
    void_draw(datong.approved(campaign, Act.VOID, draw=first, reason="名录有误"))
    second = datong.freeze(again(campaign))
    datong.commit(second)
    datong.enter_public(second)
    contributing.refuse_to_reveal(second.contributions.get(source="ga:140200"), by=datong.liaison(datong.POLICE))
    draw = datong.freeze(again(campaign))
    datong.contribute(draw)
    draw = datong.run(draw)
    publiclog.append(draw, LogEvent.SUBSTITUTED, transcript="e" * 64)
    disclosing.disclose_draw(draw, by=datong.approver(), today=timezone.localdate() + timedelta(days=999))
    return [f"{entry.draw.number} {entry.event}" for entry in LogEntry.objects.select_related("draw")]


def again(campaign):
    campaign.refresh_from_db()
    return campaign


def test_every_event_is_in_the_log_and_the_engine_verifies_it(pool):
    contributed = ["committed", "committed", "public_value"]

    events = walk_through()

    assert events == [
        "1 frozen",
        "1 voided",
        *(f"2 {event}" for event in ("frozen", *contributed, "refused", "voided")),
        *(
            f"3 {event}"
            for event in ("frozen", *contributed, "revealed", "revealed", "drawn", "substituted", "disclosed")
        ),
    ]
    assert {event.split()[1] for event in events} == set(LogEvent.values)
    head = publiclog.head()
    assert head.number == len(events)
    assert engine.verify_log(publiclog.whole(), [(head.number, head.digest)]) is None


def test_published_text_is_the_whole_log(client, frozen):
    datong.contribute(frozen)
    answer = client.get("/public/log.json")
    text = b"".join(answer.streaming_content)
    assert json.loads(text) == publiclog.whole()
    assert engine.verify_log(engine.parse(text)) is None


def test_published_text_of_an_empty_log(db):
    assert json.loads("".join(publiclog.pieces())) == engine.make_log([])


OTHER = {
    "number": 999,
    "at": "2025-01-01T00:00:00+08:00",
    "draw_id": None,
    "event": "voided",
    "facts": {"commitment": "0" * 64},
    "previous": "1" * 64,
    "digest": "2" * 64,
}


def test_change_of_any_column_of_any_entry_is_found(frozen):
    datong.commit(frozen)
    another = another_draw()
    heads = [(publiclog.head().number, publiclog.head().digest)]
    assert {field.attname for field in LogEntry._meta.concrete_fields} - {"id"} == set(OTHER)
    unnoticed = []
    with guards.lifted(connection):
        for entry in LogEntry.objects.all():
            for column, value in OTHER.items():
                with transaction.atomic():
                    foreign = frozen if entry.draw_id == another.pk else another
                    LogEntry.objects.filter(pk=entry.pk).update(**{column: value or foreign.pk})
                    if engine.verify_log(publiclog.whole(), heads) is None:
                        unnoticed.append((entry.number, column))
                    transaction.set_rollback(True)
    assert unnoticed == []


def another_draw():
    return datong.freeze(datong.agreed(other_campaign()))


def other_campaign():
    campaign = datong.campaign(number="140200-2025-93")
    datong.line(campaign, "vehicle", 1)
    return campaign


def test_missing_entry_is_found(frozen):
    datong.commit(frozen)
    head = publiclog.head()
    unnoticed = []
    with guards.lifted(connection):
        for number in range(1, head.number + 1):
            with transaction.atomic():
                LogEntry.objects.filter(number=number).delete()
                if engine.verify_log(publiclog.whole(), [(head.number, head.digest)]) is None:
                    unnoticed.append(number)
                transaction.set_rollback(True)
    assert unnoticed == []


def test_changed_log_stops_the_draw(frozen):
    datong.contribute(frozen)
    with guards.lifted(connection):
        LogEntry.objects.filter(number=2).update(facts={"source": "scjg:140200", "commitment": "0" * 64})
    with pytest.raises(anchors.LogNotTrusted, match="系统的公开日志被改动过"):
        datong.run(frozen)
    frozen.refresh_from_db()
    assert (frozen.state, frozen.seed) == ("frozen", "")


def test_log_page_names_events_in_words(client, frozen):
    datong.commit(frozen)
    page = client.get("/public/log/").content.decode()
    assert "冻结两库和规则，公布承诺摘要" in page
    assert f"{frozen.contributions.get(source='ga:140200').bureau.name}封存随机数，公布承诺摘要" in page
    assert all(digest in page for digest in LogEntry.objects.values_list("digest", flat=True))


def test_log_is_shown_page_by_page_and_by_draw(client, frozen):
    for _ in range(60):
        publiclog.append(frozen, LogEvent.SUBSTITUTED, transcript="e" * 64)
    other = another_draw()
    first, last = (client.get(f"/public/log/?page={page}").content.decode() for page in (1, 99))
    assert ('id="entry-62"' in first, 'id="entry-1"' in first) == (True, False)
    assert ('id="entry-62"' in last, 'id="entry-1"' in last) == (False, True)
    own = client.get(f"/public/log/?draw={other.code}").content.decode()
    assert own.count('<li id="entry-') == 1


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda number, digest: (number, digest), "same"),
        (lambda number, digest: (number, " ".join(digest[n : n + 4].upper() for n in range(0, 64, 4))), "same"),
        (lambda number, digest: (0, engine.GENESIS), "same"),
        (lambda number, digest: (number, "0" * 64), "other"),
        (lambda number, digest: (number - 1, digest), "other"),
        (lambda number, digest: (number + 1, digest), "beyond"),
        (lambda number, digest: (0, digest), "other"),
        (lambda number, digest: (number, digest[:60]), ""),
        (lambda number, digest: ("二", digest), ""),
        (lambda number, digest: ("", ""), ""),
    ],
)
def test_printed_head_is_compared_with_the_log(client, frozen, change, outcome):
    datong.commit(frozen)
    head = publiclog.head()
    number, digest = change(head.number, head.digest)

    answer = client.get("/public/log/", {"number": number, "digest": digest})

    assert answer.status_code == HTTPStatus.OK
    assert answer.context["outcome"] == outcome
    words = {"same": "一致", "other": "不一致", "beyond": "不一致", "": "field-error"}
    assert words[outcome] in answer.content.decode()
