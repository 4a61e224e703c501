"""Signs people in without their passwords: `python -m tests.production.rig.sessions NAME…` prints each one's cookies."""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402  # after setup

from accounts.models import User  # noqa: E402
from tests.sessions import session_of  # noqa: E402


def main(usernames: list[str]) -> None:
    people = User.objects.in_bulk(usernames, field_name="username")
    told = {name: {settings.SESSION_COOKIE_NAME: session_of(people[name])} for name in usernames}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
