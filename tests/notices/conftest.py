"""One world per notice: its demo with few institutions, played to the publication."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction

from config.demo.notices.seeding import seed_notice
from tests.notices.seen import World


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    module = request.module
    with django_db_blocker.unblock(), transaction.atomic():
        kept, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path_factory.mktemp("media")
        seed_notice(module.NOTICE, "published", str, visits=module.VISITS)
        yield World.of(module.NOTICE)
        settings.MEDIA_ROOT = kept
        transaction.set_rollback(True)
