"""What virtual users write: each deed at a place of its own in the database, with a new value every time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Protocol

OK, FOUND, CONFLICT = 200, 302, 409


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    text: str


class Browser(Protocol):
    async def get(self, path: str, *, page: str) -> Reply: ...

    async def post(self, path: str, values: Mapping[str, str], *, page: str) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Written:
    """`value` sent to be stored at `place`. Not acknowledged: the answer did not come, or was no success."""

    place: str
    value: str
    is_acknowledged: bool


class Deed(Protocol):
    async def do(self, browser: Browser, value: str) -> Written | None:
        """None when it did not come to sending anything."""


class SaveItem:
    """The automatic save of one item of a self-check, as the page's script does it."""

    def __init__(self, self_check: int, item: int, user: int) -> None:
        self.place = f"selftest.answer {self_check}:{item}"
        self._path, self._user, self._revision = f"/my/selfchecks/{self_check}/items/{item}/save/", user, 0

    async def do(self, browser: Browser, value: str) -> Written | None:
        values = {"choice": "yes", "description": value, "base": str(self._revision), "user": str(self._user)}
        reply = await browser.post(self._path, values, page="save an item")
        if reply.status in (OK, CONFLICT):
            self._revision = json.loads(reply.text)["revision"]
        return Written(self.place, value, reply.status == OK)


class EditInstitution:
    """An officer opens the form of an institution, changes who is its contact, and sends it."""

    def __init__(self, institution: int) -> None:
        self.place = f"institutions.contact {institution}"
        self._path = f"/institutions/{institution}/edit/"

    async def do(self, browser: Browser, value: str) -> Written | None:
        form = await browser.get(self._path, page="form of an institution")
        if form.status != OK:
            return None
        reply = await browser.post(self._path, values_of(form.text) | {"contact": value}, page="edit an institution")
        return Written(self.place, value, reply.status == FOUND)


def values_of(page: str) -> dict[str, str]:
    """What a browser would send of the form with the most fields."""
    reader = FormReader()
    reader.feed(page)
    return max(reader.forms, key=len, default={})


class FormReader(HTMLParser):
    """`forms`: the values of each form as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        elif tag == "select":
            self._select = values.get("name", "")
        elif tag == "textarea":
            self._textarea = values.get("name", "")
            self._put(self._textarea, "")
        elif tag == "option" and "selected" in values:
            self._put(self._select, values.get("value", ""))
        elif tag == "input" and (values.get("type") not in ("checkbox", "radio", "submit") or "checked" in values):
            self._put(values.get("name", ""), values.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._put(self._textarea, self.forms[-1].get(self._textarea, "") + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""

    def _put(self, name: str, value: str) -> None:
        if name and self.forms:
            self.forms[-1][name] = value
