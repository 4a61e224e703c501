"""Transcripts with one thing in them that is not true."""

import copy

from campaigns.draw.drawing import Drawing
from campaigns.draw.sheet import read_sheet
from campaigns.draw.sizes import plan_lines
from tests.campaigns.draw.second_opinion import canon, sha
from tests.campaigns.draw.vectors import read_vector


def leaves(value, steps=()):
    """The path of every value that is neither list nor object (an empty one is a leaf too)."""
    if isinstance(value, dict | list) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, item in items for leaf in leaves(item, (*steps, key))]
    return [steps]


def altered(value):
    """The value with one byte changed (or, where it has none, another value)."""
    if isinstance(value, str):
        last = value[-1:]
        return value[:-1] + ("0" if last != "0" else "1")
    if isinstance(value, int):
        return value + 1
    return ["x"] if value == [] else "x"


def with_altered(transcript, steps):
    changed = copy.deepcopy(transcript)
    place = changed
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = altered(place[steps[-1]])
    return changed


def alterations(name):
    """All leaves but the reasons of substitutions, which no digest covers."""
    transcript = read_vector(f"{name}.transcript.json")
    return [steps for steps in leaves(transcript) if steps[0] != "substitutions" or steps[-1] != "reason"]


def forge(transcript, steps, value):
    """A transcript that is wrong in one place of its manifest, and true to itself in all that follows from it."""
    forged = copy.deepcopy(transcript)
    *before, last = steps
    place = forged["manifest"]
    for step in before:
        place = place[step]
    place[last] = value
    forged["commitment"] = sha(canon(forged["manifest"]))
    sealed = {key: forged[key] for key in ("commitment", "contributions", "secret")}
    forged["seed"] = sha(canon(sealed))
    head = {key: forged["manifest"][key] for key in ("protocol", "draw", "title", "sources", "lines", "quota")}
    sheet = read_sheet(head | {key: forged[key] for key in ("institutions", "inspectors")})
    return forged | {"result": Drawing(sheet, plan_lines(sheet), seed=forged["seed"]).result, "substitutions": []}
