"""What the documents promise is what there is: the README's table of commands. Settings: tests/config/test_deployment.py"""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_readme_names_every_command():
    readme = (PROJECT / "README.md").read_text()
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    commands = [path.stem for path in PROJECT.glob("*/management/commands/[a-z]*.py")]
    missing = [f"make {target}" for target in targets if f"make {target}" not in readme]
    missing += [command for command in commands if command not in readme]
    assert missing == []
