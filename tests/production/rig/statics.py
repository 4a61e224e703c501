"""Static files as production serves them, collected once for as long as they stay the same."""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
KEPT = PROJECT / "var" / "collected-for-tests"
SETTINGS = {
    "LIANCHOU_ENV": "production",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "collecting.test",
    "DATABASE_URL": "postgres://nobody:w7Xq-2mVb9Lk@127.0.0.1/none",
    "CELERY_BROKER_URL": "redis://:t4Gz_8nRc1Hy@127.0.0.1/0",
    "ENV_FILE": os.devnull,
}


def collected_static() -> Path:
    """The folder, made by the step of the image (Dockerfile) where it is not there yet."""
    vendor = Path(os.environ.get("VENDOR_DIR") or PROJECT / "var" / "static")
    place = KEPT / _digest(PROJECT / "static", vendor)
    if not (place / "staticfiles.json").exists():
        shutil.rmtree(KEPT, ignore_errors=True)
        KEPT.mkdir(parents=True)
        _collect(place, vendor)
    return place


def _digest(*folders: Path) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            told = path.stat()
            digest.update(f"{path.relative_to(folder)} {told.st_size} {told.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:20]


def _collect(place: Path, vendor: Path) -> None:
    fresh = place.with_name(f"{place.name}.{os.getpid()}")
    places = {"DATA_DIR": str(fresh / "data"), "STATIC_ROOT": str(fresh), "VENDOR_DIR": str(vendor)}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | SETTINGS | places
    subprocess.run(command, cwd=PROJECT, env=environment, check=True)
    fresh.rename(place)
