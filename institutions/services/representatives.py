from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import audit
from accounts.models import Role, User
from accounts.rules import require
from institutions.models import Institution, Representative


@transaction.atomic
def appoint_representative(institution: Institution, user: User, role: Role, *, by: User) -> Representative:
    """Let a user act for an institution, as its clerk or its legal representative; the role must have been granted."""
    require(by, "edit", institution)
    if not user.has_role(role):
        raise ValidationError(f"该账号没有“{role.label}”角色，请先由安全管理员授予。")
    representative = Representative(institution=institution, user=user, role=role)
    representative.full_clean()
    with audit.recorded("institutions.appoint", representative, by=by):
        representative.save()
    return representative
