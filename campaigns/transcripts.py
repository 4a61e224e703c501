"""The transcript of a draw as it stands now: the draw itself, which never changes, and the substitutions since.

That of a large draw is stored without its institutions, which stand in its frozen rows: it is put together as it is
read, a piece at a time, into the same text that a small one has.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, cast

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from campaigns import draw as engine
from campaigns.large import is_large
from campaigns.large.pool import DatabasePool
from campaigns.models import Draw

JSON = dict[str, Any]

APART = "institutions"
"""The section that a large draw's stored text leaves out."""
ORDER = (
    "manifest", "commitment", "secret", "contributions", "contribution_commitments", "seed", "institutions",
    "inspectors", "result", "substitutions",
)  # fmt: skip
ENTRIES_A_PIECE = 500


def stored(draw: Draw) -> JSON:
    """What is kept as text, with every substitution so far; of a large draw without its institutions."""
    transcript = cast("JSON", engine.parse(draw.transcript.text.encode()))
    transcript["substitutions"] = list(draw.substitutions.order_by("number").values_list("record", flat=True))
    return transcript


def current_transcript(draw: Draw) -> JSON:
    """As the protocol's section 7 has it, with every substitution so far; all of it in memory."""
    transcript = stored(draw)
    if APART in transcript:
        return transcript
    return _in_order(transcript | {APART: [json.loads(entry) for entry in DatabasePool(draw).canonical_entries()]})


def current_text(draw: Draw) -> str:
    return "".join(text_pieces(draw))


def text_pieces(draw: Draw) -> Iterator[str]:
    """The text of the transcript, of a large draw a piece at a time."""
    transcript = stored(draw)
    if APART in transcript:
        yield engine.dump(transcript) if transcript["substitutions"] else draw.transcript.text
    else:
        yield from _dump_pieces(transcript, DatabasePool(draw).canonical_entries())


def _dump_pieces(transcript: JSON, entries: Iterable[bytes]) -> Iterator[str]:
    """As engine.dump would write it with these entries; a line of a dump that is set in by one is never in a text."""
    before, after = engine.dump(_in_order(transcript | {APART: []})).split(f'\n "{APART}": []')
    yield f'{before}\n "{APART}": ['
    texts, parted = iter(entries), ""
    while some := list(islice(texts, ENTRIES_A_PIECE)):
        yield parted + ",".join(f"\n  {_set_in(entry)}" for entry in some)
        parted = ","
    yield ("\n " if parted else "") + f"]{after}"


def _set_in(entry: bytes) -> str:
    return json.dumps(json.loads(entry), ensure_ascii=False, indent=1).replace("\n", "\n  ")


def _in_order(transcript: JSON) -> JSON:
    return {key: transcript[key] for key in ORDER}


def current_digest(draw: Draw) -> str:
    """SHA-256 of its canonical form: what the public log carries, so that an altered reason or a substitution cut
    off at the end shows."""
    return digest_of(draw, stored(draw))


def digest_of(draw: Draw, transcript: JSON) -> str:
    """The digest of the draw's transcript, as `stored` gives it or with one more substitution."""
    if APART in transcript:
        return engine.transcript_digest(transcript)
    digest = hashlib.sha256()
    for piece in _canonical_pieces(transcript, DatabasePool(draw).canonical_entries()):
        digest.update(piece)
    return digest.hexdigest()


def _canonical_pieces(transcript: JSON, entries: Iterable[bytes]) -> Iterator[bytes]:
    """The canonical form with these entries: sections in the order of their names."""
    for number, key in enumerate(sorted(ORDER)):
        yield f'{"," if number else "{"}"{key}":'.encode()
        if key == APART:
            texts = iter(entries)
            first = list(islice(texts, 1))
            yield b"["
            yield from chain(first, (b"," + entry for entry in texts))
            yield b"]"
        else:
            yield engine.canonical(transcript[key])
    yield b"}"


def answer(draw: Draw, *, headers: Mapping[str, str]) -> HttpResponseBase:
    """The transcript as a download."""
    kind = "application/json; charset=utf-8"
    if is_large(draw):
        return StreamingHttpResponse(text_pieces(draw), content_type=kind, headers=headers)
    return HttpResponse(current_text(draw), content_type=kind, headers=headers)
