"""Campaigns in the stages that tests need, written as rows; tests of the stages themselves go through the services."""

from datetime import UTC, date, datetime

from accounts.models import User
from campaigns.models import Campaign, PlanLine, Task, TaskMode
from campaigns.states import CampaignState, TaskState
from inspectors.models import Inspector
from institutions.models import Institution
from tests.factories.accounts import bureau
from tests.factories.institutions import domain

STAGE_TIME = datetime(2025, 9, 10, 1, 0, tzinfo=UTC)


def campaign(number: str, *, by: User, state: CampaignState = CampaignState.DRAFT, **fields: object) -> Campaign:
    """Led by the bureau of `by`; with the times that its state demands."""
    later = list(CampaignState).index
    times = {
        "frozen_at": STAGE_TIME if later(state) >= later(CampaignState.FROZEN) else None,
        "drawn_at": STAGE_TIME if later(state) >= later(CampaignState.DRAWN) else None,
        "dispatched_at": STAGE_TIME if state == CampaignState.DISPATCHED else None,
    }
    values = {
        "title": f"{by.bureau.region.name}2025年检验检测机构双随机抽查",
        "year": 2025,
        "created_by": by,
        **times,
        **fields,
    }
    return Campaign.objects.create(number=number, lead_bureau=by.bureau, state=state, **values)


def line(of: Campaign, *partners: str, code: str = "vehicle", **fields: object) -> PlanLine:
    """Two vehicle inspection bodies; `partners` are codes of bureaus."""
    values = {"title": "机动车检验机构", "domain": domain(), "count": 2, "lead_bureau": of.lead_bureau, **fields}
    found = PlanLine.objects.create(campaign=of, code=code, **values)
    found.partners.set([bureau(partner) for partner in partners])
    return found


def task(
    of: PlanLine, institution: Institution, *inspectors: Inspector, state: TaskState = TaskState.DISPATCHED
) -> Task:
    """Allotted from above, so that it needs no draw."""
    number = f"{of.campaign.number}-{of.campaign.tasks.count() + 1:03d}"
    found = Task.objects.create(
        campaign=of.campaign, number=number, line=of, institution=institution, mode=TaskMode.ALLOTTED,
        bureau=of.campaign.lead_bureau, due_on=date(2025, 10, 31), state=state,
    )  # fmt: skip
    for position, inspector in enumerate(inspectors):
        found.members.create(position=position, role="officer", slot=0, pool=inspector.bureau_id, inspector=inspector)
    return found
