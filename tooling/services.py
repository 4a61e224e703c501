"""Private PostgreSQL and Redis for one test run: on free loopback ports, in one temporary folder, gone afterwards."""

import getpass
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# For tests a crash may lose everything, so nothing waits for the disk.
POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "autovacuum": "off",  # it would learn sizes of tables that the next test has emptied, or filled, again
    "log_min_messages": "FATAL",
}
DATABASE = "lianchou"


@contextmanager
def postgres(folder: Path, *more: str) -> Iterator[str]:
    """Yields a DATABASE_URL of a superuser and an empty database. `more`: further words for the server, which win."""
    programs, port, password = postgres_programs(), free_port(), secrets.token_hex(16)
    data, password_file, user = folder / "postgres", folder / "postgres-password", unprivileged_user()
    data.mkdir()
    password_file.write_text(password)
    for path in (data, password_file):
        shutil.chown(path, user)
    owner = user if os.getuid() == 0 else None
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "tests",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-A",
        "scram-sha-256",
    ]
    make: list[str | Path] = [*initdb, "--no-sync", f"--pwfile={password_file}"]
    subprocess.run(make, check=True, cwd=folder, stdout=subprocess.DEVNULL, user=owner)
    settings = [f"-c{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
    command: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port), "-k", data, *settings, *more]
    server = subprocess.Popen(command, cwd=folder, user=owner)
    with ended(server, signal.SIGINT):
        wait_for_port(server, port)
        at: list[str | Path] = ["-h", "127.0.0.1", "-p", str(port), "-U", "tests"]
        subprocess.run([programs / "createdb", *at, DATABASE], check=True, env=os.environ | {"PGPASSWORD": password})
        yield f"postgres://tests:{password}@127.0.0.1:{port}/{DATABASE}"


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Yields a redis:// URL with password, database 0."""
    port, password = free_port(), secrets.token_hex(16)
    data = folder / "redis"
    data.mkdir()
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning", "--dir", str(data)]
    policy = ["--maxmemory-policy", "noeviction"]
    command = ["redis-server", "--port", str(port), "--requirepass", password, *options, *policy]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    with ended(server, signal.SIGTERM):
        wait_for_port(server, port)
        yield f"redis://:{password}@127.0.0.1:{port}/0"


def postgres_programs() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not installed:
        sys.exit("PostgreSQL is not installed: run make setup-test")
    return installed[-1].parent


def unprivileged_user() -> str:
    """initdb refuses to run as root."""
    if os.getuid() != 0:
        return getpass.getuser()
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit(f"{server.args!r} did not start")


@contextmanager
def ended(server: "subprocess.Popen[bytes]", signal_number: int) -> Iterator[None]:
    try:
        yield
    finally:
        server.send_signal(signal_number)
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
