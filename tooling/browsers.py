"""The browser of tests and screenshots: Debian's headless Chromium, or the whole one where there is no other."""

import shutil
from typing import TypedDict

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class LaunchOptions(TypedDict):
    executable_path: str
    args: list[str]


def options() -> LaunchOptions:
    """For Playwright's launch()."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
    return {"executable_path": found, "args": ARGUMENTS}
