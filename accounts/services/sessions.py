"""Ending sessions: one's own from the list, all of a person's by the security administrator or when rights end."""

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from knox.models import AuthToken

from accounts import audit
from accounts.models import Session, User
from accounts.rules import require
from accounts.sessions import SessionStore, digest_of


def digest_of_session(session: SessionBase) -> str:
    return digest_of(session.session_key) if session.session_key else ""


@transaction.atomic
def end_session(session: Session, *, by: User) -> None:
    """One of the own sessions."""
    audit.record("accounts.end_session", by, by=by, facts={"session": session.session_key[:8]})
    session.delete()


@transaction.atomic
def end_other_sessions(here: SessionBase, *, by: User) -> int:
    """All of the own sessions but this one; how many there were."""
    others = Session.objects.visible_to(by).exclude(session_key=digest_of_session(here))
    ended = others.delete()[0]
    audit.record("accounts.end_other_sessions", by, by=by, facts={"sessions": ended})
    return ended


@transaction.atomic
def end_sessions_of(user: User, *, by: User) -> int:
    """Sign somebody out everywhere; their tokens for the API end with it."""
    require(by, "end_sessions", user)
    ended = Session.objects.filter(user=user).count()
    drop_sessions_and_tokens(user)
    audit.record("accounts.end_sessions", user, by=by, facts={"sessions": ended})
    return ended


def drop_sessions_and_tokens(user: User) -> None:
    """What goes with an account that is closed, a password that is reset, a role that is taken away. Without an event
    of its own: the act that calls it has one."""
    Session.objects.filter(user=user).delete()
    AuthToken.objects.filter(user=user).delete()


def drop_expired_sessions() -> None:
    SessionStore.clear_expired()
