"""What a password must be (GB/T 22239 等保: length, classes of characters, age; beside them what is easily guessed).
Listed in AUTH_PASSWORD_VALIDATORS."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.demo import DEMO_PASSWORD
from accounts.models import FormerPassword, User

LONG = 12
SHORT = 8
CLASSES_WHEN_SHORT = 3
COMMON = Path(__file__).with_name("common_passwords.txt")
WALK = 6
"""So many keys in a row on the keyboard, or one character so many times, are a walk; half a password of it is too much."""
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb")
LEETSPEAK = str.maketrans("@$0!1", "asoil")


@dataclass(frozen=True)
class LengthAndClasses:
    """Twelve characters of any kind, or eight with three of: lower case, upper case, digit, other."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) >= LONG or (len(password) >= SHORT and classes_in(password) >= CLASSES_WHEN_SHORT):
            return
        raise ValidationError(self.get_help_text(), code="password_too_weak")

    def get_help_text(self) -> str:
        return "密码至少 12 位；或至少 8 位且包含大写字母、小写字母、数字、符号中的三类。"


@dataclass(frozen=True)
class NotOnesName:
    """Neither the user name nor the phone number inside the password."""

    def validate(self, password: str, user: User | None = None) -> None:
        parts = [user.username, user.phone] if user else []
        if any(len(part) >= 3 and part.lower() in password.lower() for part in parts):
            raise ValidationError(self.get_help_text(), code="password_like_user")

    def get_help_text(self) -> str:
        return "密码不能包含用户名或联系电话。"


@dataclass(frozen=True)
class NotCommonHere:
    """Not one of those that people here choose: common_passwords.txt, and walks over the keyboard."""

    def validate(self, password: str, user: User | None = None) -> None:
        if password == DEMO_PASSWORD and not settings.PRODUCTION:
            return
        whole, stems = common_passwords()
        plain = password.lower()
        words = {_letters(plain), _letters(plain.rstrip("0123456789!.").translate(LEETSPEAK))}
        if plain in whole or stems & words or 2 * longest_walk(plain) > len(plain):
            raise ValidationError(self.get_help_text(), code="password_too_common_here")

    def get_help_text(self) -> str:
        return "密码太常见，容易被猜到：不能只是常用词、地名、系统名加数字，也不能是键盘上连续的按键。"


@dataclass(frozen=True)
class NotUsedBefore:
    """Neither the present one nor one of the last PASSWORD_HISTORY."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        former = FormerPassword.objects.filter(user=user).values_list("password", flat=True)
        if any(check_password(password, each) for each in former[: settings.PASSWORD_HISTORY]):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return f"不能使用最近 {settings.PASSWORD_HISTORY} 次用过的密码。"


def _letters(text: str) -> str:
    """Without digits and signs, and once if it is the same word again and again."""
    letters = re.sub(r"[^a-z\u4e00-\u9fff]", "", text)
    return re.sub(r"^(.+?)\1+$", r"\1", letters)


def has_expired(user: User) -> bool:
    """The own password is due to be changed."""
    return bool(settings.PASSWORD_MAX_DAYS) and _is_older(user, settings.PASSWORD_MAX_DAYS)


def is_void(user: User) -> bool:
    """A one-time password that nobody used in time."""
    return (
        user.must_change_password
        and bool(settings.INITIAL_PASSWORD_DAYS)
        and _is_older(user, settings.INITIAL_PASSWORD_DAYS)
    )


def _is_older(user: User, days: int) -> bool:
    return timezone.now() - user.password_set_at > timedelta(days=days)


@cache
def common_passwords() -> tuple[frozenset[str], frozenset[str]]:
    """Whole passwords, and stems that digits and signs do not save."""
    lines = [line.strip() for line in COMMON.read_text(encoding="utf-8").splitlines()]
    listed = [line for line in lines if line and not line.startswith("# ")]
    stems = frozenset(line[:-1] for line in listed if line.endswith("*"))
    return frozenset(line for line in listed if not line.endswith("*")), stems


def longest_walk(password: str) -> int:
    """The length of all runs of WALK or more keys that lie side by side, forwards or backwards, or are the same."""
    paths = [*ROWS, *(row[::-1] for row in ROWS)]
    total = start = 0
    while start < len(password):
        length = max(_run(password, start, path) for path in [*paths, password[start] * len(password)])
        total += length if length >= WALK else 0
        start += length if length >= WALK else 1
    return total


def _run(password: str, start: int, path: str) -> int:
    """How far the password follows the path from here."""
    place = path.find(password[start])
    if place < 0:
        return 0
    pairs = zip(password[start:], path[place:], strict=False)
    return next(
        (count for count, (one, other) in enumerate(pairs) if one != other),
        min(len(password) - start, len(path) - place),
    )


def classes_in(password: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())
    return sum(any(test(char) for char in password) for test in tests)
