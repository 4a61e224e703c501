import os
import secrets
import subprocess
import sys
from pathlib import Path

from config import production

PROJECT = Path(__file__).resolve().parents[2]

GOOD = {
    "LIANCHOU_ENV": "production",
    "SECRET_KEY": "pZ4-wVq8sB1nXk7TyL0cRf3GhJm9DuAe5QoWi2Nz6CtYxKbSvH",
    "ALLOWED_HOSTS": "chou.example.gov.cn",
    "DATABASE_URL": "postgres://lianchou:w7Xq-2mVb9Lk@db/lianchou",
    "BEHIND_PROXY": "1",
    "TRUSTED_PROXIES": "1",
    "CELERY_BROKER_URL": "redis://:t4Gz_8nRc1Hy@redis:6379/0",
    "REDIS_URL": "redis://:t4Gz_8nRc1Hy@redis:6379/1",
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
        "SECRET_KEY is the demo's, shorter than 50 characters, or not random",
        "DEBUG is on",
        "DEMO is on: it shows accounts with their passwords",
        "ALLOWED_HOSTS is empty or has a wildcard",
        "DATABASE_URL is missing",
        "CELERY_BROKER_URL must be a redis:// or rediss:// address with a password",
        "REDIS_URL has no password",
    ]


def test_production_refuses_a_wildcard_by_leading_dot(tmp_path):
    assert faults_of(tmp_path, ALLOWED_HOSTS=".gov.cn") == ["ALLOWED_HOSTS is empty or has a wildcard"]


def test_production_refuses_secrets_that_nobody_drew_at_random(tmp_path):
    faults = faults_of(
        tmp_path,
        SECRET_KEY="changeme-" * 8,
        DATABASE_URL="postgres://lianchou:changeme-please@db/lianchou",
        CELERY_BROKER_URL="redis://:aaaaaaaaaaaaaaaa@redis:6379/0",
        METRICS_TOKEN="short",
        CSRF_TRUSTED_ORIGINS="http://chou.example.gov.cn",
    )
    assert faults == [
        "SECRET_KEY is the demo's, shorter than 50 characters, or not random",
        "CSRF_TRUSTED_ORIGINS has a wildcard or an address without HTTPS",
        "DATABASE_URL has a weak password, of fewer than 12 characters or a placeholder",
        "CELERY_BROKER_URL has a weak password, of fewer than 12 characters or a placeholder",
        "METRICS_TOKEN is shorter than 32 characters or a placeholder",
    ]


def test_production_refuses_a_wrong_count_of_proxies_and_sqlite(tmp_path):
    assert faults_of(tmp_path, TRUSTED_PROXIES="0", DATABASE_URL=f"sqlite:///{tmp_path}/db") == [
        "DATABASE_URL names SQLite, which several processes with a pool of workers damage",
        "BEHIND_PROXY is on, but TRUSTED_PROXIES counts none: all visitors would have the proxy's address",
    ]
    assert faults_of(tmp_path, BEHIND_PROXY="0") == [
        "TRUSTED_PROXIES counts some, but BEHIND_PROXY is off: visitors could say any address"
    ]


def test_production_takes_what_the_documents_tell_to_draw():
    drawn = [secrets.token_urlsafe(50) for _ in range(2000)] + [secrets.token_hex(16) for _ in range(2000)]
    assert [secret for secret in drawn if production._is_placeholder(secret)] == []
