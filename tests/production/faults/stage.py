"""A running site with people on it, and the hands that break it: what every fault is done with."""

import http.client
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import psycopg
from django.db import DatabaseError, InterfaceError, connection

from campaigns.models import Draw, Remark
from campaigns.states import DrawState
from jobs.models import Job
from tests.production.crowd import Crowd, Page, Person, lost_writes
from tests.production.deeds import FOUND, Browser, Reply, Written
from tests.production.faults import world
from tests.production.faults.world import Ready
from tests.production.rig import PROXY_HEADERS, Rig, Service, children_of, until

LIMIT = 60
"""Seconds within which the site mends itself: the promise."""
REFERRER = {"Referer": f"https://{PROXY_HEADERS['Host']}/"}
CSRF = "x" * 32
RATE = 6
Found = TypeVar("Found")
Session = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """status 0: the connection broke before an answer came."""

    status: int
    location: str
    seconds: float


class Remarking:
    """The lead officer's comment on a draw, each with words of its own."""

    def __init__(self, draw: int) -> None:
        self._path = f"/draws/{draw}/remarks/"

    async def do(self, browser: Browser, value: str) -> Written | None:
        reply: Reply = await browser.post(self._path, {"kind": "comment", "words": value}, page="remark")
        return Written(f"remark {value}", value, is_acknowledged=reply.status == FOUND)


class Stage:
    """`dice` decides whatever is left to chance, so that a seed repeats it."""

    def __init__(self, rig: Rig, dice: random.Random) -> None:
        self.rig, self.dice = rig, dice
        self.cookies = rig.cookies(*world.PEOPLE)
        self._turn = count()
        self._load_draw = world.contributed_draw()

    @contextmanager
    def under_load(self) -> Iterator[Crowd]:
        """People at work, on all web hosts in turn."""
        crowd = Crowd(
            list(self.rig.web_urls), self._people(), RATE, headers=PROXY_HEADERS | REFERRER,
            seed=self.dice.randrange(10**6),
        )  # fmt: skip
        crowd.start()
        try:
            yield crowd
        finally:
            crowd.stop()

    def _people(self) -> list[Person]:
        public = [Page("draws", "/public/draws/"), Page("log", "/public/log/"), Page("verify", "/verify/")]
        campaign = f"/campaigns/{self._load_draw.campaign_id}/"
        office = [Page("workbench", "/workbench/"), Page("campaign", campaign), Page("jobs", "/files/")]
        visitors = [Person("public", public) for _ in range(4)]
        deeds = [Remarking(self._load_draw.pk)]
        officers = [Person("office", office, self.cookies["datong-officer"], deeds, 0.5) for _ in range(2)]
        return [*visitors, *officers]

    def lost(self, crowd: Crowd) -> list[str]:
        """Acknowledged writes that the database does not have."""
        words = Remark.objects.filter(draw=self._load_draw).values_list("words", flat=True)
        return [each.place for each in lost_writes(crowd, {f"remark {each}": each for each in words})]

    def post(self, who: str, path: str, values: dict[str, object], *, host: int | None = None, url: str = "") -> Answer:
        """One press of a button, on a host in turn or on this one."""
        urls = self.rig.web_urls
        place = urlsplit(url or urls[next(self._turn) % len(urls) if host is None else host])
        cookies = "; ".join(f"{name}={value}" for name, value in {**self.cookies[who], "csrftoken": CSRF}.items())
        form = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF, "Cookie": cookies}
        since = time.monotonic()
        asked = http.client.HTTPConnection(place.netloc, timeout=LIMIT)
        try:
            asked.request("POST", path, urlencode(values, doseq=True), PROXY_HEADERS | REFERRER | form)
            answer = asked.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return Answer(0, "", time.monotonic() - since)
        finally:
            asked.close()
        return Answer(answer.status, answer.headers.get("Location", ""), time.monotonic() - since)

    def get(self, path: str, *, host: int = 0) -> tuple[int, str]:
        """What the public sees; status 0 when there is no answer."""
        asked = http.client.HTTPConnection(urlsplit(self.rig.web_urls[host]).netloc, timeout=LIMIT)
        with suppress(OSError, http.client.HTTPException):
            asked.request("GET", path, headers=PROXY_HEADERS)
            answer = asked.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        return 0, ""

    def press(self, ready: Ready, *, host: int | None = None, url: str = "") -> Answer:
        """The second person confirms the draw, once."""
        path = f"/approvals/{ready.approval}/confirm/"
        return self.post("datong-approver", path, {"password": world.PASSWORD}, host=host, url=url)

    def confirm(self, ready: Ready) -> None:
        """Pressed again as long as the page asks for it (503) or does not come."""
        found: list[Answer] = []

        def pressed() -> bool:
            found.append(self.press(ready))
            return found[-1].status not in (0, 503)

        until(pressed, seconds=LIMIT, what=f"{ready.code} is confirmed")
        if (found[-1].status, found[-1].location) != (302, f"/campaigns/{ready.campaign}/draw/"):
            raise AssertionError(f"{ready.code} was not confirmed: {found[-1]}")

    def asked(self, question: Callable[[], Found]) -> Found:
        """The database's answer, as soon as it gives one."""
        answers: list[Found] = []
        until(lambda: patiently(lambda: answers.append(question()) or True), seconds=LIMIT, what="it answers")
        return answers[0]

    def wait_drawn(self, *ready: Ready) -> float:
        """Seconds until all of them are drawn. TimeoutError after LIMIT."""
        wanted = [each.draw for each in ready]

        def are_drawn() -> bool:
            return Draw.objects.filter(pk__in=wanted, state=DrawState.DRAWN).count() == len(wanted)

        try:
            return until(lambda: patiently(are_drawn), seconds=LIMIT, what=f"{[each.code for each in ready]} drawn")
        except TimeoutError as late:
            raise TimeoutError("\n".join([str(late), *self.asked(lambda: histories(ready))])) from None

    @contextmanager
    def superuser(self) -> Iterator[Session]:
        """A session beside the site's; it may be broken by the time it ends."""
        session = psycopg.connect(self.rig.database_url, autocommit=True)
        try:
            yield session
        finally:
            with suppress(psycopg.Error):
                session.close()

    @contextmanager
    def stopped_midway(self, ready: Ready) -> Iterator["Halted"]:
        """The draw is confirmed, its seed stored, and its worker waits for the campaign's row, which is held here."""
        with self.superuser() as holder:
            holder.execute("BEGIN")
            holder.execute("SELECT 1 FROM campaigns_campaign WHERE id = %s FOR NO KEY UPDATE", [ready.campaign])
            self.confirm(ready)
            halted = Halted(self, holder)
            yield halted
            halted.release()

    def cross(self, row: str, pk: int, begin: Callable[[], object]) -> None:
        """Bring about a deadlock: what `begin` starts holds the row and wants the head of the trail, which is held here;
        then the row is asked for. Its transaction waited first, so PostgreSQL ends that one."""
        with self.superuser() as other, self.superuser() as looking:
            other.execute("SET deadlock_timeout = '1h'")
            other.execute("BEGIN")
            other.execute("SELECT 1 FROM accounts_audithead FOR UPDATE")
            begin()
            until(lambda: is_locked(looking, row, pk), seconds=LIMIT, what=f"{row} {pk} is locked")
            other.execute(f"SELECT 1 FROM {row} WHERE id = %s FOR UPDATE", [pk])  # noqa: S608  # our own names
            other.execute("ROLLBACK")


class Halted:
    """A connection of the site that waits for a row which `holder` has locked: a worker's, or whosesoever `among`."""

    def __init__(self, stage: Stage, holder: Session, among: Sequence[Service] | None = None) -> None:
        self._holder, self._among = holder, stage.rig.workers if among is None else among
        with stage.superuser() as looking:
            until(lambda: self._found(looking, holder.info.backend_pid), seconds=LIMIT, what="somebody waits")

    def release(self) -> None:
        with suppress(psycopg.Error):  # the server may have been ended meanwhile
            self._holder.execute("ROLLBACK")

    def _found(self, looking: Session, holder: int) -> bool:
        asked = "SELECT pid, client_port FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid)) AND NOT pid = %s"
        for backend, port in looking.execute(asked, [holder, looking.info.backend_pid]).fetchall():
            if found := owner_of_port(int(str(port)), self._among):
                self.backend = int(str(backend))
                self.service, self.process = found
                return True
        return False


def histories(waiting: Sequence[Ready]) -> list[str]:
    """What became of the jobs of these draws, for whoever looks for the fault."""
    jobs = Job.objects.filter(kind="campaigns.draw", parameters__approval__in=[each.approval for each in waiting])
    told = []
    for job in jobs.prefetch_related("runs"):
        lease = (
            f"sent {job.sent_at:%H:%M:%S}, lease {job.lease_until:%H:%M:%S}" if job.sent_at and job.lease_until else ""
        )
        told.append(f"      job {job.pk} {job.state} {job.failure} {lease}")
        told += [f"      {run.worker} {run.started_at:%H:%M:%S} {run.end} {run.failure}" for run in job.runs.all()]
    return told


def is_locked(looking: Session, row: str, pk: int) -> bool:
    try:
        looking.execute(f"SELECT 1 FROM {row} WHERE id = %s FOR UPDATE NOWAIT", [pk])  # noqa: S608
    except psycopg.errors.LockNotAvailable:
        return True
    return False


def patiently(answer: Callable[[], object]) -> bool:
    """False while the database is away."""
    try:
        return bool(answer())
    except (DatabaseError, InterfaceError):
        connection.close()
        return False


def family(pid: int) -> list[int]:
    """A process and everything below it."""
    return [pid, *(each for child in children_of(pid) for each in family(child))]


def owner_of_port(port: int, services: Sequence[Service]) -> tuple[Service, int] | None:
    """The process of one of these containers that holds the client's end of a connection."""
    wanted = f"socket:[{_inode(port)}]"
    for service in services:
        for pid in family(service.pid):
            with suppress(OSError):
                if any(_link(each) == wanted for each in Path(f"/proc/{pid}/fd").iterdir()):
                    return service, pid
    return None


def _link(path: Path) -> str:
    with suppress(OSError):
        return str(path.readlink())
    return ""


def _inode(port: int) -> str:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[1].endswith(f":{port:04X}"):
            return words[9]
    return ""
