"""Sessions of people who signed in, for requests without a test client of their own."""

from time import time

from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.sessions import KEY, PASSED, SINCE


def session_of(user: User) -> str:
    """The value of the session's cookie, as after password and one-time code."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[KEY] = session[SINCE] = int(time())
    session[PASSED] = True
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value
