"""What the machine must offer beside Python. Missing fonts are told, for otherwise PDFs silently look wrong."""

import shutil
import subprocess

from django.core import checks

FONT_FAMILIES = ("FandolFang R", "FandolKai", "Noto Sans CJK SC", "Noto Serif CJK SC")


def installed_families() -> set[str]:
    """Every font family that fontconfig offers, under all of its names."""
    if shutil.which("fc-list") is None:
        return set()
    listing = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout
    return {name.strip() for line in listing.splitlines() for name in line.split(",")}


@checks.register("fonts")
def every_font_is_installed(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    present = installed_families()
    return [
        checks.Warning(
            f"缺少字体 {family}：生成的公文将改用其他字体。",
            hint="运行 make setup 安装字体。",
            id="config.W001",
        )
        for family in FONT_FAMILIES
        if family not in present
    ]
