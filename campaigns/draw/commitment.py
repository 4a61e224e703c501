"""Freezing (section 2) and randomness (section 3): what is promised before the draw, and the seed that comes after."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from campaigns.draw.canonical import check_text, digest_of, encode
from campaigns.draw.errors import OptionsRefused, Path, Refused
from campaigns.draw.progress import Phase, Progress
from campaigns.draw.sheet import Entry, Sheet, people_of

DIGEST: Final = 32  # bytes of a SHA-256 digest
BLOCK: Final = 2**14  # leaves that a growing tree holds before it keeps nothing of them but their root
_is_time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII).fullmatch
_is_secret = re.compile(r"[0-9a-f]{64}").fullmatch


@dataclass(frozen=True, slots=True)
class Tree:
    """The Merkle tree of RFC 6962 over leaf digests, which stand one after the other in `leaves`."""

    leaves: bytes | bytearray

    @property
    def count(self) -> int:
        return len(self.leaves) // DIGEST

    def root(self) -> bytes:
        if not self.leaves:
            return hashlib.sha256().digest()
        for level in self._levels():
            top = level
        return bytes(top)

    def path(self, index: int) -> list[bytes]:
        """The siblings of the leaf at index, from the leaf upwards."""
        siblings = []
        for level in self._levels():
            sibling = (index ^ 1) * DIGEST
            if sibling < len(level):
                siblings.append(bytes(level[sibling : sibling + DIGEST]))
            index //= 2
        return siblings

    def _levels(self) -> Iterator[bytes | bytearray]:
        """From the leaves to the root; an odd last node rises unchanged, which is RFC 6962's split."""
        level = self.leaves
        yield level
        while len(level) > DIGEST:
            level = _parents(level)
            yield level


def _parents(level: bytes | bytearray) -> bytearray:
    parents = bytearray()
    paired = len(level) // (2 * DIGEST) * 2 * DIGEST
    for start in range(0, paired, 2 * DIGEST):
        parents += hashlib.sha256(b"\x01" + level[start : start + 2 * DIGEST]).digest()
    return parents + level[paired:]


class GrowingTree:
    """The root of a `Tree` whose leaves come a few at a time, in memory that hardly grows with their number."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._subtrees: list[tuple[int, bytes]] = []  # leaves and root of complete subtrees, each smaller than the last
        self._closed = 0

    @property
    def count(self) -> int:
        return self._closed + len(self._waiting) // DIGEST

    def add(self, leaves: bytes) -> None:
        """The next leaf digests, one after the other."""
        self._waiting += leaves
        while len(self._waiting) >= BLOCK * DIGEST:
            self._close(self._waiting[: BLOCK * DIGEST])
            del self._waiting[: BLOCK * DIGEST]

    def _close(self, block: bytearray) -> None:
        size, node = BLOCK, Tree(block).root()
        while self._subtrees and self._subtrees[-1][0] == size:
            node = bytes(_parents(self._subtrees.pop()[1] + node))
            size *= 2
        self._subtrees.append((size, node))
        self._closed += BLOCK

    def root(self) -> bytes:
        nodes = [node for _, node in self._subtrees]
        if self._waiting or not nodes:
            nodes.append(Tree(self._waiting).root())
        while len(nodes) > 1:
            right = nodes.pop()
            nodes.append(bytes(_parents(nodes.pop() + right)))
        return nodes[0]


def promise(tree: Tree | GrowingTree) -> dict[str, Any]:
    """What the manifest says of a list."""
    return {"count": tree.count, "root": tree.root().hex()}


def salt_maker(secret: bytes, kind: str) -> Callable[[str], bytes]:
    """A function from id to salt(kind, id)."""
    begun = hmac.new(secret, f"{kind}\n".encode(), "sha256")

    def make_salt(id: str) -> bytes:
        salt = begun.copy()
        salt.update(id.encode())
        return salt.digest()

    return make_salt


def make_leaf(salt: bytes, entry: Entry) -> bytes:
    return hashlib.sha256(b"\x00" + salt + encode(entry)).digest()


def make_tree(entries: Sequence[Entry], *, secret: bytes, kind: str, phase: Phase | None = None) -> Tree:
    """The tree over checked entries in id order."""
    make_salt = salt_maker(secret, kind)
    leaves = bytearray()
    for entry in entries:
        leaves += make_leaf(make_salt(entry["id"]), entry)
        if phase is not None:
            phase.add()
    return Tree(leaves)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is published at the freeze, and the trees from which inclusion proofs are given."""

    manifest: dict[str, Any]
    commitment: str
    institutions: Tree
    inspectors: Tree


def freeze_sheet(sheet: Sheet, *, secret: bytes, frozen_at: str, progress: Progress | None = None) -> Frozen:
    check_secret(secret)
    check_time(frozen_at)
    phase = Phase("freeze", len(sheet.institutions) + len(sheet.inspectors), progress)
    institutions = make_tree(sheet.institutions, secret=secret, kind="institution", phase=phase)
    inspectors = make_tree(sheet.inspectors, secret=secret, kind="inspector", phase=phase)
    manifest = make_manifest(
        sheet.head, secret, frozen_at, institutions=promise(institutions), inspectors=promise(inspectors)
    )
    return Frozen(manifest, commit(manifest), institutions, inspectors)


def make_manifest(
    head: Mapping[str, Any],
    secret: bytes,
    frozen_at: str,
    *,
    institutions: Mapping[str, Any],
    inspectors: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        **head,
        "frozen_at": frozen_at,
        "secret_hash": hashlib.sha256(secret).hexdigest(),
        "institutions": institutions,
        "inspectors": inspectors,
    }


def commit(manifest: Mapping[str, Any]) -> str:
    return digest_of(manifest)


def contribution_commitment(source: str, value: str) -> str:
    """What a person publishes before the public value exists."""
    return hashlib.sha256(f"contribution\n{source}\n{value}".encode()).hexdigest()


def contribution_commitments(contributions: Mapping[str, str]) -> dict[str, str]:
    """The commitments of all people, keyed by source; public values have none."""
    return {source: contribution_commitment(source, contributions[source]) for source in people_of(contributions)}


def make_seed(commitment: str, contributions: Mapping[str, str], secret: bytes) -> str:
    sealed = {"commitment": commitment, "contributions": contributions, "secret": secret.hex()}
    return digest_of(sealed)


def check_secret(secret: object) -> None:
    if not isinstance(secret, bytes) or len(secret) != DIGEST:
        raise OptionsRefused(("secret",), "not_a_secret")


def read_secret(text: object) -> bytes:
    """The 32 bytes that 64 lower-case hex digits stand for."""
    if not isinstance(text, str) or not _is_secret(text):
        raise OptionsRefused(("secret",), "not_a_secret")
    return bytes.fromhex(text)


def check_time(text: object, path: Path = ("frozen_at",), *, refusal: type[Refused] = OptionsRefused) -> None:
    """RFC 3339 with offset, and a moment that exists."""
    if not isinstance(text, str) or not _is_time(text):
        raise refusal(path, "not_a_time", value=text if isinstance(text, str) else type(text).__name__)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise refusal(path, "not_a_time", value=text) from None


def check_contributions(contributions: object, sources: Sequence[str]) -> None:
    """Exactly one value of 1–256 characters from every source."""
    if not isinstance(contributions, Mapping):
        raise OptionsRefused(("contributions",), "not_object")
    for source in contributions:
        if source not in sources:
            raise OptionsRefused(("contributions", str(source)), "not_a_source")
    for source in sources:
        if source not in contributions:
            raise OptionsRefused(("contributions", source), "not_revealed")
        _check_contribution(contributions[source], source)


def _check_contribution(value: object, source: str) -> None:
    path = ("contributions", source)
    if not isinstance(value, str):
        raise OptionsRefused(path, "not_text")
    if not value:
        raise OptionsRefused(path, "empty")
    if len(value) > 256:
        raise OptionsRefused(path, "too_long", limit=256)
    check_text(value, path, refusal=OptionsRefused)
