"""The ways of building that a linter does not know."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "jobs", "institutions", "inspectors", "campaigns", "selftest", "reports", "publications")
ORM_WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
LONGEST_FILE = 450


def tracked_files() -> list[Path]:
    """Everything that is or will be committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [path for name in names.split("\0") if name and (path := PROJECT / name).is_file()]


def python_files(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    for room in rooms:
        for path in sorted((PROJECT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(PROJECT), ast.parse(path.read_text())


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_are_named_and_linear():
    for room in ROOMS:
        names = sorted(path.stem for path in (PROJECT / room).glob("migrations/[0-9]*.py"))
        assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1)), room
        assert [name for name in names if "auto_" in name or "merge" in name] == []


SIGNALS = {f"django.{name}.signals" for name in ("db.models", "core", "contrib.auth", "test", "utils.autoreload")}
"""Of rows, requests and people: our own logic stands in services. Processes and connections have no other hooks."""


def test_models_do_not_override_save_and_nothing_listens_to_signals():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in python_files(*ROOMS)
        for node in ast.walk(tree)
        if (isinstance(node, ast.ClassDef) and "Model" in ast.unparse(node) and overrides_save_of_a_model(node))
        or (isinstance(node, ast.ImportFrom) and (node.module or "") in SIGNALS)
    ]
    assert found == []


def overrides_save_of_a_model(node: ast.ClassDef) -> bool:
    bases = {ast.unparse(base) for base in node.bases}
    methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    return bool(bases & {"models.Model", "Model", "AbstractBaseUser"}) and bool(methods & {"save", "delete"})


def test_views_write_nothing_themselves():
    found = [
        f"{path}:{node.lineno} {node.func.attr}"
        for path, tree in python_files(*ROOMS)
        if path.stem == "views" or "views" in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and writes_rows(node)
    ]
    assert found == []


def writes_rows(call: ast.Call) -> bool:
    """`x.objects.create(…)`, `row.save()`; not `form.save()`, which calls a service, nor `some_dict.update(…)`."""
    owner = ast.unparse(call.func.value)
    if call.func.attr not in ORM_WRITES:
        return False
    return "objects" in owner or (call.func.attr in {"save", "delete"} and "form" not in owner)


def test_no_module_is_named_after_nothing():
    nameless = {"utils", "helpers", "common", "misc"}
    assert [path for path, _ in python_files(*ROOMS, "config", "workbooks") if path.stem in nameless] == []


def test_no_file_is_too_long():
    rooms = (*ROOMS, "config", "workbooks", "tooling")
    lengths = {path: len((PROJECT / path).read_text().splitlines()) for path, _ in python_files(*rooms)}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_components_begin_by_listing_their_variables():
    components = (PROJECT / "templates" / "components").glob("*.html")
    assert [path.name for path in components if not re.match(r"\{#|\{% comment", path.read_text())] == []


def test_pages_have_no_inline_script_or_style():
    inline = re.compile(r"""\sstyle=["']|<style|\son[a-z]+=["']|<script(?![^>]*(\ssrc=|type="application/json"))""")
    pages = [path for path in (PROJECT / "templates").rglob("*.html") if "pdf" not in path.parts]
    found = [
        f"{path.relative_to(PROJECT)}: {match.group()}" for path in pages for match in inline.finditer(path.read_text())
    ]
    assert found == []


def test_nothing_committed_names_this_machine_or_a_registry():
    hosts = ("py" + "pi.org", "pythonhosted" + ".org", "registry.npm" + "js", "deb.debian" + ".org")
    folders = ("/wo" + "rk/", "/t" + "mp/ops", "/t" + "mp/team", "/opt/" + "pypi")
    forbidden = re.compile("|".join(re.escape(name) for name in (*hosts, *folders)))
    found = []
    for path in tracked_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(PROJECT)}: {match.group()}" for match in forbidden.finditer(text)]
    assert found == []


def test_rows_are_locked_without_their_keys():
    """FOR UPDATE also stops who only refers to the row: at its COMMIT, where it holds the head of the trail. Two that
    wait for each other so are a deadlock; PostgreSQL ends one of them."""
    assert [
        f"{path}:{node.lineno}"
        for path, tree in python_files(*ROOMS, "visits", "config")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
        and "no_key" not in [keyword.arg for keyword in node.keywords]
    ] == []
