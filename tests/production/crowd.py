"""Virtual users: people who ask for pages and write, each after thinking for a while, all in one thread of this process.

crowd = Crowd(["http://127.0.0.1:8001", "http://127.0.0.1:8002"], people, rate=40)
crowd.start(); …; crowd.stop()
crowd.count_by_status(), lost_writes(crowd, stored={"selftest.answer 12:3": "…"})
"""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import aiohttp

from tests.production.deeds import Deed, Reply, Written

PATIENCE = aiohttp.ClientTimeout(total=30)
NO_ANSWER = 0
"""The status of a request that the server did not answer: it was down, or ended in the middle."""


@dataclass(frozen=True, slots=True)
class Page:
    """`name` tells pages of one kind together; `path` is one address of them."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Person:
    """`cookies` of somebody who has signed in; `write_share` of what the person does are deeds, the others pages."""

    kind: str
    pages: Sequence[Page]
    cookies: Mapping[str, str] = field(default_factory=dict)
    deeds: Sequence[Deed] = ()
    write_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`at`: seconds since the crowd started; `milliseconds` until the whole answer was there."""

    kind: str
    page: str
    method: str
    status: int
    milliseconds: float
    at: float
    path: str


class Crowd:
    """`rate` is requests a second of all people together; `urls` are taken in turn, as a proxy in front would do.
    `probe` is a path asked for 5 times a second beside them, whatever they do."""

    PROBES_A_SECOND = 5

    def __init__(
        self, urls: Sequence[str], people: Sequence[Person], rate: float, *, probe: str = "",
        headers: Mapping[str, str] | None = None, seed: int = 1,
    ) -> None:  # fmt: skip
        self.answers: list[Answer] = []
        self.written: list[Written] = []
        self._urls, self._people, self._probe, self._seed = list(urls), people, probe, seed
        self._headers = dict(headers or {})
        self._think = len(people) / rate
        self._turn = count()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="crowd")
        self._is_there = threading.Event()

    @property
    def acknowledged(self) -> list[Written]:
        """What somebody was told is saved."""
        return [each for each in self.written if each.is_acknowledged]

    def count_by_status(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    def start(self) -> None:
        self._began = time.monotonic()
        self._lived = self._executor.submit(lambda: asyncio.run(self._live()))
        self._is_there.wait()

    def stop(self) -> None:
        """Nobody begins anything more; what is under way ends."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._lived.result()
        self._executor.shutdown()

    async def _live(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self._is_there.set()
        connector = aiohttp.TCPConnector(limit=0, force_close=True)  # kept connections end while people think
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(connector=connector, cookie_jar=jar, timeout=PATIENCE) as session:
            lives = [self._live_of(session, person, place) for place, person in enumerate(self._people)]
            if self._probe:
                lives.append(self._look_on(session))
            await asyncio.gather(*lives)

    async def _live_of(self, session: aiohttp.ClientSession, person: Person, place: int) -> None:
        chance = random.Random(self._seed * 1_000_003 + place)
        visitor = Visitor(self, session, person)
        await self._rest(self._think * place / len(self._people))
        while not self._over.is_set():
            began = time.monotonic()
            if person.deeds and chance.random() < person.write_share:
                await self._do(chance.choice(person.deeds), visitor, chance)
            else:
                page = chance.choice(person.pages)
                await visitor.get(page.path, page=page.name)
            thought = self._think * chance.uniform(0.5, 1.5)
            await self._rest(thought - (time.monotonic() - began))

    async def _do(self, deed: Deed, visitor: "Visitor", chance: random.Random) -> None:
        written = await deed.do(visitor, f"{chance.getrandbits(48):012x}")
        if written is not None:
            self.written.append(written)

    async def _look_on(self, session: aiohttp.ClientSession) -> None:
        visitor = Visitor(self, session, Person("trivial", []))
        due = time.monotonic()
        while not self._over.is_set():
            await visitor.get(self._probe, page=self._probe)
            due = max(due + 1 / self.PROBES_A_SECOND, time.monotonic())
            await self._rest(due - time.monotonic())

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), max(0.0, seconds))

    def next_url(self) -> str:
        return self._urls[next(self._turn) % len(self._urls)]

    def note(self, kind: str, page: str, method: str, path: str, status: int, since: float) -> None:
        now = time.monotonic()
        answer = Answer(kind, page, method, status, (now - since) * 1000, now - self._began, path)
        self.answers.append(answer)

    def headers_for(self, extra: Mapping[str, str]) -> dict[str, str]:
        return self._headers | dict(extra)


class Visitor:
    """One person's browser: every answer is noted, one that does not come too."""

    CSRF = "x" * 32

    def __init__(self, crowd: Crowd, session: aiohttp.ClientSession, person: Person) -> None:
        self._crowd, self._session, self._kind = crowd, session, person.kind
        self._cookies = {"csrftoken": self.CSRF, **person.cookies} if person.cookies else {}

    async def get(self, path: str, *, page: str) -> Reply:
        return await self._ask("GET", path, page, None, {})

    async def post(self, path: str, values: Mapping[str, str], *, page: str) -> Reply:
        return await self._ask("POST", path, page, values, {"X-CSRFToken": self.CSRF})

    async def _ask(
        self, method: str, path: str, page: str, values: Mapping[str, str] | None, extra: Mapping[str, str]
    ) -> Reply:
        kind = f"{self._kind} write" if method == "POST" else self._kind
        since, url = time.monotonic(), self._crowd.next_url()
        reply = Reply(NO_ANSWER, "")
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            asked = self._session.request(
                method, url + path, data=values, headers=self._crowd.headers_for({**extra, "Cookie": self._cookie()}),
                allow_redirects=False,
            )  # fmt: skip
            async with asked as answer:
                reply = Reply(answer.status, await answer.text(errors="replace"))
        self._crowd.note(kind, page, method, path, reply.status, since)
        return reply

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())


def lost_writes(crowd: Crowd, stored: Mapping[str, str]) -> list[Written]:
    """Acknowledged writes that are not there. At each place stands what was acknowledged last, or something sent after
    it that was stored without an answer getting back. `stored` by place."""
    lost = []
    for place, written in _by_place(crowd.written).items():
        last = max((n for n, each in enumerate(written) if each.is_acknowledged), default=None)
        if last is not None and stored.get(place) not in {each.value for each in written[last:]}:
            lost.append(written[last])
    return lost


def _by_place(written: Sequence[Written]) -> dict[str, list[Written]]:
    found: dict[str, list[Written]] = {}
    for each in written:
        found.setdefault(each.place, []).append(each)
    return found
