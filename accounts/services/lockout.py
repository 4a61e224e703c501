"""Who may not try again for a while: five failures of one account, or many from one address, within ten minutes.

An attempt is written before the password is looked at and taken back when it was right. So of any number of
attempts at the same moment, in whatever processes, no more than five are judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from accounts import audit
from accounts.addresses import digest_of
from accounts.models import SignInAttempt, User
from accounts.rules import require
from accounts.services.errors import AccountRefused

FAILURES_ALLOWED = 5
WITHIN = timedelta(minutes=10)
LOCKED_FOR = timedelta(minutes=10)
KEPT = timedelta(days=1)
CLOCK_ERROR = timedelta(minutes=1)
"""Attempts further in the future come from a host whose clock is wrong; they must not lock anybody out for days."""


@dataclass(frozen=True, slots=True)
class Locked(Exception):
    until: datetime

    def __str__(self) -> str:
        minutes = max(1, -(-(self.until - timezone.now()) // timedelta(minutes=1)))
        return f"连续登录失败次数过多，请 {minutes} 分钟后再试（{timezone.localtime(self.until):%H:%M} 以后）。"


def open_attempt(subject: User, address: str = "") -> SignInAttempt:
    """Stands for a failure until it is withdrawn. AccountRefused while the account or the address is locked."""
    attempt = SignInAttempt.objects.create(subject=str(subject.pk), address=digest_of(address), at=timezone.now())
    others = SignInAttempt.objects.exclude(pk=attempt.pk)
    until = _locked_until(others.filter(subject=attempt.subject), FAILURES_ALLOWED) or (
        _locked_until(others.filter(address=attempt.address), settings.SIGN_IN_FAILURES_PER_ADDRESS)
        if attempt.address
        else None
    )
    if until:
        attempt.delete()
        raise AccountRefused(str(Locked(until)))
    return attempt


def record_failure(subject: User, address: str = "", facts: Mapping[str, str] | None = None) -> None:
    """One event for the failure, and one more when it is the one that locks the account."""
    with transaction.atomic():
        audit.record("accounts.sign_in_refused", subject, by=None, facts=facts, changes=came_from(subject, address))
        if locked_until(subject):
            audit.record("accounts.lock_user", subject, by=None, facts={"failures": FAILURES_ALLOWED})


def came_from(subject: User, address: str) -> list[audit.Change]:
    """The whole address stands in the trail alone, among the personal values that can be erased."""
    if not address:
        return []
    return [audit.Change(subject._meta.label_lower, str(subject.pk), {}, {"address": [None, address]})]


def locked_until(user: User) -> datetime | None:
    """When the account may be tried again; None when it may now."""
    return _locked_until(SignInAttempt.objects.filter(subject=str(user.pk)), FAILURES_ALLOWED)


def forget_failures(user: User) -> int:
    """After a sign-in the count begins anew. Failures at other accounts from the same address stay counted."""
    return SignInAttempt.objects.filter(subject=str(user.pk)).delete()[0]


@transaction.atomic
def unlock(user: User, *, by: User) -> None:
    """Let the account be tried again before its time."""
    require(by, "unlock", user)
    if not forget_failures(user):
        raise AccountRefused(f"{user.name}的账号没有被锁定。")
    audit.record("accounts.unlock_user", user, by=by)


def drop_old_attempts() -> int:
    return SignInAttempt.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def _locked_until(attempts: models.QuerySet[SignInAttempt], allowed: int) -> datetime | None:
    now = timezone.now()
    recent = attempts.filter(at__gt=now - WITHIN - LOCKED_FOR, at__lt=now + CLOCK_ERROR)
    moments = list(recent.order_by("-at").values_list("at", flat=True)[:allowed])
    if len(moments) < allowed or moments[0] - moments[-1] > WITHIN:
        return None
    until = moments[0] + LOCKED_FOR
    return until if until > now else None
