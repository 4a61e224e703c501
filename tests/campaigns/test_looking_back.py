"""回头看 (requirement SX-2): a campaign that names earlier ones takes the institutions at which they confirmed a problem."""

import pytest

from campaigns import planning, services
from campaigns.models import CampaignKind, Exclusion, ExclusionKind, SizeKind
from tests.campaigns import datong
from tests.factories import institutions
from tests.visits import world
from visits.models import Finding
from visits.states import FindingState

pytestmark = pytest.mark.django_db
NOTHING_FOUND = "回头看的活动中没有认定问题"


def test_only_institutions_with_confirmed_findings_are_listed():
    found = world.concluded()
    waiting = world.reviewed()
    domain = institutions.domain("vehicle", "机动车检验")
    spared = institutions.institution(county="140213")
    for each in (found.institution, waiting.institution, spared):
        institutions.certificate(each, domain)
    campaign = datong.campaign(draws_lots=False, kind=CampaignKind.LOOK_BACK, number="140200-2025-193")
    datong.line(
        campaign, "vehicle", size_kind=SizeKind.ALL, count=None,
        exclusions=[Exclusion(kind=ExclusionKind.NO_FINDING_BEFORE)],
    )  # fmt: skip
    assert [each.text for each in planning.preview_plan(campaign).errors] == [
        "条目排除了以前没有认定问题的机构，请先在活动信息中选择“回头看的活动”。"
    ]

    earlier = [found.campaign, waiting.campaign]
    campaign = services.edit_campaign(campaign, by=datong.officer(), looks_back_at=earlier)
    listed = datong.list_all(datong.agreed(campaign))

    assert set(listed.looks_back_at.all()) == set(earlier)
    assert [task.institution for task in listed.tasks.all()] == [found.institution]
    left_out = dict(listed.listed.exclude(excluded="").values_list("institution", "excluded"))
    assert left_out == {waiting.institution.pk: NOTHING_FOUND, spared.pk: NOTHING_FOUND}


def test_withdrawn_finding_counts_for_nothing():
    task = world.concluded()
    Finding.objects.filter(result__task=task).update(state=FindingState.WITHDRAWN)
    institutions.certificate(task.institution, institutions.domain("vehicle", "机动车检验"))
    campaign = datong.campaign(draws_lots=False, number="140200-2025-193", looks_back_at=[task.campaign])
    datong.line(
        campaign, "vehicle", size_kind=SizeKind.ALL, count=None,
        exclusions=[Exclusion(kind=ExclusionKind.NO_FINDING_BEFORE)],
    )  # fmt: skip

    [line] = planning.preview_plan(campaign).lines

    assert (line.size, line.excluded) == (0, ((NOTHING_FOUND, 1),))
