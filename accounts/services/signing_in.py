import hashlib
from time import time

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts import audit
from accounts.addresses import address_of, shortened
from accounts.devices import device_in_words
from accounts.models import Session, User
from accounts.passwords import is_void
from accounts.services.errors import AccountRefused
from accounts.services.lockout import came_from, forget_failures, open_attempt, record_failure
from accounts.services.second_factor import Kind, check_code, factor_of
from accounts.sessions import KEY, ORIGIN, PASSED, SINCE, WAITING

WRONG = "用户名或密码不正确，或账号已停用。"
VOID = "一次性密码已过期，请联系系统管理员重新重置密码。"
NOT_OPENED = "您的账号尚未开通，请联系系统管理员。"
CLOSED = "您的账号已停用，请联系系统管理员。"
WAIT_SECONDS = 5 * 60
"""So long the page asks for the code before the password is asked again."""
WRONG_AGAIN = "密码不正确，未办理。"


def sign_in(request: HttpRequest, username: str, password: str) -> bool:
    """Says the same whether the account is unknown, closed or the password wrong. See `admit`."""
    return admit(request, prove_identity(request, username, password), Session.Way.PASSWORD)


def admit(request: HttpRequest, user: User, way: Session.Way, *, passed: bool = False) -> bool:
    """Begin the session of somebody who has proven who they are. False when a one-time code is still wanted
    (`pass_second_factor`); `passed` when the single sign-on has asked for one already."""
    if passed or factor_of(user) is None:
        _begin_session(request, user, way, {}, passed=passed)
        return True
    waiting = {"user": user.pk, "since": int(time()), "way": way.value, "proof": user.get_session_auth_hash()}
    request.session[WAITING] = waiting
    return False


def sign_in_by_provider(request: HttpRequest, username: str, *, passed: bool) -> bool:
    """Whom the single sign-on names; see `admit`. Accounts are opened by the system administrator alone."""
    subject = _subject(username)
    known = not subject._state.adding
    if not known or not subject.is_active:
        record_failure(subject, address_of(request), {"way": Session.Way.SINGLE_SIGN_ON.value})
        raise AccountRefused(CLOSED if known else NOT_OPENED)
    return admit(request, subject, Session.Way.SINGLE_SIGN_ON, passed=passed)


def who_waits(request: HttpRequest) -> User | None:
    """Whose code is asked for: who has just given the password, or who is signed in but has not given a code yet."""
    if isinstance(request.user, User):
        return None if request.session.get(PASSED) else request.user
    waiting = request.session.get(WAITING)
    if waiting is None or not 0 <= time() - waiting["since"] <= WAIT_SECONDS:
        return None
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    return user if user and constant_time_compare(waiting["proof"], user.get_session_auth_hash()) else None


def pass_second_factor(request: HttpRequest, user: User, code: str) -> None:
    """`user` is who waits. AccountRefused if the code is not right."""
    kind = check_code(user, code, address_of(request))
    if isinstance(request.user, User):
        mark_passed(request)
        return
    way = Session.Way(request.session.pop(WAITING)["way"])
    _begin_session(request, user, way, {"second_factor": kind}, passed=True)


def mark_passed(request: HttpRequest) -> None:
    """From now on this session is that of somebody who has shown both password and telephone."""
    request.session.cycle_key()
    request.session[PASSED] = True


def _begin_session(
    request: HttpRequest, user: User, way: Session.Way, facts: dict[str, Kind | str], *, passed: bool
) -> None:
    address = address_of(request)
    with transaction.atomic():
        facts |= {"way": way.value} if way != Session.Way.PASSWORD else {}
        audit.record("accounts.sign_in", user, by=user, facts=facts, changes=came_from(user, address))
        login(request, user)
        forget_failures(user)
    request.session[KEY] = request.session[SINCE] = int(time())
    request.session[PASSED] = passed
    request.session[ORIGIN] = {
        "address": shortened(address),
        "device": device_in_words(request.headers.get("User-Agent", "")),
        "way": way.value,
    }


def prove_identity(request: HttpRequest, username: str, password: str) -> User:
    """Whose password this is; AccountRefused if nobody's, or after too many failures. Failures stand in the trail."""
    subject = _subject(username)
    attempt = open_attempt(subject, address_of(request))
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        record_failure(subject, address_of(request))
        raise AccountRefused(WRONG)
    attempt.delete()
    if is_void(user):
        record_failure(subject, address_of(request), {"password": "void"})
        raise AccountRefused(VOID)
    return user


def confirm_password(user: User, password: str) -> None:
    """The signed-in person's own password, asked again before what cannot be taken back. AccountRefused if wrong;
    failures count like those of signing in."""
    attempt = open_attempt(user)
    if not user.check_password(password):
        record_failure(user)
        raise AccountRefused(WRONG_AGAIN)
    attempt.delete()


def sign_out(request: HttpRequest, *, by: User) -> None:
    with transaction.atomic():
        audit.record("accounts.sign_out", by, by=by)
        logout(request)


def _subject(username: str) -> User:
    """The account of that name, or a stand-in for a name nobody has, known in the trail by a digest: what was
    typed may well be somebody's password."""
    known = User.objects.filter(username=username).first()
    stand_in = "?" + hashlib.sha256(username.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return known or User(pk=stand_in)
