"""The example vectors of the protocol, as files and as values."""

import json
from pathlib import Path

from campaigns import draw as engine

VECTORS = Path(__file__).parents[2] / "draw_vectors"
NAMES = sorted(path.name.removesuffix(".sheet.json") for path in VECTORS.glob("*.sheet.json"))


def read_vector(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def options_of(name):
    options = read_vector(f"{name}.options.json")
    return options | {"secret": bytes.fromhex(options["secret"])}


def run_vector(name):
    return engine.run(read_vector(f"{name}.sheet.json"), **options_of(name))
