"""What a password must be (GB/T 22239 等保: length and classes of characters). Listed in AUTH_PASSWORD_VALIDATORS."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError

from accounts.models import User

LONG = 12
SHORT = 8
CLASSES_WHEN_SHORT = 3


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


def classes_in(password: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())
    return sum(any(test(char) for char in password) for test in tests)
