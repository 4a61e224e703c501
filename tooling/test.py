"""Runs the whole suite on SQLite and again on PostgreSQL with Redis, and then every fault of production once; the last
line counts all of them together.

`python -m tooling.test [--only sqlite|postgres] [arguments for pytest …]`
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tooling import services, soak

ROOT = Path(__file__).resolve().parent.parent
TITLES = {"sqlite": "SQLite, a folder as the queue", "postgres": "PostgreSQL, Redis"}
PROCESSES = {"sqlite": "2", "postgres": "2"}
"""Both runs go on at once, and end at about the same time."""
ONCE = {"sqlite": ["-m", "not once_with_postgres"], "postgres": ["-m", "not once_with_sqlite"]}
"""When both runs are made: what the other one tells alone. tests/conftest.py says of which tests that holds."""
FOREIGN = (
    "DATABASE_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "DATABASE_POOL",
    "DATA_DIR",
    "DEMO",
    "DEBUG",
    "LIANCHOU_TEST_DIR",
    "PYTHONDONTWRITEBYTECODE",  # each of the many processes would compile everything anew
)


@dataclass(frozen=True)
class Outcome:
    passed: int
    failed: int
    exit_code: int


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    options, arguments = parser.parse_known_args()
    started = time.monotonic()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="lianchou-servers-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        environments = {}
        if options.only != "postgres":
            environments["sqlite"] = clean_environment()
        if options.only != "sqlite":
            environments["postgres"] = clean_environment() | started_services(stack, folder)
        suites: list[Suite] = []
        for name, environment in environments.items():
            once = ONCE[name] if options.only is None else []
            suites.append(Suite.start(name, folder, environment, [*once, *arguments], aside=len(suites) > 0))
        outcomes = [suite.outcome() for suite in suites]
        if options.only is None and not arguments:
            outcomes.append(faults(environments["postgres"]))
    print(f"took {time.monotonic() - started:.0f} s")
    print(f"{sum(o.passed for o in outcomes)} passed, {sum(o.failed for o in outcomes)} failed")
    return max(outcome.exit_code for outcome in outcomes)


def faults(environment: dict[str, str]) -> Outcome:
    """A site like that of production, broken in every way once; when nothing else keeps the processors busy."""
    told = soak.once(clean_environment(), migrated=environment["DATABASE_URL"])
    return Outcome(told.held, told.not_held, 1 if told.not_held else 0)


def clean_environment() -> dict[str, str]:
    """Without this machine's settings; sets have one order, or the test processes would collect different lists."""
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | {"PYTHONHASHSEED": "1"}


def started_services(stack: ExitStack, folder: Path) -> dict[str, str]:
    redis_url = stack.enter_context(services.redis(folder))
    database_url = stack.enter_context(services.postgres(folder))
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "CELERY_BROKER_URL": redis_url}


@dataclass(frozen=True)
class Suite:
    """A run that goes on, once its database is migrated. One aside writes into a file, which is shown when the run before it
    has ended."""

    name: str
    run: "subprocess.Popen[bytes]"
    report: Path
    written: Path | None

    @classmethod
    def start(
        cls, name: str, folder: Path, environment: dict[str, str], arguments: list[str], *, aside: bool
    ) -> "Suite":
        report, written = folder / f"{name}.xml", folder / f"{name}.txt" if aside else None
        command = [
            sys.executable,
            "-m",
            "tests.migrated",
            "-m",
            "pytest",
            "-q",
            "-n",
            PROCESSES[name],
            "--dist",
            "worksteal",
        ]
        command += ["--durations=12", f"--junitxml={report}", *arguments]
        with ExitStack() as stack:
            output = stack.enter_context(written.open("wb")) if written else None
            run = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        return cls(name, run, report, written)

    def outcome(self) -> Outcome:
        print(f"== {TITLES[self.name]}", flush=True)
        exit_code = self.run.wait()
        if self.written:
            print(self.written.read_text(errors="replace"), flush=True)
        passed, failed = count(self.report)
        return Outcome(passed, failed, exit_code)


def count(report: Path) -> tuple[int, int]:
    """(passed, failed) of a JUnit report; a run that wrote none counts as one failure."""
    if not report.exists():
        return 0, 1
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314  # our own file
    total, failures, errors, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    return total - failures - errors - skipped, failures + errors


if __name__ == "__main__":
    sys.exit(main())
