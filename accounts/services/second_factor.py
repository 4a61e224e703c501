"""The one-time code beside the password: setting it up, checking it, renewing and resetting it."""

import re
import secrets
from typing import Literal

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import audit, one_time
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.rules import require
from accounts.sealing import seal, unseal
from accounts.services.errors import AccountRefused
from accounts.services.lockout import open_attempt, record_failure
from accounts.services.sessions import drop_sessions_and_tokens

RECOVERY_CODES = 8
RECOVERY_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
RECOVERY_LENGTH = 12

WRONG_CODE = "动态口令不正确或已用过，请等手机上出现下一个再输入。"
UNREADABLE = "动态口令的密钥无法读取，请联系安全管理员重置。"

Kind = Literal["code", "recovery_code"]


def is_required_of(user: User) -> bool:
    return not user.roles.isdisjoint(settings.SECOND_FACTOR_ROLES)


def factor_of(user: User) -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user).first()


@transaction.atomic
def set_up(user: User, secret: str, code: str) -> list[str]:
    """Once the first code shows that the telephone has the secret. Returns the recovery codes, shown once."""
    step = next(one_time.matching_steps(secret, _plain(code)), None)
    if step is None:
        raise AccountRefused("动态口令不正确。请核对手机时间是否准确，再输入当前显示的六位数字。")
    if factor_of(User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)):
        raise AccountRefused("已经设置过两步验证。")
    factor = SecondFactor.objects.create(
        user=user, sealed_secret=seal(secret), last_step=step, set_up_at=timezone.now()
    )
    audit.record("accounts.set_up_second_factor", user, by=user)
    return _give_recovery_codes(factor)


def check_code(user: User, code: str, address: str = "") -> Kind:
    """A code of the telephone or one of recovery, each good once. AccountRefused if it is neither; failures count
    like those of the password."""
    attempt = open_attempt(user, address)
    found = _spend(user, _plain(code))
    if found is None:
        record_failure(user, address, {"asked_for": "code"})
        raise AccountRefused(WRONG_CODE)
    attempt.delete()
    return found


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """New ones, shown once; the former are void. Call it behind a code."""
    factor = SecondFactor.objects.select_for_update(no_key=True).get(user=user)
    factor.recovery_codes.all().delete()
    audit.record("accounts.renew_recovery_codes", user, by=user)
    return _give_recovery_codes(factor)


@transaction.atomic
def remove(user: User) -> None:
    """By the person, where no role demands it. Call it behind a code."""
    if is_required_of(user):
        raise AccountRefused("您的角色须使用两步验证，不能停用；换手机时请联系安全管理员重置。")
    SecondFactor.objects.filter(user=user).delete()
    audit.record("accounts.remove_second_factor", user, by=user)


@transaction.atomic
def reset(user: User, *, by: User | None) -> None:
    """For somebody who lost the telephone: signed out everywhere, sets it up anew after the next password.

    The security administrator does it, who gives no passwords: taking over an account needs the system
    administrator as well. `by` is None for the command on the server, where no security administrator is left.
    """
    if by is not None:
        require(by, "reset_second_factor", user)
    if not SecondFactor.objects.filter(user=user).delete()[0]:
        raise AccountRefused(f"{user.name}没有设置两步验证。")
    drop_sessions_and_tokens(user)
    audit.record("accounts.reset_second_factor", user, by=by)


def _spend(user: User, code: str) -> Kind | None:
    factor = factor_of(user)
    if factor is None:
        return None
    if len(code) != one_time.DIGITS:
        return "recovery_code" if _spend_recovery_code(factor, code) else None
    try:
        steps = one_time.matching_steps(unseal(bytes(factor.sealed_secret)), code)
    except InvalidToken as error:
        raise AccountRefused(UNREADABLE) from error
    return "code" if any(_spend_step(factor, step) for step in steps) else None


def _spend_step(factor: SecondFactor, step: int) -> bool:
    """Of two requests with the same code one is too late."""
    return SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step) == 1


@transaction.atomic
def _spend_recovery_code(factor: SecondFactor, code: str) -> bool:
    unused = factor.recovery_codes.filter(digest=_digest(factor.pk, code), used_at=None)
    if unused.update(used_at=timezone.now()) != 1:
        return False
    left = factor.recovery_codes.filter(used_at=None).count()
    audit.record("accounts.use_recovery_code", factor.user, by=factor.user, facts={"left": left})
    return True


def _give_recovery_codes(factor: SecondFactor) -> list[str]:
    codes = ["".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, digest=_digest(factor.pk, code)) for code in codes)
    return ["-".join(re.findall("....", code)) for code in codes]


def _digest(owner: int, code: str) -> str:
    return salted_hmac("accounts.recovery_codes", f"{owner}:{code}", algorithm="sha256").hexdigest()


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code).upper()
