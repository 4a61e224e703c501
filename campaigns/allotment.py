"""What the upper level drew: received institutions to inspect here, and those it inspects itself."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.models import User
from campaigns.errors import CampaignError, WrongState
from campaigns.models import AllottedInstitution, Campaign, Task
from campaigns.planning import LinePreview, PlanPreview, preview_plan
from campaigns.states import CampaignState
from campaigns.transitions import locked
from institutions.models import Institution


@dataclass(frozen=True, slots=True)
class Share:
    """One line of the allotment table: received 5, city draws 2 inside, 0 supplements, 3 to counties."""

    line: LinePreview

    @property
    def sentence(self) -> str:
        line = self.line
        words = f"收到 {line.received} 家，需抽 {line.size} 家：从中抽 {line.inside} 家"
        if line.supplement:
            words += f"，不足部分从本级名录库补充抽取 {line.supplement} 家"
        if line.left_to_counties:
            words += f"，其余 {line.left_to_counties} 家按属地交县区"
        return words + "。"


@dataclass(frozen=True, slots=True)
class AllotmentTable:
    shares: tuple[Share, ...]
    by_county: tuple[tuple[str, int], ...]
    received: int
    kept_by_upper_level: int
    preview: PlanPreview


def allotment_table(campaign: Campaign) -> AllotmentTable:
    """What was received, by line and by county, and what the draw will do with it."""
    preview = preview_plan(campaign)
    rows = AllottedInstitution.objects.filter(campaign=campaign)
    counties = Counter(rows.filter(is_received=True).values_list("institution__county__name", flat=True))
    return AllotmentTable(
        shares=tuple(Share(line) for line in preview.lines),
        by_county=tuple(sorted(counties.items())),
        received=rows.filter(is_received=True).count(),
        kept_by_upper_level=rows.filter(is_received=False).count(),
        preview=preview,
    )


def receive_from_parent(campaign: Campaign, *, by: User) -> int:
    """Take over what the parent campaign drew in this region: its tasks for our bureau are received, the others kept
    above. Returns how many institutions were noted."""
    if campaign.parent is None:
        raise CampaignError("本活动没有填写上级活动，请先在活动信息中选择，或上传上级下发的名单。")
    tasks = Task.objects.live().filter(campaign=campaign.parent, institution__county__code__startswith=campaign.scope)
    if not tasks.exists():
        raise CampaignError("上级活动在本地区还没有抽取结果。")
    received = {task.institution_id: task.bureau_id == campaign.lead_bureau_id for task in tasks}
    return receive(campaign, received, origin=campaign.parent.title, by=by)


@transaction.atomic
def receive(campaign: Campaign, received: dict[int, bool], *, origin: str, by: User) -> int:
    """Note the upper level's drawn institutions: pk → handed to us (else it inspects them itself).

    Replaces what was noted before from the same origin; only while the plan is a draft.
    """
    campaign = locked(campaign)
    if campaign.state != CampaignState.DRAFT:
        raise WrongState("计划提请协商后不能再更改上级分配名单；如需更改，请先撤回修改。")
    _check_scope(campaign, received)
    AllottedInstitution.objects.filter(campaign=campaign, origin=origin).delete()
    known = set(campaign.allotted.values_list("institution_id", flat=True))
    AllottedInstitution.objects.bulk_create(
        AllottedInstitution(campaign=campaign, institution_id=pk, is_received=is_received, origin=origin)
        for pk, is_received in received.items()
        if pk not in known
    )
    facts = {"origin": origin, "received": sum(received.values()), "kept_above": len(received) - sum(received.values())}
    audit.record("campaigns.receive_allotment", campaign, by=by, facts=facts)
    return len(received)


def _check_scope(campaign: Campaign, pks: Iterable[int]) -> None:
    strangers = Institution.objects.filter(pk__in=list(pks)).exclude(county__code__startswith=campaign.scope)
    names = list(strangers.values_list("name", flat=True)[:3])
    if names:
        raise CampaignError(f"名单中有不在本地区的机构：{'、'.join(names)}。")
