"""Callers of the API: programs with a token of a person."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import User


@pytest.fixture
def program() -> Callable[[User], APIClient]:
    """A client that carries a token of this user."""

    def with_token(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {AuthToken.objects.create(user=user)[1]}")
        return client

    return with_token


@pytest.fixture(autouse=True)
def _nobody_is_throttled_yet() -> None:
    cache.clear()
