import ast
import hashlib
import io
import json
import os
import subprocess
import sys
from zipfile import ZipFile

import pytest

from campaigns.draw import packing
from tests.campaigns.draw.test_log import make_log
from tests.campaigns.draw.vectors import NAMES, VECTORS, read_vector


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An empty directory with nothing but the one file."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / packing.FILE_NAME).write_bytes(packing.pack())
    return folder


def alone(folder, *arguments, **environment):
    """The file run by a Python that looks at nothing else: no site-packages, no environment, no working directory."""
    return subprocess.run(
        [sys.executable, "-I", "-S", packing.FILE_NAME, *map(str, arguments)],
        cwd=folder,
        env={"PATH": os.defpath} | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("name", NAMES)
def test_packed_file_draws_and_verifies_the_vectors(folder, tmp_path, name):
    sheet, options = VECTORS / f"{name}.sheet.json", VECTORS / f"{name}.options.json"

    drawn = alone(folder, "run", sheet, options, "-o", tmp_path / "transcript.json")
    verified = alone(folder, "verify", VECTORS / f"{name}.transcript.json")

    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert (tmp_path / "transcript.json").read_bytes() == (VECTORS / f"{name}.transcript.json").read_bytes()
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "verified\n", "")


def test_packed_file_explains_proofs_and_logs(folder, tmp_path):
    proof, manifest, log = tmp_path / "proof.json", tmp_path / "manifest.json", tmp_path / "log.json"
    proof.write_text(json.dumps(read_vector("small.proofs.json")[0]), encoding="utf-8")
    manifest.write_text(json.dumps(read_vector("small.transcript.json")["manifest"]), encoding="utf-8")
    log.write_text(json.dumps(make_log()), encoding="utf-8")

    checked = alone(folder, "check-proof", proof, manifest, "--explain", LC_ALL="C")
    followed = alone(folder, "verify-log", log, "--explain", PYTHONIOENCODING="ascii")

    assert (checked.returncode, checked.stdout.splitlines()[-1]) == (0, "included")
    assert (followed.returncode, followed.stdout.splitlines()[0]) == (0, "✓ 读取公开日志：共 4 条。")


def test_packed_file_names_itself_in_its_help(folder):
    ended = alone(folder, "--help")

    assert (ended.returncode, ended.stdout.splitlines()[0].split()[:2]) == (0, ["usage:", "lianchou-draw.pyz"])


def test_packed_file_is_the_same_every_time():
    again = packing.pack.__wrapped__()

    assert again == packing.pack()
    assert packing.digest() == hashlib.sha256(again).hexdigest()
    with ZipFile(io.BytesIO(again)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_packed_file_holds_readable_source_that_imports_the_standard_library_alone():
    imported = set()
    with ZipFile(io.BytesIO(packing.pack())) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            imported |= imports_of(archive.read(name).decode())

    assert imported - set(sys.stdlib_module_names) == {"campaigns.draw"}


def imports_of(source):
    """Top-level modules; of our own two levels, so that nothing but the engine passes."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        found |= {".".join(name.split(".")[: 2 if name.startswith("campaigns") else 1]) for name in names}
    return found


def test_anyone_downloads_the_packed_file(client):
    answer = client.get("/verify/lianchou-draw.pyz")

    assert (answer.status_code, answer.content) == (200, packing.pack())
    assert answer.headers["Content-Disposition"] == 'attachment; filename="lianchou-draw.pyz"'
    assert client.get("/verify/lianchou-draw.pyz", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
