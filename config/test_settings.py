"""Settings of the tests: the project's own, with everything written kept in one temporary folder per test process.

The environment is set before the project's settings read it, so workers and servers that tests start share it.
"""

import os
import tempfile
from pathlib import Path

TEST_PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "main")
TEST_DIR = Path(os.environ.setdefault("LIANCHOU_TEST_DIR", tempfile.mkdtemp(prefix="lianchou-tests-")))


def own_redis_database(url: str) -> str:
    """Test processes share the server, not its contents: process gw0 has database 1, gw1 database 2, and so on."""
    number = int(TEST_PROCESS[2:]) + 1 if TEST_PROCESS.startswith("gw") else 0
    return f"{url.rsplit('/', 1)[0]}/{number}"


os.environ["LIANCHOU_ENV"] = "demo"
os.environ["ENV_FILE"] = os.devnull
os.environ["DATA_DIR"] = str(TEST_DIR / TEST_PROCESS)
os.environ.setdefault("DATABASE_POOL", "0")  # a pool would hold on to a database that is to be dropped
for name in ("REDIS_URL", "CELERY_BROKER_URL"):
    if os.environ.get(name, "").startswith("redis"):
        os.environ[name] = own_redis_database(os.environ[name])

from config.settings import *  # noqa: E402, F403  # the environment comes first
from config.settings import DATA_DIR, DATABASES, LOGGING, SQLITE_OPTIONS  # noqa: E402

DATABASE = DATABASES["default"]
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # A file, for a worker in another process reads it too; never waited for on the disk.
    unsafe = SQLITE_OPTIONS["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    DATABASE |= {"OPTIONS": SQLITE_OPTIONS | {"init_command": unsafe}, "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")}}
else:
    # tooling/test.py has migrated it; where nobody has, the copy is migrated.
    DATABASE["TEST"] = {"TEMPLATE": DATABASE["NAME"]}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # look for a static file when asked: scanning them costs 50 ms per test client
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING["root"]["level"] = "WARNING"
SITE_KEPT_SECONDS = 0
CLOCK_TOLERANCE_SECONDS = 0  # tests travel in time, and PostgreSQL stays
CELERY_INCLUDE = ["tests.jobs.handlers"]
"""Kinds of work that only tests ask for; the real worker of the tests knows them too."""
