"""Using a one-time code: from the code on a letter to a person who acts for the institution.

A wrong, used, expired or revoked code is answered alike. Wrong ones are counted in the audit trail by their first group:
whoever knows four characters of a letter has five tries in ten minutes, and nobody can lock out anybody else. The
address a request comes from counts for nothing, since a whole bureau or village may share one.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.models import AuditEvent, Role, User
from accounts.services import open_institution_account, set_institution_roles
from institutions.models import Institution, Representative
from selftest import codes
from selftest.errors import SelfCheckError
from selftest.inviting import refuse_second_head
from selftest.models import Invitation

FAILURES_ALLOWED = 5
FAILURES_WITHIN = timedelta(minutes=10)

WRONG = "邀请码不正确或者已经失效。请对照函件逐组核对；仍不能使用的，请联系函件上的市场监管部门重新生成。"
WAIT = "连续输错次数过多，请 10 分钟后再试。"
ALREADY_HEAD = "您已经是该机构的法定代表人，可以直接填报。请把这个邀请码转交给经办人使用。"
ALREADY_CLERK = "您已经是该机构的经办人，不需要再使用邀请码。请把它转交给需要的同事。"


def find(typed: str) -> Invitation:
    """The invitation of this code. SelfCheckError if there is none that can be used, or after too many tries."""
    code = codes.plain(typed)
    if not code:
        raise SelfCheckError(WRONG)
    attempt = _attempt(code)
    if _recent_failures(attempt) >= FAILURES_ALLOWED:
        raise SelfCheckError(WAIT)
    invitation = (
        Invitation.objects.filter(code_digest=codes.digest(code)).select_related("institution", "round").first()
    )
    reason = why_unusable(invitation)
    if invitation is None or reason:
        audit.record("selftest.activation_refused", attempt, by=None, facts={"reason": reason})
        raise SelfCheckError(WRONG)
    return invitation


def why_unusable(invitation: Invitation | None) -> str:
    """unknown, used, revoked, expired: for the trail only; empty for one that can be used."""
    if invitation is None:
        return "unknown"
    if invitation.used_at:
        return "used"
    if invitation.revoked_at:
        return "revoked"
    return "expired" if invitation.expires_at <= timezone.now() else ""


@transaction.atomic
def activate(invitation: Invitation, *, username: str, name: str, phone: str, email: str = "", password: str) -> User:
    """Open an account for whoever holds the code. ValidationError by field, or SelfCheckError."""
    invitation = _locked(invitation)
    user = open_institution_account(
        username, name, password=password, phone=phone, email=email, invited_by=invitation.created_by
    )
    _use(invitation, user)
    return User.objects.get(pk=user.pk)


@transaction.atomic
def join(invitation: Invitation, *, by: User) -> Representative:
    """Add the institution to the account one already has; a clerk who holds the other code becomes the legal
    representative, who may fill as well."""
    invitation = _locked(invitation)
    known = Representative.objects.filter(user=by, institution=invitation.institution).first()
    if known and known.role == Role.LEGAL_REPRESENTATIVE:
        raise SelfCheckError(ALREADY_HEAD)
    if known and known.role == invitation.role:
        raise SelfCheckError(ALREADY_CLERK)
    return _use(invitation, by)


def roles_of(user: User) -> frozenset[Role]:
    """Those that the user needs for the institutions he or she acts for."""
    return frozenset(Role(role) for role in user.representing.values_list("role", flat=True))


def _use(invitation: Invitation, user: User) -> Representative:
    refuse_second_head(invitation.institution, Role(invitation.role))
    known = Representative.objects.filter(user=user, institution=invitation.institution).first()
    person = known or Representative(user=user, institution=invitation.institution)
    facts = {"institution": invitation.institution_id, "role": invitation.role, "invitation": invitation.pk}
    with audit.recorded("selftest.activate", person, by=user, facts=facts):
        person.role = invitation.role
        person.save()
    set_institution_roles(user, roles_of(user), by=user, vouched_by=invitation.created_by)
    invitation.used_at, invitation.used_by = timezone.now(), user
    invitation.save(update_fields=["used_at", "used_by"])
    return person


def _locked(invitation: Invitation) -> Invitation:
    """Of two people with the same code one comes first."""
    found = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related("institution", "created_by")
    invitation = found.get(pk=invitation.pk)
    Institution.objects.select_for_update(of=("self",), no_key=True).get(pk=invitation.institution_id)
    if why_unusable(invitation):
        raise SelfCheckError(WRONG)
    return invitation


def _attempt(code: str) -> Invitation:
    """What the trail calls a try: by its first group, and that only as a digest which needs our key."""
    group = salted_hmac("selftest.activating", code[: codes.GROUP], algorithm="sha256").hexdigest()
    return Invitation(pk=f"?{group[:16]}", institution=Institution(name="不符的邀请码"), role="")


def _recent_failures(attempt: Invitation) -> int:
    since: Mapping[str, object] = {"at__gte": timezone.now() - FAILURES_WITHIN}
    events = AuditEvent.objects.filter(subject_type=attempt._meta.label_lower, subject_id=str(attempt.pk), **since)
    return events.filter(action="selftest.activation_refused").count()
