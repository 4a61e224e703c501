"""Who may do what about visits and what follows. Visits are planned and results reviewed by the bureau that organises the
inspection; each department writes its own result and decides its own measures (谁检查、谁录入、谁公开)."""

from typing import Any

from accounts.models import Role, User
from accounts.models.users import LEADS
from accounts.rules import Predicate, declare, holds, is_market_regulator
from institutions.models import Representative
from visits.models import (
    Adoption,
    Complaint,
    Delivery,
    DepartmentResult,
    Measure,
    Preparation,
    Rectification,
    Referral,
    Visit,
)

OFFICERS = LEADS | {Role.COUNTY_OFFICER, Role.PARTNER_LIAISON}

is_officer = holds(*OFFICERS)
is_lead = holds(*LEADS)


@Predicate
def organises(user: User, subject: Any) -> bool:
    """The bureau whose task it is."""
    return user.bureau_id is not None and user.bureau_id == _task(subject).bureau_id


@Predicate
def assists(user: User, subject: Any) -> bool:
    return user.bureau_id is not None and user.bureau_id == _task(subject).assisting_bureau_id


@Predicate
def goes_there(user: User, visit: Visit) -> bool:
    """Is of the team of this visit and may enforce."""
    going = visit.attendees.filter(kind__in=["officer", "guest"])
    return bool(visit.pk) and going.filter(inspector__user=user).exists()


@Predicate
def leads_team(user: User, result: DepartmentResult) -> bool:
    led = result.task.visits.filter(attendees__is_leader=True, attendees__inspector__user=user)
    return led.exists()


@Predicate
def is_own(user: User, subject: Any) -> bool:
    """Of the user's own bureau."""
    return user.bureau_id is not None and user.bureau_id == subject.bureau_id


@Predicate
def was_there(user: User, result: DepartmentResult) -> bool:
    """An officer of the result's bureau who was at the visit."""
    there = result.task.visits.filter(attendees__inspector__user=user, attendees__kind__in=["officer", "guest"])
    return user.bureau_id == result.bureau_id and there.exists()


@Predicate
def takes_part(user: User, subject: Any) -> bool:
    """Of a bureau that has a result of this task."""
    return bool(subject.task.results.filter(bureau=user.bureau_id).exists())


@Predicate
def represents(user: User, subject: Any) -> bool:
    return Representative.objects.filter(user=user, institution=_task(subject).institution_id).exists()


@Predicate
def sends(user: User, referral: Referral) -> bool:
    return user.bureau_id is not None and user.bureau_id == referral.sender_id


@Predicate
def receives(user: User, referral: Referral) -> bool:
    """The receiver, or for one outside the system the sender, who enters what it says."""
    return user.bureau_id is not None and user.bureau_id == (referral.receiver_id or referral.sender_id)


@Predicate
def is_in_region(user: User, complaint: Complaint) -> bool:
    return user.scope is not None and complaint.county_id.startswith(user.scope)


def _task(subject: Any) -> Any:
    return subject.notice.task if isinstance(subject, Delivery) else subject.task


planner = is_officer & organises
declare(
    Visit,
    {
        "plan": planner,
        "staff": is_officer & (organises | assists),
        "record": goes_there,
        "conclude": is_lead & organises | holds(Role.COUNTY_OFFICER) & organises,
    },
)
declare(Preparation, {"edit": planner})
declare(Delivery, {"enter": is_officer & (organises | assists), "read": represents})
declare(
    DepartmentResult,
    {
        "write": is_officer & is_own | was_there,
        "review": is_officer & organises | leads_team,
        "amend": is_officer & is_own,
    },
)
declare(Measure, {"propose": is_officer & (organises | takes_part), "decide": is_officer & is_own})
declare(
    Rectification,
    {
        "order": is_officer & is_own & (organises | assists | takes_part),
        "report": represents,
        "verify": is_officer & is_own,
    },
)
declare(Adoption, {"ask": planner, "approve": holds(Role.LEAD_APPROVER, Role.COUNTY_OFFICER) & organises})
declare(Referral, {"send": is_officer & sends, "receive": is_officer & receives, "close": is_officer & sends})
declare(
    Complaint,
    {
        "handle": holds(Role.LEAD_OFFICER, Role.COUNTY_OFFICER) & is_market_regulator & is_in_region,
        "identify": holds(Role.LEAD_APPROVER) & is_market_regulator & is_in_region,
    },
)
