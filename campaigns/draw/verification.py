"""Verifying a transcript (section 7): recompute all of it, compare section by section, name the first difference.

Where two sections contradict each other (a manifest and its commitment, say) a third that depends on one of them tells
which of the two was altered, so that the difference is named where it is. What nothing in a transcript can tell is a
changed `reason` of a substitution, or that the last substitutions were left out: for that its digest stands in the
public log (transcript_digest).
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
from campaigns.draw.differences import (
    ABSENT,
    Difference,
    Differs,
    Report,
    check_keys,
    difference_of,
    expect,
    is_same,
    say,
    shown,
    unheard,
)
from campaigns.draw.drawing import Drawing
from campaigns.draw.errors import Refused, SheetRefused, TranscriptRefused
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


def verify(transcript: object, report: Report = unheard) -> Difference | None:
    """None if all of the transcript is what the protocol computes, else its first difference. Never raises.

    report is told of every step that has held, as it has: see wording.STEPS.
    """
    recomputed = recompute(transcript, report)
    return None if isinstance(recomputed, Drawing) else recomputed


def recompute(transcript: object, report: Report = unheard) -> Drawing | Difference:
    """The draw with all substitutions carried out, or where the transcript first differs from it."""
    try:
        return _recompute(transcript, report)
    except Differs as differs:
        return differs.difference
    except Refused as refusal:
        path = refusal.path or "transcript"
        if isinstance(refusal, SheetRefused) and path.startswith(HEAD_KEYS):
            path = f"manifest.{path}"
        return difference_of(refusal, path)


def _recompute(given: object, report: Report) -> Drawing:
    transcript = _check_shape(given)
    report("shape", **{key: shown(transcript["manifest"][key]) for key in ("draw", "title", "frozen_at")})
    secret = read_secret(transcript["secret"])
    _verify_commitment(transcript, secret)
    report("commitment", digest=transcript["commitment"])
    _verify_secret(transcript["manifest"]["secret_hash"], secret)
    report("secret", digest=transcript["manifest"]["secret_hash"])
    sheet = _read_entries(transcript)
    _verify_roots(transcript, sheet, secret, report)
    _verify_time(transcript["manifest"])
    _verify_contributions(transcript, sheet, secret)
    _report_randomness(transcript, sheet, report)
    drawing = Drawing(sheet, plan_lines(sheet), seed=transcript["seed"])
    expect(drawing.result, transcript["result"], ("result",))
    _report_result(drawing, report)
    _verify_substitutions(drawing, transcript["substitutions"], report)
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
    _verify_time(manifest)
    _verify_promised_trees(transcript, secret)
    raise Differs(("manifest",), say("manifest_of", digest=shown(commitment)), computed)


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


def _verify_secret(promised: object, secret: bytes) -> None:
    computed = hashlib.sha256(secret).hexdigest()
    if promised != computed:
        raise Differs(("secret",), say("secret_of", digest=shown(promised)), computed)


def _verify_time(manifest: Mapping[str, Any]) -> None:
    check_time(manifest["frozen_at"], ("manifest", "frozen_at"), refusal=TranscriptRefused)


def _verify_roots(transcript: Mapping[str, Any], sheet: Sheet, secret: bytes, report: Report) -> None:
    """The manifest is the committed one by now, so a root that differs means an entry that differs."""
    for key, kind in KINDS.items():
        promised = transcript["manifest"][key]
        tree = make_tree(getattr(sheet, key), secret=secret, kind=kind)
        if not is_same(tree.count, promised["count"]):
            raise Differs((key,), say("frozen_count", count=shown(promised["count"])), tree.count)
        if tree.root().hex() != promised["root"]:
            raise Differs((key,), say("frozen_root", root=shown(promised["root"])), tree.root().hex())
        excluded = sum("excluded" in entry for entry in getattr(sheet, key))
        report(f"frozen_{key}", count=tree.count, excluded=excluded, root=promised["root"])


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
            raise Differs(("contributions", source), say("value_of", digest=shown(promised)), values[source])
    for source in commitments:
        if source not in people_of(sheet.sources):
            raise Differs(("contribution_commitments", source), ABSENT, commitments[source])
    if computed == seed:
        return
    public = public_of(sheet.sources)
    if public and _made_the_tickets(seed, transcript["result"]):
        path = ("contributions", public[0]) if len(public) == 1 else ("contributions",)
        raise Differs(path, say("values_of", seed=shown(seed)), computed)
    raise Differs(("seed",), computed, seed)


def _made_the_tickets(seed: object, result: Any) -> bool:
    """Whether the result's first ticket (of lot 0, as most are) comes from this seed."""
    try:
        rows = [row for line in result["lines"] for cell in line["cells"] for row in cell["drawn"]]
        make_ticket = ticket_maker(str(seed), "institution")
        return any(make_ticket(row["id"], 0).hex() == row["ticket"] for row in rows)
    except (TypeError, KeyError, ValueError):
        return False


def _report_randomness(transcript: Mapping[str, Any], sheet: Sheet, report: Report) -> None:
    values, commitments = transcript["contributions"], transcript["contribution_commitments"]
    for source in people_of(sheet.sources):
        report("contribution", source=source, value=values[source], digest=commitments[source])
    for source in public_of(sheet.sources):
        report("public_value", source=source, value=values[source])
    report("seed", seed=transcript["seed"])


def _report_result(drawing: Drawing, report: Report) -> None:
    for line, drawn in zip(drawing.sheet.head["lines"], drawing.result["lines"], strict=True):
        sizes = {key: sum(len(cell[key]) for cell in drawn["cells"]) for key in ("drawn", "reserve")}
        report("line", title=line["title"], population=drawn["population"], shortfall=drawn["shortfall"], **sizes)
    teams = drawing.result["teams"]
    members = sum(len(team["members"]) for team in teams)
    unfilled = sum(gap["number"] for team in teams for gap in team["unfilled"])
    report("teams", count=len(teams), members=members, unfilled=unfilled)


def _verify_substitutions(drawing: Drawing, substitutions: Sequence[Any], report: Report) -> None:
    for number, record in enumerate(substitutions):
        path = ("substitutions", number)
        kind = record.get("kind") if isinstance(record, dict) else None
        keys = REQUEST_KEYS.get(kind, ()) if isinstance(kind, str) else ()
        request = {key: record[key] for key in keys if key in record} if keys else record
        expect(substitute_in(drawing, request, path), record, path)
        report(f"substituted_{kind}", **record | {"number": number + 1, "changed": len(record["teams"])})
