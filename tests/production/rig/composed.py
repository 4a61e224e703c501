"""What docker-compose.yml says of each service, so that the rig starts the very commands and settings of production."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[3]
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<rest>[^}]*))?\}")
COMMAND_OF_IMAGE = re.compile(r"^CMD (\[.*\])$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Composed:
    """Of one service: `command` is empty where the image's own is meant; `environment` is interpolated."""

    name: str
    command: list[str]
    environment: dict[str, str]


def composed(env_file: Mapping[str, str]) -> dict[str, Composed]:
    """Every service by its name; `env_file` is what .env would say."""
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    return {name: _read(name, service, env_file) for name, service in services.items()}


def _read(name: str, service: dict[str, Any], env_file: Mapping[str, str]) -> Composed:
    environment = {key: interpolated(str(value), env_file) for key, value in service.get("environment", {}).items()}
    command = [interpolated(str(word), env_file) for word in service.get("command") or []]
    return Composed(name, command, environment)


def interpolated(text: str, env_file: Mapping[str, str]) -> str:
    """${NAME}, ${NAME:-default} and ${NAME:?message}, as compose reads them."""

    def value(found: re.Match[str]) -> str:
        given = env_file.get(found["name"], "")
        if not given and found["how"] == "?":
            raise KeyError(f"docker-compose.yml asks for {found['name']}")
        return given or (found["rest"] or "" if found["how"] == "-" else "")

    return VARIABLE.sub(value, text).replace("$$", "$")


def command_of_image() -> list[str]:
    """What a container of the image runs when compose says nothing else."""
    found = COMMAND_OF_IMAGE.findall((PROJECT / "Dockerfile").read_text(encoding="utf-8"))
    return list(yaml.safe_load(found[-1]))
