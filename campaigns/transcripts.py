"""The transcript of a draw as it stands now: the draw itself, which never changes, and the substitutions since."""

from typing import Any, cast

from campaigns import draw as engine
from campaigns.models import Draw


def current_transcript(draw: Draw) -> dict[str, Any]:
    """As the protocol's section 7 has it, with every substitution so far."""
    transcript = cast("dict[str, Any]", engine.parse(draw.transcript.text.encode()))
    transcript["substitutions"] = list(draw.substitutions.order_by("number").values_list("record", flat=True))
    return transcript


def current_text(draw: Draw) -> str:
    if not draw.substitutions.exists():
        return draw.transcript.text
    return engine.dump(current_transcript(draw))


def current_digest(draw: Draw) -> str:
    """SHA-256 of its canonical form: what the public log carries, so that an altered reason or a substitution cut
    off at the end shows."""
    return engine.transcript_digest(current_transcript(draw))
