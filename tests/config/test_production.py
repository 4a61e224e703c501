import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

GOOD = {
    "LIANCHOU_ENV": "production",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "chou.example.gov.cn",
    "DATABASE_URL": "postgres://lianchou:secret@db/lianchou",
    "CELERY_BROKER_URL": "redis://:secret@redis:6379/0",
    "REDIS_URL": "redis://:secret@redis:6379/1",
}


def faults_of(tmp_path: Path, **changed: str | None) -> list[str]:
    """What a process with these settings complains about when it starts in production."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "ENV_FILE": os.devnull, "DATA_DIR": str(tmp_path), **GOOD, **changed}
    given = {name: value for name, value in environment.items() if value is not None}
    command = [sys.executable, "-c", "import config.settings"]
    run = subprocess.run(command, cwd=PROJECT, env=given, capture_output=True, text=True, check=False)
    return [line.removeprefix("- ") for line in run.stderr.splitlines() if line.startswith("- ")]


def test_production_starts_when_everything_is_spelled_out(tmp_path):
    assert faults_of(tmp_path) == []


def test_production_refuses_everything_weak_at_once(tmp_path):
    faults = faults_of(
        tmp_path,
        SECRET_KEY=None,
        DEBUG="1",
        DEMO="1",
        ALLOWED_HOSTS="*",
        DATABASE_URL=None,
        CELERY_BROKER_URL=None,
        REDIS_URL="redis://redis:6379/1",
    )
    assert faults == [
        "SECRET_KEY is the demo's or shorter than 50 characters",
        "DEBUG is on",
        "DEMO is on: it shows accounts with their passwords",
        "ALLOWED_HOSTS is empty or has a wildcard",
        "DATABASE_URL is missing",
        "CELERY_BROKER_URL must be a redis:// or rediss:// address with a password",
        "REDIS_URL has no password",
    ]


def test_production_refuses_a_wildcard_by_leading_dot(tmp_path):
    assert faults_of(tmp_path, ALLOWED_HOSTS=".gov.cn") == ["ALLOWED_HOSTS is empty or has a wildcard"]
