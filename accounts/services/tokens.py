from datetime import timedelta

from django.db import transaction
from knox.models import AuthToken

from accounts import audit
from accounts.models import User
from accounts.services.errors import AccountRefused

MOST_TOKENS = 5
LIFETIMES = {30: "30 天", 90: "90 天", 365: "1 年"}
"""Days a token may be valid, and how that is said."""


@transaction.atomic
def create_token(days: int, *, by: User) -> tuple[AuthToken, str]:
    """A token for the API in one's own name. Returns it and its text, which is shown once and not kept."""
    if AuthToken.objects.filter(user=by).count() >= MOST_TOKENS:
        raise AccountRefused(f"每人最多 {MOST_TOKENS} 个令牌，请先作废不用的令牌。")
    token, text = AuthToken.objects.create(user=by, expiry=timedelta(days=days))
    audit.record("accounts.create_token", by, by=by, facts={"token": token.token_key[:8], "days": days})
    return token, text


@transaction.atomic
def revoke_token(token: AuthToken, *, by: User) -> None:
    audit.record("accounts.revoke_token", by, by=by, facts={"token": token.token_key[:8]})
    token.delete()
