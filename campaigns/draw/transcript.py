"""The transcript (section 7): made and continued."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from campaigns.draw.canonical import digest_of
from campaigns.draw.commitment import (
    Frozen,
    check_contributions,
    check_secret,
    check_time,
    commit,
    contribution_commitments,
    freeze_sheet,
    make_seed,
)
from campaigns.draw.drawing import Drawing
from campaigns.draw.errors import OptionsRefused, TranscriptRefused
from campaigns.draw.progress import Progress
from campaigns.draw.sheet import read_sheet
from campaigns.draw.sizes import LineSize, plan_lines
from campaigns.draw.substitution import substitute_in
from campaigns.draw.verification import recompute


def check_sheet(sheet: Mapping[str, Any]) -> None:
    """Raise SheetRefused at the first fault of the sheet, be it of form or of arithmetic."""
    plan_lines(read_sheet(sheet))


def preview(sheet: Mapping[str, Any]) -> list[LineSize]:
    """Population, size, shortfall and cells of every line; raises SheetRefused."""
    return plan_lines(read_sheet(sheet))


def freeze(sheet: Mapping[str, Any], *, secret: bytes, frozen_at: str, progress: Progress | None = None) -> Frozen:
    """Manifest and commitment; progress is told ("freeze", done, total) as in run. Raises SheetRefused, OptionsRefused."""
    checked = read_sheet(sheet)
    plan_lines(checked)
    return freeze_sheet(checked, secret=secret, frozen_at=frozen_at, progress=progress)


def run(
    sheet: Mapping[str, Any],
    *,
    secret: bytes,
    frozen_at: str,
    contributions: Mapping[str, str],
    substitutions: Sequence[object] = (),
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Draw, and return the whole transcript.

    progress is told (phase, done, total) at the start of each phase, about every hundredth of it and at its end:
    "freeze"   entries of both pools whose digest stands in its tree
    "tickets"  drawable institutions that have their ticket, tier by tier and line by line
    "lines"    plan lines drawn; between two of them stand the tickets of the second
    "teams"    drawn institutions whose team is formed
    Raises SheetRefused, OptionsRefused or SubstitutionRefused.
    """
    checked = read_sheet(sheet)
    plans = plan_lines(checked)
    check_secret(secret)
    check_time(frozen_at)
    check_contributions(contributions, checked.sources)
    if not isinstance(substitutions, list | tuple):
        raise OptionsRefused(("substitutions",), "not_list")
    return make_transcript(
        freeze_sheet(checked, secret=secret, frozen_at=frozen_at, progress=progress).manifest,
        lambda seed: Drawing(checked, plans, seed=seed, progress=progress),
        secret=secret,
        contributions=contributions,
        pools={"institutions": checked.institutions, "inspectors": checked.inspectors},
        substitutions=substitutions,
    )


def make_transcript(
    manifest: dict[str, Any],
    draw: Callable[[str], Drawing],
    *,
    secret: bytes,
    contributions: Mapping[str, str],
    pools: Mapping[str, Any],
    substitutions: Sequence[object],
) -> dict[str, Any]:
    """Of options that have been checked; `draw` is given the seed."""
    commitment = commit(manifest)
    values = {source: contributions[source] for source in sorted(contributions)}
    seed = make_seed(commitment, values, secret)
    drawing = draw(seed)
    return {
        "manifest": manifest,
        "commitment": commitment,
        "secret": secret.hex(),
        "contributions": values,
        "contribution_commitments": contribution_commitments(values),
        "seed": seed,
        **pools,
        "result": drawing.result,
        "substitutions": [
            substitute_in(drawing, request, ("substitutions", number)) for number, request in enumerate(substitutions)
        ],
    }


def substitute(transcript: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """The transcript with one more substitution; the given one is left as it was.

    The draw is recomputed on the way. Raises TranscriptRefused if it does not verify, else SubstitutionRefused.
    """
    recomputed = recompute(transcript)
    if not isinstance(recomputed, Drawing):
        raise TranscriptRefused((recomputed.path,), "does_not_verify", **recomputed.facts())
    record = substitute_in(recomputed, request)
    return {**transcript, "substitutions": [*transcript["substitutions"], record]}


def transcript_digest(transcript: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form: what the public log carries after the draw and after each substitution."""
    return digest_of(transcript)


def result_digest(result: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form of the draw itself, before any substitution."""
    return digest_of(result)
