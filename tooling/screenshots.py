"""Takes the pictures of docs/screenshots from a demo of its own: pages at two widths, a notice and a task list.

`python -m tooling.screenshots [folder]`. The demo campaign is planned when the first pictures are taken; between
the scenes its people go on (tooling/picture_steps.py). The data comes from seeds; times differ in each run, and since the
moment of the freeze is part of what is drawn from, so do the drawn institutions.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tooling import browsers
from tooling.services import free_port

ROOT = Path(__file__).resolve().parent.parent
HIGHEST = 1900
PHONE = "-phone"
WIDTHS = {"": (1440, 900), PHONE: (390, 844)}
UNDER_WAY = "/onsite/ >> .os-task:has(.os-tag-started) .os-button-main"


@dataclass(frozen=True)
class Picture:
    """`path` may go on with " >> selector": the link to follow from that page, or the option to choose there, one after
    the other. `phone_only` and `desk_only`: one picture, without a suffix."""

    name: str
    path: str
    user: str = "datong-officer"
    phone_only: bool = False
    desk_only: bool = False

    def file_name(self, suffix: str) -> str:
        """Empty where no picture of this width is wanted."""
        if self.phone_only:
            return f"{self.name}.png" if suffix == PHONE else ""
        if self.desk_only and suffix == PHONE:
            return ""
        return f"{self.name}{suffix}.png"


@dataclass(frozen=True)
class Scene:
    """Pictures that are taken after a step of tooling/picture_steps.py."""

    step: str
    pictures: Sequence[Picture]


OFFICE = (
    Picture("visit", "/visits/ >> .month-visit.is-planned", desk_only=True),
    Picture("results", "/board/rows/to_conclude/ >> main tbody tr a >> .awaited a", desk_only=True),
    Picture("rectification", "/rectifications/?status=reported >> main tbody tr a", desk_only=True),
    Picture("board", "/board/", desk_only=True),
)
"""A visit and what follows, at a desk."""

SCENES = (
    Scene(
        "upload_a_faulty_workbook",
        (
            Picture("01-sign-in", "/accounts/sign-in/", user=""),
            Picture("02-workbench", "/workbench/"),
            Picture("03-institutions", "/institutions/", user="shanxi-officer"),
            Picture("04-institution", "/institutions/ >> main tbody tr a", user="shanxi-officer"),
            Picture("05-import-report", "/institutions/import/2/"),
            Picture("06-inspectors", "/inspectors/", user="shanxi-officer"),
            Picture("07-plan", "/campaigns/3/"),
            *OFFICE,
            Picture("onsite-list", "/onsite/", user="datong-inspector", phone_only=True),
            Picture("onsite-sheet", UNDER_WAY, user="datong-inspector", phone_only=True),
            Picture(
                "onsite-signing",
                f"{UNDER_WAY} >> a[href='#signatures'] >> select option:nth-child(2)",
                user="datong-inspector",
                phone_only=True,
            ),
        ),
    ),
    Scene(
        "take_the_plan_back",
        (Picture("08-plan-line", "/lines/5/"), Picture("09-allotment", "/campaigns/3/allotment/")),
    ),
    Scene(
        "agree_and_freeze",
        (Picture("10-freeze", "/campaigns/3/draw/"), Picture("10-reveal", "/campaigns/3/draw/", user="datong-police")),
    ),
    Scene(
        "draw_and_dispatch",
        (
            Picture("11-draw", "/campaigns/3/draw/"),
            Picture("11-ceremony", "/draws/3/ceremony/"),
            Picture("12-tasks", "/campaigns/3/tasks/"),
            Picture("13-county-workbench", "/workbench/", user="pingcheng-county"),
            Picture("14-county-tasks", "/tasks/", user="pingcheng-county"),
            Picture("15-statistics", "/reports/"),
        ),
    ),
)


def main() -> int:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    with served_demo() as (address, environment):
        for scene in SCENES:
            run_step(scene.step, environment)
            take(scene.pictures, address, target)
        paper = Path(environment["DATA_DIR"])
        run_step("print_documents", environment | {"PICTURES": str(paper)})
        for document in ("campaign-notice", "inspection-notice", "task-list"):
            picture_of_paper(paper / f"{document}.pdf", target / f"20-{document}.png")
        picture_of_paper(paper / "self-check-form.pdf", target / "self-check-form.png", dots=110)
        run_step("print_official_documents", environment | {"PICTURES": str(paper)})
        for document in ("campaign-notice", "order-of-rectification", "work-summary"):
            picture_of_paper(paper / f"official-{document}.pdf", target / f"official-{document}.png")
        picture_of_workbook(paper / "task-list-workbook.xlsx", target / "20-task-list-workbook.png")
    for picture in target.glob("*.png"):
        spare_colours(picture)
    return 0


def run_step(name: str, environment: dict[str, str]) -> None:
    words = f"from tooling.picture_steps import {name}; {name}()"
    subprocess.run([*MANAGE, "shell", "--no-imports", "-c", words], cwd=ROOT, env=environment, check=True)


def picture_of_paper(document: Path, picture: Path, *, dots: int = 80) -> None:
    """Its first page; `dots` an inch."""
    command = ["pdftoppm", "-r", str(dots), "-png", "-singlefile"]
    subprocess.run([*command, str(document), str(picture.with_suffix(""))], check=True)


def picture_of_workbook(workbook: Path, picture: Path) -> None:
    """As an office program prints it; left out where none is installed."""
    office = shutil.which("soffice")
    if office is None:
        return
    command = [office, "--headless", f"-env:UserInstallation=file://{workbook.parent}/office", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(workbook.parent), str(workbook)], check=True, capture_output=True)
    picture_of_paper(workbook.with_suffix(".pdf"), picture)


def spare_colours(picture: Path) -> None:
    """A page of ours has few colours; 256 of them make the file a third as large."""
    with Image.open(picture) as image:
        small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)


MANAGE = [sys.executable, "manage.py"]


@contextmanager
def served_demo() -> Iterator[tuple[str, dict[str, str]]]:
    folder, port = tempfile.mkdtemp(prefix="lianchou-pictures-"), free_port()
    own = {"DATA_DIR": folder, "DEMO": "1", "ENV_FILE": os.devnull, "LIANCHOU_ENV": "demo", "LOG_LEVEL": "WARNING"}
    environment = os.environ | own
    server = subprocess.Popen([*MANAGE, "serve", "--demo", "--port", str(port)], cwd=ROOT, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_it_answers(f"{address}/healthz", server)
        yield address, environment
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_it_answers(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  # our own server
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("the demo did not start")


def take(pictures: Sequence[Picture], address: str, target: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browsers.options())
        for user in dict.fromkeys(picture.user for picture in pictures):
            mine = [picture for picture in pictures if picture.user == user]
            for suffix, (width, height) in WIDTHS.items():
                page = signed_in_page(browser, address, user, width, height)
                for picture in mine:
                    if not (file_name := picture.file_name(suffix)):
                        continue
                    page.set_viewport_size({"width": width, "height": height})
                    show(page, address, picture)
                    take_one(page, target / file_name, width)
                page.context.close()
        browser.close()


def take_one(page: Page, path: Path, width: int) -> None:
    """The whole page, as far as anyone scrolls to get an impression."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, HIGHEST)})
    page.wait_for_timeout(300)
    page.screenshot(path=path)


def signed_in_page(browser: Browser, address: str, user: str, width: int, height: int) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if user:
        page.goto(f"{address}/accounts/sign-in/")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", demo_password())
        page.locator("form:has(input[name=password]) [type=submit]").first.click()
        page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def demo_password() -> str:
    """The one password of all demo accounts, as the sign-in page shows it."""
    for line in (ROOT / "accounts" / "demo.py").read_text().splitlines():
        if line.startswith("DEMO_PASSWORD"):
            return line.split('"')[1]
    sys.exit("accounts/demo.py names no DEMO_PASSWORD")


def show(page: Page, address: str, picture: Picture) -> None:
    path, *steps = picture.path.split(" >> ")
    answer = page.goto(f"{address}{path}", wait_until="networkidle")
    if answer is None or answer.status >= 400:
        sys.exit(f"{picture.name}: {path} answered {answer and answer.status}")
    for step in steps:
        follow(page, step)


def follow(page: Page, selector: str) -> None:
    found = page.locator(selector).first
    found.wait_for(state="attached")
    if found.evaluate("found => found.tagName") == "OPTION":
        found.locator("xpath=..").select_option(found.get_attribute("value"))
    else:
        found.click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)


if __name__ == "__main__":
    sys.exit(main())
