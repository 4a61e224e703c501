"""Verifying a transcript (section 7): recompute all of it, compare section by section, name the first difference.

Where two sections contradict each other (a manifest and its commitment, say) a third that depends on one of them tells
which of the two was altered, so that the difference is named where it is. What nothing can tell is a changed `reason`
of a substitution: it is written for people, and no digest covers it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from campaigns.draw.canonical import check_json
from campaigns.draw.commitment import (
    check_contributions,
    check_time,
    commit,
    contribution_commitment,
    make_seed,
    make_tree,
    read_secret,
)
from campaigns.draw.differences import ABSENT, Difference, Differs, check_keys, expect, is_same, shown
from campaigns.draw.drawing import Drawing
from campaigns.draw.errors import Path, Refused, SheetRefused, TranscriptRefused
from campaigns.draw.ranking import ticket_maker
from campaigns.draw.sheet import HEAD_KEYS, Sheet, people_of, public_of, read_sheet
from campaigns.draw.sizes import plan_lines
from campaigns.draw.substitution import REQUEST_KEYS, substitute_in

SECTIONS: Final = (
    "manifest",
    "commitment",
    "secret",
    "contributions",
    "contribution_commitments",
    "seed",
    "institutions",
    "inspectors",
    "result",
    "substitutions",
)
MANIFEST_KEYS: Final = (*HEAD_KEYS, "frozen_at", "secret_hash", "institutions", "inspectors")
KINDS: Final = {"institutions": "institution", "inspectors": "inspector"}


def verify(transcript: object) -> Difference | None:
    """None if all of the transcript is what the protocol computes, else its first difference. Never raises."""
    recomputed = recompute(transcript)
    return None if isinstance(recomputed, Drawing) else recomputed


def recompute(transcript: object) -> Drawing | Difference:
    """The draw with all substitutions carried out, or where the transcript first differs from it."""
    try:
        return _recompute(transcript)
    except Differs as differs:
        return differs.difference
    except Refused as refusal:
        path = refusal.path or "transcript"
        if isinstance(refusal, SheetRefused) and path.startswith(HEAD_KEYS):
            path = f"manifest.{path}"
        section = path.partition(".")[0].partition("[")[0]
        return Difference(section, path, "what the protocol allows", f"what {refusal.problem}")


def _recompute(given: object) -> Drawing:
    transcript = _check_shape(given)
    secret = read_secret(transcript["secret"])
    _verify_commitment(transcript, secret)
    manifest = transcript["manifest"]
    _compare(manifest["secret_hash"], hashlib.sha256(secret).hexdigest(), ("secret",), digest_of="the secret")
    sheet = _read_entries(transcript)
    _verify_roots(transcript, sheet, secret)
    check_time(manifest["frozen_at"], ("manifest", "frozen_at"), refusal=TranscriptRefused)
    _verify_contributions(transcript, sheet, secret)
    drawing = Drawing(sheet, plan_lines(sheet), seed=transcript["seed"])
    expect(drawing.result, transcript["result"], ("result",))
    _verify_substitutions(drawing, transcript["substitutions"])
    return drawing


def _check_shape(given: object) -> Mapping[str, Any]:
    """The ten sections, and in the first a manifest; small sections hold nothing but JSON."""
    transcript = check_keys(given, SECTIONS, (), refusal=TranscriptRefused)
    for key in SECTIONS[:6]:
        check_json(transcript[key], (key,), refusal=TranscriptRefused)
    manifest = check_keys(transcript["manifest"], MANIFEST_KEYS, ("manifest",), refusal=TranscriptRefused)
    for key in KINDS:
        check_keys(manifest[key], ("count", "root"), ("manifest", key), refusal=TranscriptRefused)
    for key in ("contributions", "contribution_commitments"):
        if not isinstance(transcript[key], dict):
            raise TranscriptRefused((key,), "not_object")
    for key in ("institutions", "inspectors", "substitutions"):
        if not isinstance(transcript[key], list):
            raise TranscriptRefused((key,), "not_list")
    return transcript


def _verify_commitment(transcript: Mapping[str, Any], secret: bytes) -> None:
    """If manifest and commitment disagree, the one the seed was made from is the true one."""
    manifest, commitment = transcript["manifest"], transcript["commitment"]
    computed = commit(manifest)
    if computed == commitment:
        return
    if make_seed(commitment, transcript["contributions"], secret) != transcript["seed"]:
        raise Differs(("commitment",), computed, commitment)
    expect(hashlib.sha256(secret).hexdigest(), manifest["secret_hash"], ("manifest", "secret_hash"))
    check_time(manifest["frozen_at"], ("manifest", "frozen_at"), refusal=TranscriptRefused)
    _verify_promised_trees(transcript, secret)
    raise Differs(("manifest",), f"one with the digest {commitment}", computed)


def _verify_promised_trees(transcript: Mapping[str, Any], secret: bytes) -> None:
    """With a manifest known to be altered: whether it is counts or roots, as the entries have them, if they still fit."""
    try:
        sheet = _read_entries(transcript)
    except SheetRefused as refusal:
        if refusal.path.startswith(HEAD_KEYS):
            raise
        return
    for key, kind in KINDS.items():
        tree = make_tree(getattr(sheet, key), secret=secret, kind=kind)
        expect({"count": tree.count, "root": tree.root().hex()}, transcript["manifest"][key], ("manifest", key))


def _read_entries(transcript: Mapping[str, Any]) -> Sheet:
    """The sheet that was frozen, put together again; its entries must stand in id order."""
    manifest = transcript["manifest"]
    entries = {key: transcript[key] for key in KINDS}
    sheet = read_sheet({key: manifest[key] for key in HEAD_KEYS} | entries)
    for key, given in entries.items():
        for number, (entry, ordered) in enumerate(zip(given, getattr(sheet, key), strict=True)):
            if entry is not ordered and entry["id"] != ordered["id"]:
                raise Differs((key, number, "id"), ordered["id"], entry["id"])
    return sheet


def _verify_roots(transcript: Mapping[str, Any], sheet: Sheet, secret: bytes) -> None:
    """The manifest is the committed one by now, so a root that differs means an entry that differs."""
    for key, kind in KINDS.items():
        promised = transcript["manifest"][key]
        tree = make_tree(getattr(sheet, key), secret=secret, kind=kind)
        if not is_same(tree.count, promised["count"]):
            raise Differs((key,), f"{shown(promised['count'])} entries, as frozen", tree.count)
        if tree.root().hex() != promised["root"]:
            raise Differs((key,), f"entries with the frozen root {shown(promised['root'])}", tree.root().hex())


def _verify_contributions(transcript: Mapping[str, Any], sheet: Sheet, secret: bytes) -> None:
    """If a value and its commitment disagree, or values and seed, the seed and the tickets tell which is true."""
    values, commitments, seed = transcript["contributions"], transcript["contribution_commitments"], transcript["seed"]
    check_contributions(values, sheet.sources)
    computed = make_seed(transcript["commitment"], values, secret)
    for source in people_of(sheet.sources):
        promised = commitments.get(source, ABSENT)
        expected = contribution_commitment(source, values[source])
        if promised != expected:
            if computed == seed or source not in commitments:
                raise Differs(("contribution_commitments", source), expected, promised)
            raise Differs(("contributions", source), f"a value with the commitment {promised}", values[source])
    for source in commitments:
        if source not in people_of(sheet.sources):
            raise Differs(("contribution_commitments", source), ABSENT, commitments[source])
    if computed == seed:
        return
    public = public_of(sheet.sources)
    if public and _made_the_tickets(seed, transcript["result"]):
        path = ("contributions", public[0]) if len(public) == 1 else ("contributions",)
        raise Differs(path, f"values that give the seed {seed}", computed)
    raise Differs(("seed",), computed, seed)


def _made_the_tickets(seed: object, result: Any) -> bool:
    """Whether the result's first ticket (of lot 0, as most are) comes from this seed."""
    try:
        rows = [row for line in result["lines"] for cell in line["cells"] for row in cell["drawn"]]
        make_ticket = ticket_maker(str(seed), "institution")
        return any(make_ticket(row["id"], 0).hex() == row["ticket"] for row in rows)
    except (TypeError, KeyError, ValueError):
        return False


def _verify_substitutions(drawing: Drawing, substitutions: Sequence[Any]) -> None:
    for number, record in enumerate(substitutions):
        path = ("substitutions", number)
        kind = record.get("kind") if isinstance(record, dict) else None
        keys = REQUEST_KEYS.get(kind, ()) if isinstance(kind, str) else ()
        request = {key: record[key] for key in keys if key in record} if keys else record
        expect(substitute_in(drawing, request, path), record, path)


def _compare(promised: object, computed: object, path: Path, *, digest_of: str) -> None:
    if promised != computed:
        raise Differs(path, f"{digest_of} with the digest {shown(promised)}", computed)
