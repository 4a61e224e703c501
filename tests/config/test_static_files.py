import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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


IMPORTED = re.compile(r"""(?:import|export)\b[^;'"]*?\bfrom\s*["'](\.[^"']+)["']""")


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The folder of static files as production serves them, and each one's name there."""
    place = tmp_path_factory.mktemp("production")
    places = {"DATA_DIR": str(place), "DATABASE_URL": f"sqlite:///{place}/db.sqlite3"}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=PROJECT, env=os.environ | PRODUCTION | places, check=True)
    folder = place / "collected-static"
    return folder, json.loads((folder / "staticfiles.json").read_text())["paths"]


def test_static_files_are_collected_for_production(collected):
    folder, names = collected

    wanted = ["vendor/tabler.min.css", "vendor/htmx.min.js", "vendor/echarts.min.js", "css/tokens.css"]
    assert [name for name in wanted if not (folder / names[name]).exists()] == []
    assert (folder / f"{names['vendor/tabler.min.css']}.br").stat().st_size < 80_000


def test_modules_import_each_other_by_hashed_names(collected):
    folder, names = collected
    wanted = {names[name] for name in names if name.startswith(("js/draw/", "vendor/noble/"))}

    reached = reachable_modules(folder, names["js/draw/worker.js"])

    assert names["vendor/noble/sha2.js"] in reached
    assert reached <= wanted


def reachable_modules(folder: Path, name: str) -> set[str]:
    """The module and all that it imports, however indirectly, as names below the folder."""
    found, waiting = set(), [name]
    while waiting:
        if (module := waiting.pop()) in found:
            continue
        found.add(module)
        beside = (folder / module).parent
        imported = [(beside / path).resolve() for path in IMPORTED.findall((folder / module).read_text())]
        waiting += [str(path.relative_to(folder.resolve())) for path in imported]
    return found
