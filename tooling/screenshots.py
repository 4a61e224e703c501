"""Takes the pictures of docs/screenshots from a demo of its own: pages at two widths, a notice and a task list.

`python -m tooling.screenshots [folder]`. The demo campaign is planned when the first pictures are taken; then it is
frozen and drawn, and the others follow. The data comes from a seed, so pictures change only when pages do.
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

from playwright.sync_api import Browser, Page, sync_playwright

from tooling.services import free_port

ROOT = Path(__file__).resolve().parent.parent
WIDTHS = {"": (1440, 900), "-phone": (390, 844)}
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Picture:
    """`path` may end in " >> selector": the link to follow from that page."""

    name: str
    path: str
    user: str = "datong-officer"


PLANNED: Sequence[Picture] = (
    Picture("01-sign-in", "/accounts/sign-in/", user=""),
    Picture("02-workbench", "/workbench/"),
    Picture("03-institutions", "/institutions/", user="shanxi-officer"),
    Picture("04-institution", "/institutions/ >> main tbody tr a", user="shanxi-officer"),
    Picture("05-inspectors", "/inspectors/", user="shanxi-officer"),
    Picture("06-plan", "/campaigns/1/"),
    Picture("07-plan-line", "/lines/1/"),
)
DRAWN: Sequence[Picture] = (
    Picture("08-draw", "/campaigns/1/draw/"),
    Picture("09-tasks", "/campaigns/1/tasks/"),
    Picture("10-county-tasks", "/tasks/", user="pingcheng-county"),
)

# Freezes the demo campaign, gives every source's value and draws, as its people would by hand.
DRAW = """
import hashlib
from accounts.models import User
from campaigns import drawing, freezing, transitions
from campaigns.models import Campaign
officer = User.objects.get(username="datong-officer")
campaign = Campaign.objects.get(pk=1)
draw = freezing.freeze_campaign(campaign, by=officer)
for contribution in draw.contributions.all():
    giver = User.objects.filter(bureau=contribution.bureau, role_assignments__isnull=False).order_by("pk").first()
    value = hashlib.sha256(str(contribution.pk).encode()).hexdigest()
    drawing.give_contribution(contribution, value=value, by=giver)
drawing.run_draw(Campaign.objects.get(pk=1), by=officer)
transitions.dispatch(Campaign.objects.get(pk=1), by=officer)
"""


def main() -> int:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    with served_demo() as (address, environment):
        take(PLANNED, address, target)
        subprocess.run([*MANAGE, "shell", "--verbosity", "0", "-c", DRAW], cwd=ROOT, env=environment, check=True)
        take(DRAWN, address, target)
    return 0


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
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        for user in dict.fromkeys(picture.user for picture in pictures):
            mine = [picture for picture in pictures if picture.user == user]
            for suffix, (width, height) in WIDTHS.items():
                page = signed_in_page(browser, address, user, width, height)
                for picture in mine:
                    show(page, address, picture)
                    page.screenshot(path=target / f"{picture.name}{suffix}.png", full_page=False)
                page.context.close()
        browser.close()


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
    path, _, link = picture.path.partition(" >> ")
    answer = page.goto(f"{address}{path}", wait_until="networkidle")
    if answer is None or answer.status >= 400:
        sys.exit(f"{picture.name}: {path} answered {answer and answer.status}")
    if link:
        page.locator(link).first.click()
        page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    sys.exit(main())
