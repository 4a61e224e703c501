"""The public record: what stands there when, for people who are not signed in."""

import json
import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.utils import timezone

from campaigns import approvals, contributing, disclosing, disclosure, publiclog, substituting, transcripts
from campaigns import draw as engine
from campaigns.draw.canonical import digest_of
from campaigns.models import Act, Campaign, Cause, Draw
from campaigns.voiding import void_draw
from inspectors.models import Inspector
from tests.campaigns import datong

pytestmark = [pytest.mark.django_db, pytest.mark.once_with_sqlite]
FILES = ("transcript.json", "list.csv")


@pytest.fixture
def frozen() -> Draw:
    datong.pool()
    datong.officers()
    return datong.frozen()


@pytest.fixture
def drawn(frozen) -> Draw:
    datong.contribute(frozen)
    return datong.run(frozen)


@pytest.fixture
def disclosed(drawn) -> Draw:
    return disclose(drawn)


def disclose(draw: Draw) -> Draw:
    after = timezone.localdate() + timedelta(days=1)
    return disclosing.disclose_draw(draw, by=datong.approver(), today=max(after, disclosing.first_day(draw)))


def path(draw: Draw, name: str = "") -> str:
    return f"/public/draws/{draw.code}/{name}"


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def void(draw: Draw, reason: str = "名录有误") -> Draw:
    return void_draw(datong.approved(draw.campaign, Act.VOID, draw=draw, reason=reason))


def test_freeze_is_on_the_record_at_once(client, frozen):
    assert frozen.code in text_of(client, "/public/draws/")
    page = text_of(client, path(frozen))
    assert frozen.campaign.title in page
    assert frozen.commitment in page
    published = json.loads(text_of(client, path(frozen, "manifest.json")))
    assert published == frozen.manifest
    assert digest_of(published) == frozen.commitment


def test_commitments_values_and_result_digest_appear_as_they_are_given(client, frozen):
    datong.commit(frozen)
    page = text_of(client, path(frozen))
    for source in ("scjg:140200", "ga:140200"):
        assert engine.contribution_commitment(source, datong.value_of(source)) in page
    assert "骰子" not in page

    datong.enter_public(frozen)
    datong.reveal(frozen)
    page = text_of(client, path(frozen))
    assert all(datong.value_of(source) in page for source in frozen.sources)

    drawn = datong.run(frozen)
    page = text_of(client, path(frozen))
    assert drawn.result_digest in page
    assert "已抽取，名单尚未公开" in page


def test_nothing_of_the_result_before_it_is_disclosed(client, drawn):
    row = drawn.drawn_institutions.select_related("institution").first()
    secrets = [row.institution.name, row.institution.identifier, row.ticket[:16], drawn.seed, drawn.secret.value]
    for address in ("/public/draws/", path(drawn), path(drawn, "manifest.json"), "/public/log/", "/public/log.json"):
        answer = client.get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        assert [secret for secret in secrets if secret.encode() in body] == [], address


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_not_public_yet_is_like_a_missing_one(client, drawn, name):
    numbered = {"X-Request-ID": "0" * 32}
    before = client.get(path(drawn, name), headers=numbered)
    missing = client.get(f"/public/draws/140200-2025-93-1/{name}", headers=numbered)
    assert before.status_code == missing.status_code == HTTPStatus.NOT_FOUND
    assert before.content == missing.content
    assert dict(before.headers) == dict(missing.headers)


def test_disclosed_transcript_verifies_and_is_the_one_of_the_log(client, disclosed):
    transcript = json.loads(text_of(client, path(disclosed, "transcript.json")))
    assert engine.verify(transcript) is None
    assert engine.transcript_digest(transcript) == transcripts.current_digest(disclosed)
    page = text_of(client, path(disclosed))
    assert transcripts.current_digest(disclosed) in page
    assert disclosed.secret.value in page


def test_disclosed_list_names_nobody_unless_the_plan_publishes_names(client, disclosed):
    row = disclosed.drawn_institutions.select_related("institution").first()
    page, listed = text_of(client, path(disclosed)), text_of(client, path(disclosed, "list.csv"))
    assert row.institution.identifier in page
    assert row.institution.identifier in listed
    assert row.institution.name not in page + listed

    Campaign.objects.filter(pk=disclosed.campaign_id).update(publishes_drawn_list=True)
    page, listed = text_of(client, path(disclosed)), text_of(client, path(disclosed, "list.csv"))
    assert row.institution.name in page
    assert row.institution.name in listed


def test_list_holds_exactly_who_was_drawn(client, disclosed):
    lines = text_of(client, path(disclosed, "list.csv")).lstrip("\ufeff").splitlines()
    assert lines[0] == "条目,名次,代码,县级区划代码,签,替换情况"
    drawn = disclosed.drawn_institutions.filter(is_reserve=False).order_by("pk")
    assert [line.split(",")[2] for line in lines[1:]] == [row.institution.identifier for row in drawn]


def test_replaced_institution_is_told_once_disclosed_and_not_before(client):
    datong.pool()
    datong.officers()
    draw = datong.dispatched()
    task = draw.tasks.filter(line__code="vehicle").order_by("pk").first()
    proposed = substituting.propose_institution(
        task, cause=Cause.CLOSED, reason="大门上锁，邻居称已停业", by=datong.officer()
    )
    substituting.substitute(approvals.mark_confirmed(proposed, by=datong.approver()))
    out, into = task.institution.identifier, draw.substitutions.get().record["in"]
    for address in (path(draw), "/public/log/"):
        page = text_of(client, address)
        assert [code for code in (out, into) if code in page] == []
        assert "停业" not in page

    disclosed = disclose(draw)

    listed = text_of(client, path(disclosed, "list.csv"))
    notes = {line.split(",")[2]: line.split(",")[5] for line in listed.splitlines()[1:]}
    assert notes[out] == f"已由 {into} 替换：已停业关闭"
    assert notes[into] == f"替换进入，代替 {out}"
    assert set(notes.values()) == {"", notes[out], notes[into]}
    transcript = json.loads(text_of(client, path(disclosed, "transcript.json")))
    assert engine.verify(transcript) is None
    assert [each["in"] for each in transcript["substitutions"]] == [into]
    assert transcripts.current_digest(disclosed) in text_of(client, path(disclosed))


def test_official_and_inspector_are_never_named(client, disclosed):
    names = [datong.officer().name, datong.approver().name, datong.supervisor().name]
    names += Inspector.objects.values_list("name", flat=True)
    for address in ("/public/draws/", path(disclosed), path(disclosed, "transcript.json"), "/public/log/"):
        page = text_of(client, address)
        assert [name for name in names if name in page] == [], address


def test_voided_draw_stays_with_reason_and_result_digest(client, drawn):
    void(drawn, "名录中有两家重复")
    page = text_of(client, path(drawn))
    assert "名录中有两家重复" in page
    assert drawn.result_digest in page
    assert client.get(path(drawn, "transcript.json")).status_code == HTTPStatus.NOT_FOUND
    assert drawn.code in text_of(client, "/public/draws/?state=void")


def test_source_that_refuses_is_named(client, frozen):
    datong.commit(frozen)
    datong.enter_public(frozen)
    refusing = frozen.contributions.get(source="ga:140200")
    contributing.refuse_to_reveal(refusing, by=datong.liaison(datong.POLICE))
    page = text_of(client, path(frozen))
    assert f"拒绝揭示的来源：{refusing.bureau.name}" in page


def told(answer) -> bytes:
    """Without the number of the request."""
    return re.sub(rb"<code>[0-9a-f]{32}</code>", b"", answer.content)


def test_practice_is_nowhere(client, drawn):
    Campaign.objects.filter(pk=drawn.campaign_id).update(kind="practice")
    assert drawn.code not in text_of(client, "/public/draws/")
    for name in ("", "manifest.json", *FILES):
        here, missing = client.get(path(drawn, name)), client.get(f"/public/draws/nothing/{name}")
        assert (here.status_code, told(here)) == (missing.status_code, told(missing))


def test_practice_leaves_no_entry_in_the_log(client):
    datong.pool()
    datong.officers()
    draw = datong.drawn(datong.planned(kind="practice"))
    assert draw.drawn_at is not None
    assert publiclog.head().number == 0
    assert draw.code not in text_of(client, "/public/log/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("year=2025", True),
        ("year=2024", True),  # no such choice: the filter is not applied
        ("region=140200", True),
        ("state=frozen", True),
        ("state=drawn", False),
        ("state=disclosed", False),
        ("q=监督抽查", True),
        ("q=没有这次", False),
        ("page=99", True),
    ],
)
def test_list_is_filtered_by_what_everybody_may_know(client, frozen, query, found):
    assert (frozen.code in text_of(client, f"/public/draws/?{query}")) == found


def test_record_url_is_the_address_of_the_page(frozen, settings, rf):
    assert disclosure.record_url(frozen, rf.get("/")) == f"http://testserver{path(frozen)}"
    settings.PUBLIC_URL = "https://chou.example.gov.cn"
    assert disclosure.record_url(frozen) == f"https://chou.example.gov.cn{path(frozen)}"
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS, settings.HTTPS = "", ["localhost", "chou.example.gov.cn"], True
    assert disclosure.record_url(frozen) == f"https://chou.example.gov.cn{path(frozen)}"
