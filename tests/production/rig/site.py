import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.production.rig.composed import PROJECT, command_of_image, composed
from tests.production.rig.disks import SmallDisk
from tests.production.rig.processes import PATIENCE, Keeper, Service, until
from tests.production.rig.statics import collected_static
from tooling import services as programs

HOST = "lianchou.test"
PROXY_HEADERS = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
"""What the proxy in front of a web host says of the visitor."""
DATABASE = "lianchou"
SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "150",
    "unix_socket_directories": "",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
}
"""This machine's, after those of compose. Everything else as PostgreSQL comes: it waits for the disk."""
MIGRATED = "MIGRATED_DATABASE_URL"
"""A migrated, empty database to copy instead of migrating, which takes half a minute; tooling/test.py has one."""


class Rig:
    """See the package. `small_disks`: the site's files, and the database's log, each on a disk that can be filled."""

    def __init__(
        self, folder: Path | None = None, *, hosts: int = 2, more: dict[str, str] | None = None,
        small_disks: bool = False,
    ) -> None:  # fmt: skip
        self.folder = folder or Path(tempfile.mkdtemp(prefix="lianchou-rig-"))
        self.folder.chmod(0o755)
        self.logs, self.data = self.folder / "logs", self.folder / "data"
        self.keeper = Keeper()
        self.webs: list[Service] = []
        self.workers: list[Service] = []
        self.web_urls: list[str] = []
        self.disks: dict[str, SmallDisk] = {}
        self._hosts, self._more, self._has_small_disks = hosts, more or {}, small_disks

    def __enter__(self) -> Self:
        try:
            self.logs.mkdir(exist_ok=True)
            self.data.mkdir(exist_ok=True)
            if self._has_small_disks:
                self.disks["files"] = SmallDisk(self.data, megabytes=48)
                self.disks["log"] = SmallDisk(self.folder / "log-disk", megabytes=160)
            self._settle()
            self._start_servers()
            self._make_database()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.keeper.stop()
        for disk in self.disks.values():
            disk.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _settle(self) -> None:
        """The settings of compose, with this machine's places in them."""
        passwords = {"POSTGRES_PASSWORD": secrets.token_hex(16), "REDIS_PASSWORD": secrets.token_hex(16)}
        site = {"SECRET_KEY": secrets.token_urlsafe(60), "ALLOWED_HOSTS": HOST, "DOMAIN": HOST}
        self.services = composed(passwords | site | {"PUBLIC_URL": f"https://{HOST}"})
        self._password, self._redis_password = passwords["POSTGRES_PASSWORD"], passwords["REDIS_PASSWORD"]
        self._port, self._redis_port = programs.free_port(), programs.free_port()
        self.database_url = f"postgres://{DATABASE}:{self._password}@127.0.0.1:{self._port}/{DATABASE}"
        self.redis_url = f"redis://:{self._redis_password}@127.0.0.1:{self._redis_port}"
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self.environment = inherited | self.services["web"].environment | self._places() | self._more

    def _places(self) -> dict[str, str]:
        return {
            "ENV_FILE": os.devnull,
            "DATABASE_URL": self.database_url,
            "CELERY_BROKER_URL": f"{self.redis_url}/0",
            "REDIS_URL": f"{self.redis_url}/1",
            "DATA_DIR": str(self.data),
            "LOG_ANCHOR_FILE": "",
            "BACKUP_DIR": "",
            "VENDOR_DIR": os.environ.get("VENDOR_DIR") or str(PROJECT / "var" / "static"),
            "STATIC_ROOT": str(collected_static()),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def _start_servers(self) -> None:
        self.db, self.redis = self._postgres(), self._redis()
        for server, port in ((self.db, self._port), (self.redis, self._redis_port)):
            self.keeper.services.append(server)
            server.start()
            until(lambda port=port: answers(port), seconds=60, what=f"{server.name} listens")  # type: ignore[misc]
        self.keeper.start()

    def _postgres(self) -> Service:
        found, user = programs.postgres_programs(), programs.unprivileged_user()
        data, password = self.folder / "postgres", self.folder / "postgres-password"
        data.mkdir(exist_ok=True)
        password.write_text(self._password)
        for path in (data, password):
            shutil.chown(path, user)
        owner = user if os.getuid() == 0 else None
        how = ["-U", DATABASE, "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256", "--data-checksums"]
        if self.disks:
            how.append(f"--waldir={self.disks['log'].place / 'wal'}")
        make: list[str | Path] = [found / "initdb", "-D", data, *how, "--no-sync", f"--pwfile={password}"]
        subprocess.run(make, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, user=owner)
        settings = [*self.services["db"].command[1:], *(f"-c{name}={value}" for name, value in SERVER_SETTINGS.items())]
        command: list[str | Path] = [found / "postgres", "-D", data, "-p", str(self._port), *settings]
        log = self.logs / "db.log"
        return Service("db", command, environment=dict(os.environ), folder=self.folder, log=log, user=owner)

    def _redis(self) -> Service:
        data = self.folder / "redis"
        data.mkdir(exist_ok=True)
        place = ["--bind", "127.0.0.1", "--port", str(self._redis_port), "--dir", str(data)]
        command = [*self.services["redis"].command, *place]
        log = self.logs / "redis.log"
        return Service("redis", command, environment=dict(os.environ), folder=self.folder, log=log)

    def _make_database(self) -> None:
        at = {"PGPASSWORD": self._password, "PATH": os.environ["PATH"]}
        where = ["-h", "127.0.0.1", "-p", str(self._port), "-U", DATABASE]
        until(
            lambda: subprocess.run([programs.postgres_programs() / "createdb", *where, DATABASE], env=at, check=False,
                                   capture_output=True).returncode == 0,
            seconds=60, what="the database is made",
        )  # fmt: skip
        if source := os.environ.get(MIGRATED):
            dump = [programs.postgres_programs() / "pg_dump", "--no-owner", "--no-acl", source]
            load = [programs.postgres_programs() / "psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", *where, DATABASE]
            with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
                subprocess.run(load, stdin=dumping.stdout, env=at, check=True, stdout=subprocess.DEVNULL)
        else:
            self.program("manage.py", "migrate", "--noinput", "--verbosity", "0")

    def program(self, *arguments: str, given: str = "", **environment: str) -> str:
        """Run a program of the project in the site's own environment; what it printed."""
        run = subprocess.run(
            [sys.executable, *arguments], cwd=PROJECT, env=self.environment | environment, input=given,
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        if run.returncode:
            raise RuntimeError(f"{arguments} failed:\n{run.stderr[-4000:]}")
        return run.stdout

    def cookies(self, *usernames: str) -> dict[str, dict[str, str]]:
        """The cookies of these people as if each had just signed in, by name."""
        told: dict[str, dict[str, str]] = json.loads(self.program("-m", "tests.production.rig.sessions", *usernames))
        return told

    def open(self, *, clock: bool = True) -> None:
        """Web hosts, workers and the clock; returns once the pages are served and the workers take work."""
        self.webs = [self.web(f"web-{number}") for number in range(1, self._hosts + 1)]
        self.workers = [self.worker(f"worker-{number}") for number in range(1, self._hosts + 1)]
        self.beat = self._beat() if clock else None
        for service in (*self.webs, *self.workers, *([self.beat] if self.beat else [])):
            self.add(service)
        for url in self.web_urls:
            until(lambda url=url: is_up(url), seconds=120, what=f"{url} answers")  # type: ignore[misc]
        for worker in self.workers:
            until(lambda worker=worker: b" ready" in worker.told(), seconds=120, what=f"{worker.name} is ready")  # type: ignore[misc]

    def add(self, service: Service) -> None:
        service.start()
        self.keeper.services.append(service)

    def remove(self, service: Service) -> None:
        self.keeper.services.remove(service)
        service.stop()

    def web(self, name: str, **environment: str) -> Service:
        """A web host; its address is the last of `web_urls`."""
        port = programs.free_port()
        words = self.services["web"].command or command_of_image()
        command = [f"127.0.0.1:{port}" if word == "0.0.0.0:8000" else word for word in words]
        self.web_urls.append(f"http://127.0.0.1:{port}")
        return self._python(name, command, environment)

    def worker(self, name: str, **environment: str) -> Service:
        """One for all queues, where compose has one for each: this machine is small."""
        found = [each.command for service, each in self.services.items() if service.startswith("worker-")]
        queues = ",".join(sorted(command[command.index("-Q") + 1] for command in found))
        others = {"-Q": queues, "--concurrency": "2"}
        words = [others.get(before, word) for before, word in pairwise(["", *found[0]])]
        return self._python(name, [*words, "-n", f"{name}@%h"], environment)

    def _beat(self) -> Service:
        schedule = str(self.folder / "beat-schedule")
        words = self.services["beat"].command
        return self._python("beat", [schedule if "beat-schedule" in word else word for word in words], {})

    def _python(self, name: str, command: list[str], environment: dict[str, str]) -> Service:
        """A command of the image, with this environment's Python."""
        words = [sys.executable, "-m", *command] if command[0] != "python" else [sys.executable, *command[1:]]
        settings = self.environment | environment
        return Service(name, words, environment=settings, folder=PROJECT, log=self.logs / f"{name}.log")


def answers(port: int) -> bool:
    with suppress(OSError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        return True
    return False


def is_up(url: str, path: str = "/healthz") -> bool:
    """Whether that web host answers that page with 200."""
    return status_of(url, path) == http.HTTPStatus.OK


def status_of(url: str, path: str, headers: Mapping[str, str] = PROXY_HEADERS) -> int:
    """0 when there is no answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", path, headers=dict(headers))
        return connection.getresponse().status
    return 0
