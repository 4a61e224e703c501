"""Inclusion proofs from the frozen rows of a draw (draw-protocol.md section 2), for the one concerned.

The leaves of a pool are computed once and kept in the cache: they are digests, from which nothing can be learnt.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from campaigns import draw as engine
from campaigns.chances import Standing, standing_of
from campaigns.draw.commitment import make_leaf, salt_maker
from campaigns.errors import CampaignError
from campaigns.models import Draw, FrozenInspector, FrozenInstitution

KEPT_SECONDS = 24 * 3600
ROWS_AT_ONCE = 2000

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pool:
    """A frozen pool: its leaves one after the other, and of institutions how many drawable ones stand alike."""

    leaves: bytes
    counts: Counter[Standing]


def prove(frozen: FrozenInstitution | FrozenInspector) -> JSON:
    """The proof of one entry; checked against the manifest before it is given. Needs draw."""
    draw = frozen.draw
    kind = "institution" if isinstance(frozen, FrozenInstitution) else "inspector"
    tree = engine.Tree(pool_of(draw, kind).leaves)
    proof = {
        "kind": kind,
        "index": frozen.position,
        "count": tree.count,
        "salt": salt_maker(_secret(draw), kind)(frozen.identifier).hex(),
        "entry": frozen.entry,
        "path": [sibling.hex() for sibling in tree.path(frozen.position)],
    }
    if problem := engine.proof_problem(proof, draw.manifest):
        raise CampaignError(f"冻结的名录与公布的承诺不符，请联系牵头单位和监督人员（{problem}）。")
    return proof


def pool_of(draw: Draw, kind: str) -> Pool:
    """kind: institution or inspector. The key holds the root, so that what is kept can only be this pool."""
    key = f"draw-pool:{kind}:{draw.manifest[f'{kind}s']['root']}"
    found = cache.get(key)
    if not isinstance(found, tuple):
        pool = _read(draw, kind)
        cache.set(key, (pool.leaves, dict(pool.counts)), KEPT_SECONDS)
        return pool
    leaves, counts = found
    return Pool(leaves, Counter(counts))


def _read(draw: Draw, kind: str) -> Pool:
    make_salt = salt_maker(_secret(draw), kind)
    rows = draw.frozen_institutions if kind == "institution" else draw.frozen_inspectors
    leaves, counts = bytearray(), Counter[Standing]()
    for entry in rows.order_by("position").values_list("entry", flat=True).iterator(chunk_size=ROWS_AT_ONCE):
        leaves += make_leaf(make_salt(entry["id"]), entry)
        if kind == "institution" and "excluded" not in entry:
            counts[standing_of(entry, draw.manifest)] += 1
    return Pool(bytes(leaves), counts)


def _secret(draw: Draw) -> bytes:
    return bytes.fromhex(draw.secret.value)
