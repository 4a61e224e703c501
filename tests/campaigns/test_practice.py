"""演练: the same ceremony, and nothing comes of it."""

import pytest
from django.urls import reverse

from campaigns import draw as engine
from campaigns import notices, rehearsing, sheets, transitions
from campaigns.errors import CampaignError
from campaigns.models import Campaign, LogEntry, Task
from campaigns.states import CampaignState, TaskState
from tests.campaigns import datong

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice() -> Campaign:
    datong.pool()
    datong.officers()
    return rehearsing.rehearse_campaign(datong.agreed(datong.planned()), by=datong.officer())


def test_practice_has_the_plan_of_its_campaign(practice):
    campaign = Campaign.objects.get(kind="double_random")
    rules = [sheets.build_sheet(each, draw_code="x", day=each.created_at.date()).sheet for each in (campaign, practice)]

    for key in ("sources", "lines", "quota", "institutions", "inspectors"):
        assert rules[0][key] == rules[1][key]
    assert (practice.number, practice.title) == (f"{campaign.number}-YL1", f"演练：{campaign.title}")


def test_practice_is_frozen_and_drawn_like_the_real_thing_without_a_word_in_the_public_log(practice):
    draw = datong.freeze(practice)
    datong.contribute(draw)
    done = datong.run(draw)

    assert engine.verify(engine.parse(done.transcript.text.encode())) is None
    assert Task.objects.filter(draw=done).count() == 4
    assert LogEntry.objects.count() == 0


def test_practice_is_neither_dispatched_nor_notified_nor_counted(practice):
    draw = datong.freeze(practice)
    datong.contribute(draw)
    datong.run(draw)

    with pytest.raises(CampaignError, match="演练"):
        transitions.dispatch(Campaign.objects.get(pk=practice.pk), by=datong.officer())
    with pytest.raises(CampaignError):
        notices.issue_notices(practice.tasks.select_related("bureau"), by=datong.officer())

    assert set(practice.tasks.values_list("state", flat=True)) == {TaskState.PENDING}
    campaign = Campaign.objects.get(kind="double_random")
    assert datong.freeze(campaign).frozen_institutions.exclude(excluded="").count() == 0


def test_every_page_of_a_practice_says_so(practice, client):
    draw = datong.freeze(practice)
    client.force_login(datong.officer())

    for name in ("detail", "draw", "people", "log", "documents"):
        assert "演练" in client.get(reverse(f"campaigns:{name}", args=[practice.pk])).content.decode(), name
    assert practice.state == CampaignState.NEGOTIATING
    assert client.get(f"/public/draws/{draw.code}/").status_code == 404
