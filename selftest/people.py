"""Who acts for an institution, and how that ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.models import Role, User
from accounts.rules import can, require
from accounts.services import set_institution_roles
from institutions.models import Institution, Representative
from selftest.activating import roles_of
from selftest.inviting import invite, revoke_those_of


@dataclass(frozen=True, slots=True)
class Person:
    representative: Representative
    is_oneself: bool
    may_end: bool


def people_of(institution: Institution, user: User) -> Iterator[Person]:
    """The legal representative first, then the clerks by name."""
    found = institution.representatives.select_related("user", "institution").order_by("-role", "user__name", "pk")
    for each in found:
        is_oneself = each.user_id == user.pk
        yield Person(each, is_oneself, not is_oneself and can(user, "end", each))


@transaction.atomic
def end_representation(representative: Representative, *, by: User) -> None:
    """The person no longer acts for the institution; codes that he or she made for it end, and an account with no
    institution left is closed. What the person filled and signed stays."""
    require(by, "end", representative)
    user, institution = representative.user, representative.institution
    facts = {"institution": institution.pk, "role": representative.role, "user": user.pk}
    audit.record("selftest.end_representation", representative, by=by, facts=facts)
    revoke_those_of(user, institution)
    representative.delete()
    set_institution_roles(user, roles_of(user), by=by, vouched_by=by)


@transaction.atomic
def replace_clerk(representative: Representative, *, by: User) -> str:
    """End one clerk and invite the next: the new code, to be shown once."""
    institution = representative.institution
    end_representation(representative, by=by)
    return invite(institution, Role(representative.role), by=by)
