"""Inclusion proofs (section 2): that an institution was, or why it was not, among those who could be drawn."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from campaigns.draw.canonical import check_json, encode
from campaigns.draw.commitment import make_leaf, make_tree, read_secret, salt_maker
from campaigns.draw.differences import Report, unheard
from campaigns.draw.errors import Phrase, ProofRefused, Refused
from campaigns.draw.sheet import HEAD_KEYS, read_sheet

LISTS: Final = {"institution": "institutions", "inspector": "inspectors"}
PROOF_KEYS: Final = ("kind", "index", "count", "salt", "entry", "path")
FAULTS: Final = {
    "not_a_proof": "a proof holds {keys} and nothing else",
    "other_kind": "kind: must be institution or inspector",
    "no_root": "the manifest has no count and root of {list}",
    "other_count": "count: is not the published one",
    "index_too_high": "index: is not below count",
    "not_digests": "salt and path: must be digests of 64 lower-case hex digits",
    "refused_at": "{path}: {problem}",
    "wrong_path": "the path does not lead to the published root",
}
_is_digest = re.compile(r"[0-9a-f]{64}").fullmatch


def prove(transcript: Mapping[str, Any], id: str, kind: str = "institution") -> dict[str, Any]:
    """The proof for one entry, from the secret and the entries; raises ProofRefused if there is no such entry.

    Of the transcript only manifest, secret, institutions and inspectors are read; that they verify is not checked.
    """
    if kind not in LISTS:
        raise ProofRefused(("kind",), "not_one_of", value=kind, allowed=", ".join(LISTS))
    secret = read_secret(transcript["secret"])
    given = {key: transcript["manifest"][key] for key in HEAD_KEYS} | {key: transcript[key] for key in LISTS.values()}
    entries = getattr(read_sheet(given), LISTS[kind])
    index = next((number for number, entry in enumerate(entries) if entry["id"] == id), None)
    if index is None:
        raise ProofRefused((LISTS[kind],), "no_such_entry", kind=kind, value=id)
    tree = make_tree(entries, secret=secret, kind=kind)
    return {
        "kind": kind,
        "index": index,
        "count": tree.count,
        "salt": salt_maker(secret, kind)(id).hex(),
        "entry": entries[index],
        "path": [sibling.hex() for sibling in tree.path(index)],
    }


def check_proof(proof: object, manifest: object) -> bool:
    """Whether the proof's entry was frozen under the manifest."""
    return proof_problem(proof, manifest) is None


def proof_problem(proof: Any, manifest: Any, report: Report = unheard) -> str | None:
    """What is wrong with the proof, if anything; report is told of every step that has held. Never raises."""
    fault = _malformed(proof, manifest)
    if fault is not None:
        return fault
    report("proof_entry", entry=encode(proof["entry"]).decode(), index=proof["index"] + 1, count=proof["count"])
    root = _root_of(proof)
    if root != manifest[LISTS[proof["kind"]]]["root"]:
        return _fault("wrong_path")
    report("proof_path", leaf=_leaf_of(proof).hex(), levels=len(proof["path"]), root=root)
    return None


def _malformed(proof: object, manifest: object) -> Phrase | None:
    if not isinstance(proof, dict) or set(proof) != set(PROOF_KEYS):
        return _fault("not_a_proof", keys=", ".join(PROOF_KEYS))
    kind, path = proof["kind"], proof["path"]
    if not isinstance(kind, str) or kind not in LISTS:
        return _fault("other_kind")
    promised = manifest.get(LISTS[kind]) if isinstance(manifest, dict) else None
    if not isinstance(promised, dict) or not _is_count(promised.get("count")) or not _is_hex(promised.get("root")):
        return _fault("no_root", list=LISTS[kind])
    if not _is_count(proof["count"]) or proof["count"] != promised["count"]:
        return _fault("other_count")
    if not _is_count(proof["index"]) or proof["index"] >= proof["count"]:
        return _fault("index_too_high")
    if not isinstance(path, list) or not all(map(_is_hex, path)) or not _is_hex(proof["salt"]):
        return _fault("not_digests")
    try:
        check_json(proof["entry"], ("entry",))
    except Refused as refusal:
        return _fault("refused_at", path=refusal.path, problem=refusal.problem)
    return None


def _fault(code: str, **facts: object) -> Phrase:
    return Phrase(FAULTS[code].format(**facts), code, facts)


def _leaf_of(proof: Mapping[str, Any]) -> bytes:
    return make_leaf(bytes.fromhex(proof["salt"]), proof["entry"])


def _root_of(proof: Mapping[str, Any]) -> str | None:
    """The root that leaf and path give; None if the path is too long or too short."""
    node = _leaf_of(proof)
    siblings = [bytes.fromhex(sibling) for sibling in proof["path"]]
    sides = list(_sides(proof["index"], proof["count"]))
    if len(sides) != len(siblings):
        return None
    for is_left, sibling in zip(sides, siblings, strict=True):
        pair = sibling + node if is_left else node + sibling
        node = hashlib.sha256(b"\x01" + pair).digest()
    return node.hex()


def _sides(index: int, count: int) -> Iterator[bool]:
    """From the leaf upwards, for each level with a sibling: whether the sibling stands on the left."""
    while count > 1:
        if index % 2 == 1 or index + 1 < count:
            yield index % 2 == 1
        index, count = index // 2, (count + 1) // 2


def _is_count(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given >= 0


def _is_hex(given: object) -> bool:
    return isinstance(given, str) and _is_digest(given) is not None
