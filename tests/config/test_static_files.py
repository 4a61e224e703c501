import json
import re
from pathlib import Path

import pytest

from tests.production.rig.statics import collected_static

IMPORTED = re.compile(r"""(?:import|export)\b[^;'"]*?\bfrom\s*["'](\.[^"']+)["']""")


@pytest.fixture(scope="module")
def collected():
    """The folder of static files as production serves them, and each one's name there."""
    folder = collected_static()
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
