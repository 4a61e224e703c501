"""Invitations: fresh one-time codes with which an institution's people open their accounts.

The bureau's codes go out in letters, one for the clerk and one for the legal representative; a new one takes the place
of the bureau's earlier unused ones. Codes that a legal representative makes for colleagues stand beside each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import Role, User
from accounts.rules import require
from institutions.models import Institution, Representative
from selftest import codes
from selftest.errors import SelfCheckError
from selftest.models import Invitation, Round

VALID_AFTER_DEADLINE = timedelta(days=30)
VALID_WITHOUT_ROUND = timedelta(days=30)
MOST_OPEN = 10
ROLES = (Role.INSTITUTION_CLERK, Role.LEGAL_REPRESENTATIVE)


@dataclass(frozen=True, slots=True)
class Fresh:
    """An invitation that is not stored yet, and its code, which never is."""

    invitation: Invitation
    code: str


def invite(institution: Institution, role: Role, *, by: User) -> str:
    """One new code, to be shown once: by the bureau for either of the two, by the legal representative for a clerk."""
    fresh = _fresh(institution, role, None, by)
    require(by, "create", fresh.invitation)
    refuse_second_head(institution, role)
    with transaction.atomic():
        if by.is_regulator:
            _revoke(_of_the_bureau([fresh.invitation]))
        elif open_invitations(institution).count() >= MOST_OPEN:
            raise SelfCheckError(f"还有 {MOST_OPEN} 个邀请码没有使用，请先作废不用的。")
        fresh.invitation.save(force_insert=True)
        facts = {"institution": institution.pk, "role": role.value}
        audit.record("selftest.invite", fresh.invitation, by=by, facts=facts)
    return fresh.code


def prepare(round: Round, institutions: Iterable[Institution], *, by: User) -> Iterator[Fresh]:
    """Codes for the letters of a round: one each for the roles that nobody has in the institution yet. Read the
    institutions with their representatives; nothing is valid until `issue` has stored it."""
    for institution in institutions:
        taken = {person.role for person in institution.representatives.all()}
        for role in ROLES:
            if role not in taken:
                yield _fresh(institution, role, round, by)


@transaction.atomic
def issue(round: Round, county: str, fresh: Sequence[Fresh], *, letters: int, by: User) -> None:
    """Make prepared codes valid, in the transaction that keeps the letters. Earlier ones of the bureau end."""
    require(by, "invite", round)
    invitations = [each.invitation for each in fresh]
    revoked = _revoke(_of_the_bureau(invitations))
    Invitation.objects.bulk_create(invitations, batch_size=500)
    facts = {"county": county, "letters": letters, "codes": len(invitations), "revoked": revoked}
    audit.record("selftest.letters", round, by=by, facts=facts)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    require(by, "revoke", invitation)
    with audit.recorded("selftest.revoke_invitation", invitation, by=by):
        if not _revoke(Invitation.objects.filter(pk=invitation.pk)):
            raise SelfCheckError("这个邀请码已经使用或者已经作废。")
        invitation.refresh_from_db()


def revoke_those_of(person: User, institution: Institution) -> int:
    """Whoever no longer acts for an institution has invited nobody to it."""
    return _revoke(Invitation.objects.filter(institution=institution, created_by=person))


def open_invitations(institution: Institution) -> QuerySet[Invitation]:
    unused = Invitation.objects.filter(institution=institution, used_at=None, revoked_at=None)
    return unused.filter(expires_at__gt=timezone.now()).select_related("created_by__bureau")


def refuse_second_head(institution: Institution, role: Role) -> None:
    """An institution has one legal representative; several clerks are welcome."""
    heads = Representative.objects.filter(institution=institution, role=Role.LEGAL_REPRESENTATIVE)
    if role == Role.LEGAL_REPRESENTATIVE and heads.exists():
        raise SelfCheckError("该机构已有法定代表人账号。法定代表人变更的，请先结束原法定代表人的身份。")


def expiry(round: Round | None) -> datetime:
    """The end of the day, thirty days after the deadline (or from now, where no round asks)."""
    last_day = round.deadline + VALID_AFTER_DEADLINE if round else timezone.localdate() + VALID_WITHOUT_ROUND
    return timezone.make_aware(datetime.combine(last_day, time.max))


def _fresh(institution: Institution, role: Role, round: Round | None, by: User) -> Fresh:
    code = codes.new_code()
    invitation = Invitation(
        institution=institution, round=round, role=role, code_digest=codes.digest(code), created_by=by,
        expires_at=max(expiry(round), expiry(None)),
    )  # fmt: skip
    return Fresh(invitation, code)


def _of_the_bureau(invitations: Sequence[Invitation]) -> QuerySet[Invitation]:
    """The bureau's earlier ones for the same institutions and roles."""
    same = Q(pk=None)
    for role in ROLES:
        same |= Q(role=role, institution__in=[each.institution_id for each in invitations if each.role == role])
    return Invitation.objects.filter(same, created_by__bureau__isnull=False)


def _revoke(invitations: QuerySet[Invitation]) -> int:
    unused = Invitation.objects.filter(pk__in=invitations.values("pk"), used_at=None, revoked_at=None)
    return unused.update(revoked_at=timezone.now())
