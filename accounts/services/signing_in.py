import hashlib
from datetime import timedelta
from time import time

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.middleware import KEY, SINCE
from accounts.models import AuditEvent, User
from accounts.services.errors import AccountRefused

FAILURES_ALLOWED = 5
FAILURES_WITHIN = timedelta(minutes=10)

WRONG = "用户名或密码不正确，或账号已停用。"
WAIT_AGAIN = "连续输错密码次数过多，请 10 分钟后再试。"
WAIT = "连续登录失败次数过多，请 10 分钟后再试。"


def sign_in(request: HttpRequest, username: str, password: str) -> User:
    """Begin a session. Says the same whether the account is unknown, closed or the password wrong."""
    user = prove_identity(request, username, password)
    with transaction.atomic():
        audit.record("accounts.sign_in", user, by=user)
        login(request, user)
    request.session[KEY] = request.session[SINCE] = int(time())
    return user


def prove_identity(request: HttpRequest, username: str, password: str) -> User:
    """Whose password this is; AccountRefused if nobody's, or after too many failures. Failures stand in the trail."""
    subject = _subject(username)
    if _recent_failures(subject) >= FAILURES_ALLOWED:
        raise AccountRefused(WAIT)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        audit.record("accounts.sign_in_refused", subject, by=None)
        raise AccountRefused(WRONG)
    return user


def confirm_password(user: User, password: str) -> None:
    """The signed-in person's own password, asked again before what cannot be taken back. AccountRefused if wrong;
    failures count like those of signing in."""
    if _recent_failures(user) >= FAILURES_ALLOWED:
        raise AccountRefused(WAIT_AGAIN)
    if not user.check_password(password):
        audit.record("accounts.sign_in_refused", user, by=None)
        raise AccountRefused("密码不正确，未办理。")


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


def _recent_failures(subject: User) -> int:
    """Refused attempts since the last sign-in, counted in the trail itself, so that all processes agree."""
    events = AuditEvent.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk), at__gte=timezone.now() - FAILURES_WITHIN
    )
    last = events.filter(action="accounts.sign_in").order_by("-number").values_list("number", flat=True).first()
    return events.filter(action="accounts.sign_in_refused", number__gt=last or 0).count()
