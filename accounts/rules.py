"""Who may do what: small predicates, one table per model, asked by pages, API, templates and services alike."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models

from accounts.models import Role, User

Test = Callable[[User, Any], bool]


class Predicate:
    """A statement about a user and an object; combine with & | ~."""

    def __init__(self, test: Test) -> None:
        self._test = test

    def __call__(self, user: User, subject: Any) -> bool:
        return self._test(user, subject)

    def __and__(self, other: "Predicate") -> "Predicate":
        return Predicate(lambda user, subject: self(user, subject) and other(user, subject))

    def __or__(self, other: "Predicate") -> "Predicate":
        return Predicate(lambda user, subject: self(user, subject) or other(user, subject))

    def __invert__(self) -> "Predicate":
        return Predicate(lambda user, subject: not self(user, subject))


_tables: dict[type[models.Model], Mapping[str, Predicate]] = {}


def declare(model: type[models.Model], table: Mapping[str, Predicate]) -> None:
    """Say who may do what to objects of `model`; each app does so in its rules.py."""
    _tables[model] = table


def can(user: User, action: str, subject: models.Model | type[models.Model]) -> bool:
    """May `user` do `action` to this object (or, where there is none yet, to objects of this class)?"""
    model = subject if isinstance(subject, type) else type(subject)
    if not user.is_authenticated or not user.is_active:
        return False
    return _tables[model][action](user, subject)


def require(user: User, action: str, subject: models.Model | type[models.Model]) -> None:
    if not can(user, action, subject):
        raise PermissionDenied


def holds(*roles: Role) -> Predicate:
    return Predicate(lambda user, subject: user.has_role(*roles))


@Predicate
def is_market_regulator(user: User, subject: Any) -> bool:
    return user.is_market_regulator
