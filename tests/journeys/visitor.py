"""A person at the screen: finds fields and buttons by their words, and notes every fault of the pages met."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000
"""Milliseconds that a worker may take before a page says so."""

REPLACED = ("htmx:sendAbort", "htmx:afterRequest")
"""htmx reports a question that a newer one replaced as an error."""

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth > window.innerWidth"
AXE = Axe()
OF_ONE_ANSWER = re.compile(r'(?i)nonce="[^"]*"|csrf[^>]*|[0-9a-f]{16,}')
"""What differs in every answer, and that nobody sees or reads in another way."""
judged: set[bytes] = set()
"""Digests of the pages that this test process has judged and found without fault."""


class Visitor:
    """One signed-in person in a browser of their own. `faults` gathers what is wrong with the pages they meet."""

    def __init__(self, page: Page, site: str, faults: list[str]) -> None:
        self.page, self.site, self.faults = page, site, faults
        self.met: set[str] = set()
        page.set_default_timeout(PATIENCE)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self._note(f"script: {error}"))

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site}{path}")
        self._arrive()

    def open(self, words: str) -> None:
        """Follow the link with these words."""
        self.page.get_by_role("link", name=words).first.click()
        self._arrive()

    def press(self, words: str, *, within: Locator | None = None) -> None:
        (within or self.page.locator("main")).get_by_role("button", name=words).first.click()
        self._arrive()

    def fill(self, label: str, value: str, *, within: Locator | None = None) -> None:
        """Type into the field, or choose in it, whichever it takes."""
        field = self.field(label, within=within)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)

    def tick(self, *labels: str, within: Locator | None = None) -> None:
        for label in labels:
            self.field(label, within=within).check()

    def attach(self, label: str, path: Path) -> None:
        self.field(label).set_input_files(path)

    def field(self, label: str, *, within: Locator | None = None) -> Locator:
        return (within or self.page.locator("main")).get_by_label(labelled(label))

    def group(self, legend: str) -> Locator:
        """The fields under a legend, such as one row of a list."""
        return self.page.get_by_role("group", name=labelled(legend))

    def row(self, legend: str) -> Locator:
        """A row of a list that can be filled in; asks for one more when there is none with this legend."""
        if not self.group(legend).count():
            self.page.get_by_role("button", name="再加一").click()
        return self.group(legend)

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main").get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def sees_no(self, text: str) -> None:
        expect(self.page.locator("main").get_by_text(text)).to_have_count(0)

    @contextmanager
    def downloads(self, into: Path) -> Iterator[None]:
        with self.page.expect_download() as download:
            yield
        download.value.save_as(into)

    def card(self, heading: str) -> Locator:
        return self.page.locator("section.card", has=self.page.get_by_role("heading", name=heading))

    def rows(self, heading: str) -> list[list[str]]:
        """Cells of the table in the card with this heading."""
        return cells(self.card(heading))

    def table(self) -> list[list[str]]:
        """Cells of the page's one list."""
        return cells(self.page.locator("#list"))

    def _arrive(self) -> None:
        self.page.wait_for_load_state()
        if self._where() not in self.met:
            self.look()

    def look(self) -> None:
        """Judge the page as it stands: for people who do not see it, and on a phone. Every page is judged when it is
        first met; this is for what it shows later."""
        self.met.add(self._where())
        self.page.wait_for_load_state()
        try:
            self._judge()
        except Error as error:
            if "navigat" not in error.message:
                raise
            self.look()  # the page came anew meanwhile, as pages do when their job is over

    def _judge(self) -> None:
        """Nothing new can be found in a page equal to one without fault, such as the one to sign in."""
        digest = sha256(OF_ONE_ANSWER.sub("", self.page.content()).encode()).digest()
        faults = len(self.faults)
        if digest not in judged:
            self._judge_anew()
        if len(self.faults) == faults:
            judged.add(digest)

    def _judge_anew(self) -> None:
        found = AXE.run(self.page, options={"resultTypes": ["violations"], "runOnly": STANDARDS})
        for violation in found.response["violations"]:
            if violation["impact"] in {"serious", "critical"}:
                places = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
                self._note(f"axe {violation['impact']} {violation['id']}: {places}")
        own_size = self.page.viewport_size or DESK
        self.page.set_viewport_size(PHONE)
        if self._stays_wider():
            self._note("wider than a phone")
        self.page.set_viewport_size(own_size)

    def _stays_wider(self) -> bool:
        """Charts take the width of their window a moment after it has changed."""
        for _ in range(20):
            if not self.page.evaluate(WIDER_THAN_THE_WINDOW):
                return False
            self.page.wait_for_timeout(100)
        return True

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(REPLACED):
            self._note(f"console: {message.text}")

    def _where(self) -> str:
        """The address, with one number for all objects."""
        return re.sub(r"\d+", "1", self.page.url.removeprefix(self.site))

    def _note(self, fault: str) -> None:
        if (line := f"{self._where()}: {fault}") not in self.faults:
            self.faults.append(line)


def cells(around: Locator) -> list[list[str]]:
    rows = around.locator("tbody tr").all()
    return [[" ".join(cell.split()) for cell in row.locator("td").all_inner_texts()] for row in rows]


def labelled(words: str) -> re.Pattern[str]:
    """These words alone, or with （选填） or （提交时必填） behind them."""
    return re.compile(rf"^\s*{re.escape(words)}\s*(（选填）|（提交时必填）)?\s*$")
