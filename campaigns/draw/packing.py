"""The engine as one file, `lianchou-draw.pyz`: runs with Python 3.11 or later and nothing else, its source inside.

    python3 lianchou-draw.pyz verify TRANSCRIPT.json --explain

A zip archive with a main program (see the standard library's zipapp). Stored without compression and with one fixed
time, so that the same source gives the same bytes on any machine, and a text editor shows what will run.
"""

import hashlib
import io
from functools import cache
from pathlib import Path
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

FILE_NAME: Final = "lianchou-draw.pyz"
SHEBANG: Final = b"#!/usr/bin/env python3\n"
MAIN: Final = """\
import sys

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or later is needed.")

from campaigns.draw.__main__ import main

sys.exit(main())
"""
UNIX, READABLE = 3, 0o100644 << 16


@cache
def pack() -> bytes:
    """The file's bytes: a first line for Unix shells, then the archive."""
    packed = io.BytesIO()
    packed.write(SHEBANG)
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for name, text in _members():
            archive.writestr(_info(name), text)
    return packed.getvalue()


@cache
def digest() -> str:
    """SHA-256 of the file, published beside it."""
    return hashlib.sha256(pack()).hexdigest()


def _members() -> list[tuple[str, str]]:
    """Name and text of every file inside: the main program, the package, all modules but this one."""
    sources = sorted(path for path in Path(__file__).parent.glob("*.py") if path != Path(__file__))
    modules = [(f"campaigns/draw/{path.name}", path.read_text(encoding="utf-8")) for path in sources]
    return [("__main__.py", MAIN), ("campaigns/__init__.py", ""), *modules]


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name)  # of 1980-01-01, the zip format's beginning
    info.create_system, info.external_attr = UNIX, READABLE
    return info
