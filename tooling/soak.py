"""Starts a whole site on this machine as docker-compose.yml composes it, breaks it in every way that
tests/production/faults knows while people work on it, and prints a table: fault → held or not.

`python -m tooling.soak [--minutes 20] [--seed N] [--only NAME …]`; `--minutes 0` brings each fault about once, which is
what `make test` does.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MINUTES = "20"
AT_MOST = 600
"""Seconds for every fault once: what hangs for longer has failed."""


@dataclass(frozen=True)
class Held:
    held: int
    not_held: int


def once(environment: dict[str, str], *, migrated: str) -> Held:
    """Every fault once. `migrated` is the address of a migrated, empty database to begin with."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "tests.production.faults", "--report", str(report)]
        run = subprocess.Popen(command, cwd=ROOT, env=environment | {"MIGRATED_DATABASE_URL": migrated})
        try:
            run.wait(timeout=AT_MOST)
        except subprocess.TimeoutExpired:
            run.terminate()
            run.wait()
        if not report.exists():
            return Held(0, 1)
        told = json.loads(report.read_text())
        return Held(told["held"], told["not held"])


def main(arguments: list[str]) -> int:
    given = arguments if "--minutes" in arguments else ["--minutes", MINUTES, *arguments]
    command = [sys.executable, "-m", "tests.production.faults", *given]
    return subprocess.run(command, cwd=ROOT, env=dict(os.environ), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
