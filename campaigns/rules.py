"""Who may do what with matters, campaigns, plan lines, draws and tasks."""

from typing import Any

from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.rules import Predicate, declare, holds
from campaigns.models import Campaign, Contribution, Draw, InspectionMatter, LineAgreement, PlanLine, Source, Task
from campaigns.states import CampaignState, DrawState, TaskState

is_lead = holds(*LEADS)
is_officer = holds(Role.LEAD_OFFICER)
is_approver = holds(Role.LEAD_APPROVER)


@Predicate
def is_own_campaign(user: User, subject: Any) -> bool:
    return user.bureau_id is not None and _campaign(subject).lead_bureau_id == user.bureau_id


@Predicate
def is_draft(user: User, subject: Any) -> bool:
    return _campaign(subject).state == CampaignState.DRAFT


def in_state(*states: CampaignState) -> Predicate:
    return Predicate(lambda user, subject: _campaign(subject).state in states)


def _campaign(subject: Campaign | PlanLine | Draw | Task) -> Campaign:
    return subject if isinstance(subject, Campaign) else subject.campaign


@Predicate
def is_asked(user: User, agreement: LineAgreement) -> bool:
    """The liaison (or a lead) of the bureau whose agreement is sought, while the plan is being negotiated."""
    return (
        user.bureau_id == agreement.bureau_id
        and agreement.line.campaign.state == CampaignState.NEGOTIATING
        and user.has_role(Role.PARTNER_LIAISON, *LEADS)
    )


@Predicate
def is_source(user: User, contribution: Contribution) -> bool:
    """A user of the source's bureau; a witness's value comes from its supervisor, a public value from the lead."""
    if contribution.draw.state != DrawState.FROZEN or contribution.value:
        return False
    if contribution.kind == Source.Kind.PUBLIC:
        return user.bureau_id == contribution.draw.campaign.lead_bureau_id and user.has_role(*LEADS)
    if contribution.kind == Source.Kind.WITNESS:
        return user.bureau_id == contribution.bureau_id and user.has_role(Role.SUPERVISOR)
    return user.bureau_id == contribution.bureau_id and user.has_role(Role.PARTNER_LIAISON, *LEADS)


@Predicate
def organises(user: User, task: Task) -> bool:
    return user.bureau_id is not None and user.bureau_id == task.bureau_id


@Predicate
def is_released(user: User, task: Task) -> bool:
    return task.state != TaskState.PENDING


@Predicate
def is_dispatched(user: User, task: Task) -> bool:
    return task.state == TaskState.DISPATCHED


own = is_lead & is_own_campaign

declare(
    Campaign,
    {
        "create": is_lead,
        "edit": own & is_draft,
        "propose": own & is_draft,
        "withdraw": own & in_state(CampaignState.NEGOTIATING),
        "freeze": own & in_state(CampaignState.NEGOTIATING),
        "draw": own & in_state(CampaignState.FROZEN),
        "dispatch": own & in_state(CampaignState.DRAWN),
        "see_preview": own | holds(Role.PARTNER_LIAISON, Role.SUPERVISOR),
        "receive_allotment": own & is_draft,
        "see_result": own | (in_state(CampaignState.DISPATCHED) & holds(Role.SUPERVISOR)),
        "download": own | (in_state(CampaignState.DISPATCHED) & (is_lead | holds(Role.COUNTY_OFFICER))),
    },
)
declare(LineAgreement, {"answer": is_asked})
declare(Contribution, {"give": is_source})
declare(
    Task,
    {
        "notify": is_dispatched & organises & (is_lead | holds(Role.COUNTY_OFFICER)),
        "see_team": is_released | own,
    },
)
declare(InspectionMatter, {"edit": is_lead})
