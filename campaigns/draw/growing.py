"""A freeze of institutions that come one at a time: what `freeze` gives, of any number of them, in little memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.draw.commitment import (
    GrowingTree,
    check_secret,
    check_time,
    commit,
    make_leaf,
    make_manifest,
    make_tree,
    promise,
    salt_maker,
)
from campaigns.draw.errors import SheetRefused
from campaigns.draw.sheet import Entry, check_institution, read_sheet
from campaigns.draw.sizes import Census, LineSize, count_institution, plan_census


def preview_census(rules: Mapping[str, Any], census: Mapping[str, Census]) -> list[LineSize]:
    """`preview` of a sheet of which there are only the rules and the counts; raises SheetRefused."""
    sheet = read_sheet({**rules, "institutions": []})
    return plan_census(sheet.lines, sheet.quota, census)


class GrowingFreeze:
    """rules: the sheet without its two pools. Raises SheetRefused and OptionsRefused as `freeze` does."""

    def __init__(self, rules: Mapping[str, Any], *, secret: bytes, frozen_at: str) -> None:
        self._sheet = read_sheet({**rules, "institutions": [], "inspectors": []})
        check_secret(secret)
        check_time(frozen_at)
        self._secret, self._frozen_at = secret, frozen_at
        self._make_salt = salt_maker(secret, "institution")
        self._tree = GrowingTree()
        self._census = {line.code: Census() for line in self._sheet.lines}
        self._codes = frozenset(self._census)
        self._number, self._last = 0, ""

    def add(self, entry: Entry) -> None:
        """The next in id order."""
        path = "institutions", self._number
        check_institution(entry, path, self._codes)
        if entry["id"] == self._last:
            raise SheetRefused((*path, "id"), "duplicate", value=entry["id"])
        if entry["id"] < self._last:
            raise SheetRefused(("institutions",), "not_sorted")
        self._number, self._last = self._number + 1, entry["id"]
        if "excluded" not in entry:
            count_institution(self._census[entry["line"]], entry, self._sheet.quota)
        self._tree.add(make_leaf(self._make_salt(entry["id"]), entry))

    def close(self, inspectors: Sequence[Entry]) -> tuple[dict[str, Any], str]:
        """Manifest and commitment, once all institutions are in."""
        checked = read_sheet({**self._sheet.head, "institutions": [], "inspectors": inspectors})
        plan_census(checked.lines, checked.quota, self._census)
        people = make_tree(checked.inspectors, secret=self._secret, kind="inspector")
        manifest = make_manifest(
            checked.head,
            self._secret,
            self._frozen_at,
            institutions=promise(self._tree),
            inspectors=promise(people),
        )
        return manifest, commit(manifest)
