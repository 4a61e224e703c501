"""Settings of signing in: lockout, second factor, single sign-on, passwords. The demo asks for a password alone."""

from config.environment import PRODUCTION, env, text

NO_ROLES = "none"
GUARDED_ROLES = "system_administrator,security_administrator,auditor,lead_approver,supervisor"


def roles(listed: str) -> frozenset[str]:
    return frozenset(role.strip() for role in listed.split(",") if role.strip() and role.strip() != NO_ROLES)


TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
"""How many proxies of our own stand in front; what X-Forwarded-For says beyond them is the visitor's own invention."""
SIGN_IN_FAILURES_PER_ADDRESS = env.int("SIGN_IN_FAILURES_PER_ADDRESS", default=50)
"""Within ten minutes, over all accounts: a whole office may stand behind one address."""

SECOND_FACTOR_ROLES = roles(text("SECOND_FACTOR_ROLES", GUARDED_ROLES if PRODUCTION else NO_ROLES))
"""Who must give a one-time code beside the password (GB/T 22239-2019 8.1.4.1 d): whoever can change what others may,
whoever approves, whoever sees all."""

OIDC_ISSUER = text("OIDC_ISSUER")
OIDC_CLIENT_ID = text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = text("OIDC_CLIENT_SECRET")
OIDC_NAME = text("OIDC_NAME", "统一身份认证登录")
OIDC_USERNAME_CLAIM = text("OIDC_USERNAME_CLAIM", "preferred_username")
OIDC_TRUSTS_SECOND_FACTOR = env.bool("OIDC_TRUSTS_SECOND_FACTOR", default=False)
"""A second factor that the provider says it has asked for (claims amr and acr) counts as ours."""

PASSWORD_MAX_DAYS = env.int("PASSWORD_MAX_DAYS", default=90 if PRODUCTION else 0)
PASSWORD_HISTORY = env.int("PASSWORD_HISTORY", default=5)
INITIAL_PASSWORD_DAYS = env.int("INITIAL_PASSWORD_DAYS", default=7 if PRODUCTION else 0)
"""A one-time password that nobody used is worthless after so many days; 0 never."""
