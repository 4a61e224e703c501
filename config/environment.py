"""Where settings come from: the environment, and the file `.env` in the project folder."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(env("ENV_FILE", default=str(BASE_DIR / ".env")))


def text(name: str, default: str = "") -> str:
    """A variable left empty counts as one that is not there."""
    return env(name, default="") or default


PROFILE = text("LIANCHOU_ENV", "demo")
PRODUCTION = PROFILE == "production"
