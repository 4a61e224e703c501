"""Who may do what with matters, campaigns, plan lines, draws and tasks."""

from typing import Any

from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.rules import Predicate, declare, holds
from campaigns.models import (
    Approval,
    ApprovalState,
    Campaign,
    Contribution,
    Draw,
    InspectionMatter,
    LineAgreement,
    PlanLine,
    Source,
    Task,
    TeamMember,
)
from campaigns.models.tasks import BEFORE_VISIT
from campaigns.phases import Phase, is_asked_in, phase_of
from campaigns.states import CampaignState, DrawState, TaskState
from inspectors.rules import keeps_people_of

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


def _campaign(subject: Campaign | PlanLine | Draw | Task | TeamMember | Approval) -> Campaign:
    if isinstance(subject, TeamMember):
        return subject.task.campaign
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
    if contribution.kind == Source.Kind.PUBLIC:
        return user.bureau_id == contribution.draw.campaign.lead_bureau_id and user.has_role(*LEADS)
    if contribution.kind == Source.Kind.WITNESS:
        return user.bureau_id == contribution.bureau_id and user.has_role(Role.SUPERVISOR)
    return user.bureau_id == contribution.bureau_id and user.has_role(Role.PARTNER_LIAISON, *LEADS)


def asks_for(phase: Phase) -> Predicate:
    """The draw is at this step, and this source has not done its part; needs draw.contributions."""

    def test(user: User, contribution: Contribution) -> bool:
        draw = contribution.draw
        return draw.state == DrawState.FROZEN and is_asked_in(contribution, phase) and phase_of(draw) == phase

    return Predicate(test)


@Predicate
def organises(user: User, task: Task) -> bool:
    return user.bureau_id is not None and user.bureau_id == task.bureau_id


@Predicate
def is_released(user: User, task: Task) -> bool:
    return task.state != TaskState.PENDING


@Predicate
def is_dispatched(user: User, task: Task) -> bool:
    return task.state == TaskState.DISPATCHED


@Predicate
def helps_with(user: User, task: Task) -> bool:
    """The county's own bureau: organises the inspection or assists with it."""
    return user.bureau_id is not None and user.bureau_id in {task.bureau_id, task.assisting_bureau_id}


@Predicate
def can_be_replaced(user: User, subject: Task | TeamMember) -> bool:
    """Of a draw that counts and is not disclosed, before the visit; needs task.draw."""
    task = subject.task if isinstance(subject, TeamMember) else subject
    draw = task.draw
    waits = task.state in (TaskState.PENDING, *BEFORE_VISIT)
    return waits and draw is not None and draw.disclosed_at is None


@Predicate
def is_handed_out(user: User, subject: Task | TeamMember) -> bool:
    """And nobody has been there yet."""
    task = subject.task if isinstance(subject, TeamMember) else subject
    return task.state in BEFORE_VISIT


@Predicate
def sits_there(user: User, member: TeamMember) -> bool:
    return member.inspector is not None and member.inspector.user_id == user.pk


@Predicate
def keeps_person(user: User, member: TeamMember) -> bool:
    """Enters the members of this bureau in the pool, hence also speaks for them here; needs inspector__bureau."""
    return member.inspector is not None and keeps_people_of(user, member.inspector.bureau)


@Predicate
def has_open_recusal(user: User, member: TeamMember) -> bool:
    return member.is_open_recusal


@Predicate
def is_practice(user: User, subject: Any) -> bool:
    return _campaign(subject).is_practice


@Predicate
def draws_lots(user: User, subject: Any) -> bool:
    return _campaign(subject).draws_lots


@Predicate
def has_pending_tasks(user: User, campaign: Campaign) -> bool:
    """Tasks of a supplementary draw that wait to be dispatched."""
    return campaign.state == CampaignState.DISPATCHED and campaign.tasks.filter(state=TaskState.PENDING).exists()


def draw_in(*states: DrawState) -> Predicate:
    return Predicate(lambda user, draw: draw.state in states)


@Predicate
def is_waiting(user: User, approval: Approval) -> bool:
    return approval.state == ApprovalState.WAITING


@Predicate
def proposed_it(user: User, approval: Approval) -> bool:
    return approval.proposed_by_id == user.pk


is_frozen, is_drawn, is_void = draw_in(DrawState.FROZEN), draw_in(DrawState.DRAWN), draw_in(DrawState.VOID)
own = is_lead & is_own_campaign
watches = holds(Role.SUPERVISOR)
"""The supervisor's seat: of a campaign that the supervisor sees at all (`visible_to`), everything the operator sees."""

declare(
    Campaign,
    {
        "create": is_lead,
        "rehearse": own & ~is_draft & ~is_practice & draws_lots,
        "edit": own & is_draft,
        "propose": own & is_draft,
        "withdraw": own & in_state(CampaignState.NEGOTIATING),
        "freeze": own & in_state(CampaignState.NEGOTIATING) & draws_lots,
        "list": own & in_state(CampaignState.NEGOTIATING) & ~draws_lots,
        "draw": own & in_state(CampaignState.FROZEN),
        "dispatch": own & ~is_practice & (in_state(CampaignState.DRAWN) | has_pending_tasks),
        "supplement": own & in_state(CampaignState.DRAWN, CampaignState.DISPATCHED) & draws_lots,
        "see_preview": own | holds(Role.PARTNER_LIAISON, Role.SUPERVISOR),
        "receive_allotment": own & is_draft,
        "see_result": own | watches,
        "replace": own & in_state(CampaignState.DRAWN, CampaignState.DISPATCHED) & draws_lots,
        "add_tasks": (own | holds(Role.COUNTY_OFFICER)) & in_state(CampaignState.DISPATCHED) & ~is_practice,
        "declare_teams": own & in_state(CampaignState.DISPATCHED),
        "oversee": own | watches,
        "download": own | (in_state(CampaignState.DISPATCHED) & (is_lead | holds(Role.COUNTY_OFFICER))),
    },
)
declare(LineAgreement, {"answer": is_asked})
declare(
    Draw,
    {
        "draw": own & is_frozen,
        "void": own & ~is_void,
        "disclose": is_approver & is_own_campaign & ~is_practice,
        "see_result": own | watches,
        "remark": watches | own,
        "answer": own & is_frozen,
        "sign": (own | watches) & is_drawn,
    },
)
declare(
    Approval,
    {
        "decide": is_waiting & is_approver & is_own_campaign & ~proposed_it,
        "withdraw": is_waiting & proposed_it,
    },
)
declare(
    Contribution,
    {
        "commit": is_source & asks_for(Phase.COMMIT),
        "enter": is_source & asks_for(Phase.PUBLIC),
        "reveal": is_source & asks_for(Phase.REVEAL),
        "refuse": is_source & asks_for(Phase.REVEAL),
    },
)
declare(
    Task,
    {
        "notify": is_dispatched & organises & (is_lead | holds(Role.COUNTY_OFFICER)),
        "see_team": is_released | own | watches,
        "see_history": own | watches,
        "replace": can_be_replaced & (own | (helps_with & holds(Role.COUNTY_OFFICER))),
        "declare_team": own & is_handed_out,
    },
)
declare(
    TeamMember,
    {
        "declare": is_handed_out & ~has_open_recusal & (sits_there | keeps_person | own),
        "decide": own & is_handed_out & has_open_recusal & ~sits_there,
        "replace": can_be_replaced & (own | keeps_person),
        "withdraw": can_be_replaced & own,
    },
)
declare(InspectionMatter, {"edit": is_lead})
