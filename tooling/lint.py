"""Every check that needs no running program, two at a time; prints what a check says only when it fails."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]

# The slowest first.
CHECKS: dict[str, list[str | Path]] = {
    "types": [PROGRAMS / "mypy", "."],
    "templates": [PROGRAMS / "djlint", "templates", "--lint", "--quiet"],
    "format": [PROGRAMS / "ruff", "format", "--check", "."],
    "style": [PROGRAMS / "ruff", "check", "."],
    "imports": [PROGRAMS / "lint-imports"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "project": [*MANAGE, "check", "--fail-level", "WARNING"],
}


def main() -> int:
    with ThreadPoolExecutor(max_workers=2) as pool:
        passed = list(pool.map(run, CHECKS))
    return 0 if all(passed) else 1


def run(name: str) -> bool:
    started = time.monotonic()
    command = CHECKS[name]
    result = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    verdict = "ok" if result.returncode == 0 else "FAILED"
    text = f"lint: {name} {verdict} ({time.monotonic() - started:.0f} s)"
    if result.returncode:
        text = f"{text}\n{result.stdout}{result.stderr}"
    print(text, flush=True)
    return result.returncode == 0


def environment() -> dict[str, str]:
    """Checks see the project as it comes: no .env of this machine, nothing of production."""
    return os.environ | {"ENV_FILE": os.devnull, "LIANCHOU_ENV": "demo", "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    sys.exit(main())
