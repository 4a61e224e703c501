"""One world per notice: its demo with few institutions, played to the publication."""

import pytest

from config.demo.notices.seeding import seed_notice
from tests.notices.seen import World


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, module_world: None) -> World:
    module = request.module
    seed_notice(module.NOTICE, "published", str, visits=module.VISITS)
    return World.of(module.NOTICE)
