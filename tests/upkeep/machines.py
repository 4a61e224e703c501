"""Empty machines of their own, and earlier releases' data put on one."""

import lzma
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.db import connection, connections
from django.test import override_settings

from accounts import guards
from config.upkeep import databases
from config.upkeep.dumping import run_program
from publications.digests import digest_of
from publications.models import PublicationVersion

PROJECT = Path(__file__).resolve().parents[2]
EARLIER = Path(__file__).parent / "earlier"


@dataclass(frozen=True)
class Machine:
    """data: its DATA_DIR; name: its database, a file or one on the tests' server."""

    data: Path
    name: str

    @property
    def url(self) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{self.name}"
        return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{name}".format(
            **connections["default"].settings_dict, name=self.name
        )

    def run(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """manage.py there, as an administrator runs it."""
        given = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LIANCHOU_ENV": "demo",
            "ENV_FILE": os.devnull,
            "DATA_DIR": str(self.data),
            "DATABASE_URL": self.url,
            "DATABASE_POOL": "1",
            "REDIS_URL": "",
            "LOG_ANCHOR_FILE": "",
            "PYTHONWARNINGS": "",
        }
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.run(
            command, cwd=PROJECT, env=os.environ | given | environment, capture_output=True, text=True, check=False
        )

    @contextmanager
    def inside(self) -> Iterator[None]:
        """This process's queries and files are that machine's."""
        places = {
            "MEDIA_ROOT": self.data / "media",
            "DATA_DIR": self.data,
            "LOG_ANCHOR_FILE": self.data / "anchors" / "log-heads.txt",
        }
        with override_settings(**places), databases.in_place(databases.another({"NAME": self.name})):
            yield


@contextmanager
def empty_machine(folder: Path) -> Iterator[Machine]:
    folder.mkdir(parents=True, exist_ok=True)
    if connection.vendor == "sqlite":
        yield Machine(folder, str(folder / "db.sqlite3"))
        return
    name = f"machine_{uuid4().hex[:8]}"
    execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield Machine(folder, name)
    finally:
        execute(f"DROP DATABASE {name} WITH (FORCE)")


def execute(statement: str) -> None:
    """On a connection of its own, outside transactions."""
    wrapper = databases.another({})
    with wrapper.cursor() as cursor:
        cursor.execute(statement)
    wrapper.close()


def put_earlier(release: str, machine: Machine) -> None:
    """The database and the files as that release left them."""
    with tarfile.open(EARLIER / f"{release}.media.tar.xz") as tar:
        tar.extractall(machine.data / "media", filter="data")
    if connection.vendor == "sqlite":
        put_earlier_sqlite(release, Path(machine.name))
        return
    script = machine.data / "earlier.sql"
    script.write_bytes(lzma.decompress((EARLIER / f"{release}.sql.xz").read_bytes()))
    options = ["--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", f"--file={script}"]
    run_program("psql", options, {**connections["default"].settings_dict, "NAME": machine.name})


def put_earlier_sqlite(release: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(lzma.decompress((EARLIER / f"{release}.sqlite3.xz").read_bytes()))


def digest_publications() -> None:
    """Worlds of the tests publish by a short cut (tests/publications/making.py), under a digest of nothing."""
    with guards.lifted(connection):
        for version in PublicationVersion.objects.exclude(digest=""):
            PublicationVersion.objects.filter(pk=version.pk).update(digest=digest_of(version))
