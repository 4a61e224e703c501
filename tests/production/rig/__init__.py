"""A whole site on this machine, as docker-compose.yml composes it: PostgreSQL, Redis, two web hosts, two worker hosts
and the clock, every one a real process on loopback, restarted when it dies.

with Rig() as rig:            # servers, and a migrated, empty database
    rig.program("-m", "tests.production.faults.world")   # fill it
    rig.open()                # web, workers, clock
    rig.web_urls, rig.database_url, rig.redis_url, rig.webs[0].kill(), rig.workers[1].children(), …
"""

from tests.production.rig.composed import composed
from tests.production.rig.processes import Keeper, Service, children_of, until
from tests.production.rig.site import HOST, PROXY_HEADERS, Rig, is_up, status_of

__all__ = [
    "HOST",
    "PROXY_HEADERS",
    "Keeper",
    "Rig",
    "Service",
    "children_of",
    "composed",
    "is_up",
    "status_of",
    "until",
]
