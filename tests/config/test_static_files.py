import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "LIANCHOU_ENV": "production",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "chou.example.gov.cn",
    "CELERY_BROKER_URL": "redis://:secret@redis:6379/0",
    "REDIS_URL": "",
    "ENV_FILE": os.devnull,
}


def test_static_files_are_collected_for_production(tmp_path):
    places = {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]

    subprocess.run(command, cwd=PROJECT, env=os.environ | PRODUCTION | places, check=True)

    collected = tmp_path / "collected-static"
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    wanted = ["vendor/tabler.min.css", "vendor/htmx.min.js", "vendor/echarts.min.js", "css/tokens.css"]
    assert [name for name in wanted if not (collected / names[name]).exists()] == []
    assert (collected / f"{names['vendor/tabler.min.css']}.br").stat().st_size < 80_000
