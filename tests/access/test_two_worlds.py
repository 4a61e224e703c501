"""Nobody who is not entitled can tell which institution was drawn: two databases that differ only in that answer
every request alike, byte for byte, until the draw is disclosed (reliability.md 3.5).

The world is built once. The second one has the same rows with X, who was drawn, and Y, who was not, exchanged in
result, tasks, teams and transcript; so have been two inspectors of the lead bureau and those of the two counties.
Digests stay: they depend on the secret, which nobody knows. Who is entitled is the control: they do see a difference.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts import guards
from accounts.access import PUBLIC
from accounts.models import Bureau, Region, Role, User
from campaigns import transitions
from campaigns.disclosure import public_draws
from campaigns.models import Draw, DrawnInstitution, DrawTranscript, Task, TeamMember
from config.access import ROUTES
from inspectors.models import Inspector
from institutions.models import Institution
from jobs.models import Job
from jobs.running import run_job
from tests.access.examples import EXAMPLES, Example
from tests.access.test_matrix import is_in
from tests.campaigns import datong
from tests.factories import accounts, inspectors, institutions
from tests.sessions import session_of

pytestmark = pytest.mark.once_with_postgres  # which, unlike SQLite, gives rows in no order where none is asked for

COUNTIES = ("140213", "140214", "140215")
OWN_TIME = re.compile(
    rb'(name="csrfmiddlewaretoken" value="|"token": "|X-CSRFToken": "|X-CSRFToken&quot;: &quot;)[^"&]+|\d{4}-\d\d-\d\d[ T]|\d\d:\d\d(:\d\d(\.\d+)?)?|<code>[0-9a-f]{32}</code>|nonce="[^"]+"|[0-9A-Z]{4}(-[0-9A-Z]{4}){3}'
)
"""What differs between two answers that say the same: tokens, times, one-time codes."""
VARYING_HEADERS = {"Date", "Expires", "Set-Cookie", "X-Request-ID"}
TIME_IN_FILE_NAME = re.compile(r"-\d{8}-\d{4}")
NUMBER_OF_JOB = re.compile(r"^/files/\d+/$")
"""Of work that the request began: numbers go on after what was undone."""
SAME_FOR_ALL = {
    "api:schema", "api:docs", "campaigns:verify", "campaigns:verifier", "health", "ready", "metrics", "status",
    "styleguide", "accounts:second_factor",
}  # fmt: skip
"""They know nothing of any draw; the matrix calls them."""
EXCHANGED = re.compile(
    "|".join(rf"\b{model._meta.db_table}\b" for model in (DrawnInstitution, Task, TeamMember, DrawTranscript))
)
"""The tables that differ between the worlds."""
LISTS = re.compile(
    r"workbench|campaigns:(list|tasks|public_|own_|assign)|(institutions|inspectors|reports):|api:.*-list|site:(search|institutions|results)"
)
"""What is filtered, sorted and searched as well."""
WITHOUT_EFFECT = {"api:token", "accounts:sign_in", "accounts:sign_out", "selftest:invite"}
"""Not asked with POST: they say nothing of draws, and end the session that the others use, or answer with the number of
what they made, which PostgreSQL gives out once."""


@dataclass
class World:
    draw: Draw
    drawn: Institution
    other: Institution
    exchanged: dict[int, int]
    """Inspectors who take each other's place, both ways."""
    people: dict[str, User] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def entitled_once_drawn(self) -> set[str]:
        return {"lead_officer", "supervisor"}

    @property
    def entitled_once_dispatched(self) -> set[str]:
        """Those of the two counties, the partner whose officer is in the team, the market regulators above, and the
        inspectors of the drawn institution's team and whoever would be in it instead."""
        counties = {f"county_officer {self.drawn.county_id}"}
        team = set(self.draw.tasks.get(institution=self.drawn).members.values_list("inspector", flat=True))
        inspectors = {f"inspector {pk}" for pk in team | set(self.exchanged)} & set(self.people)
        return self.entitled_once_drawn | {"partner_liaison", "province"} | counties | inspectors


def build_world() -> World:
    Region.objects.create(code="140215", name="云州区", level="county", parent=accounts.region())
    Bureau.objects.create(
        code="scjg:140215", name="云州区市场监督管理局", short_name="云州区市场监管局",
        department=accounts.department(), region_id="140215",
    )  # fmt: skip
    for number in range(9):
        found = institutions.institution(county=COUNTIES[number % 2])
        institutions.certificate(found)
    for bureau, count in ((datong.CITY, 6), (datong.POLICE, 3), (datong.ECOLOGY, 3)):
        staff(bureau, count)
    for county in COUNTIES[:2]:
        staff(f"scjg:{county}", 3)
    campaign = datong.campaign(tasks_per_inspector=1)
    datong.line(campaign, "vehicle", 2, reserve=1)
    draw = datong.drawn(campaign)
    drawn, other = two_institutions(draw)
    world = World(draw, drawn, other, exchanged=dict(pairs(draw, drawn, other)))
    world.people = people_of(world)
    world.sessions = {name: session_of(user) for name, user in world.people.items()}
    return world


def staff(bureau: str, count: int) -> None:
    for _ in range(count):
        person = inspectors.inspector(bureau)
        person.user = accounts.user(f"inspector-{person.number}", Role.INSPECTOR, at=bureau)
        person.save()


def two_institutions(draw: Draw) -> tuple[Institution, Institution]:
    """One that was drawn, and one of the other county that was not, nor is in reserve."""
    rows = draw.drawn_institutions.order_by("rank")
    drawn = rows.filter(is_reserve=False).first().institution
    free = Institution.objects.exclude(pk__in=rows.values("institution")).exclude(county=drawn.county)
    return drawn, free.first()


def pairs(draw: Draw, drawn: Institution, other: Institution) -> Iterator[tuple[int, int]]:
    """The first of the lead bureau's inspectors with one who has no task; the drawn county's with the other's."""
    team = draw.tasks.get(institution=drawn).members.select_related("inspector")
    idle = Inspector.objects.exclude(memberships__task__draw=draw)
    city = next(each.inspector for each in team if each.inspector.bureau_id == datong.CITY)
    county = next(each.inspector for each in team if each.inspector.bureau_id == f"scjg:{drawn.county_id}")
    for one, bureau in ((city, datong.CITY), (county, f"scjg:{other.county_id}")):
        another = idle.filter(bureau=bureau).first()
        yield one.pk, another.pk
        yield another.pk, one.pk


def people_of(world: World) -> dict[str, User]:
    """Of X's clerk and Y's, X's: what the one could tell the other could, with the worlds exchanged. So with their
    counties and with the two inspectors who take each other's place."""
    clerk = accounts.user("clerk-X", Role.INSTITUTION_CLERK)
    institutions.represents(clerk, world.drawn)
    county_officers = {f"county_officer {code}": county_officer(code) for code in (world.drawn.county_id, COUNTIES[-1])}
    chosen = {next(iter(world.exchanged)), *some_inspectors(world)}
    return {
        "lead_officer": datong.officer(),
        "supervisor": datong.supervisor(),
        "partner_liaison": datong.liaison(datong.POLICE),
        "province": accounts.lead_officer("province", at="scjg:140000"),
        "stranger": accounts.lead_officer("stranger", at="scjg:140900"),
        "auditor": accounts.auditor(),
        **county_officers,
        "clerk of X": clerk,
        **{f"inspector {pk}": Inspector.objects.get(pk=pk).user for pk in sorted(chosen)},
    }


def county_officer(code: str) -> User:
    user = accounts.user(f"county-{code}", Role.COUNTY_OFFICER)
    user.bureau_id = f"scjg:{code}"
    user.save()
    return user


def some_inspectors(world: World) -> list[int]:
    """One of the team who stays in it, and one who has no task in either world."""
    stays = TeamMember.objects.filter(task__draw=world.draw, task__institution=world.drawn)
    idle = Inspector.objects.exclude(memberships__task__draw=world.draw).exclude(pk__in=world.exchanged)
    return [stays.exclude(inspector__in=world.exchanged).first().inspector_id, idle.first().pk]


@pytest.fixture(scope="module")
def world(module_world) -> World:
    return build_world()


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def other_world(world: World) -> Iterator[None]:
    """The same database, but for who was drawn."""
    with undone(), guards.lifted(connection):
        exchange_institutions(world)
        for member in TeamMember.objects.filter(inspector__in=world.exchanged, task__draw=world.draw):
            new = Inspector.objects.get(pk=world.exchanged[member.inspector_id])
            pool = member.pool.replace(world.drawn.county_id, world.other.county_id)
            TeamMember.objects.filter(pk=member.pk).update(inspector=new, pool=pool)
        transcript = DrawTranscript.objects.get(draw=world.draw)
        DrawTranscript.objects.filter(draw=world.draw).update(text=exchanged_text(world, transcript.text))
        yield


def exchange_institutions(world: World) -> None:
    row = DrawnInstitution.objects.get(draw=world.draw, institution=world.drawn)
    DrawnInstitution.objects.filter(pk=row.pk).update(institution=world.other)
    county = Bureau.objects.get(code=f"scjg:{world.other.county_id}")
    task = Task.objects.get(draw=world.draw, institution=world.drawn)
    Task.objects.filter(pk=task.pk).update(institution=world.other, assisting_bureau=county)


def exchanged_text(world: World, text: str) -> str:
    """The transcript with institutions and inspectors exchanged in its result."""
    frozen = dict(world.draw.frozen_inspectors.values_list("inspector", "identifier"))
    names = {frozen[one]: frozen[other] for one, other in world.exchanged.items()}
    names |= {world.drawn.identifier: world.other.identifier, world.other.identifier: world.drawn.identifier}
    start = text.index('"result"')
    pattern = re.compile("|".join(re.escape(name) for name in names))
    return text[:start] + pattern.sub(lambda found: names[found.group()], text[start:])


@dataclass(frozen=True)
class Question:
    method: str
    path: str
    data: object = None
    htmx: bool = False


def questions(world: World, name: str) -> list[Question]:
    """Every route and method that the table lets this person call, for every object that could tell; lists in several
    ways. What the table refuses never reaches a view (test_matrix)."""
    found = []
    for route, method in asked_routes():
        audience = ROUTES[route][method]
        if audience != PUBLIC and (name == "anonymous" or not is_in(audience, world, name)):
            continue
        example = EXAMPLES[route]
        found += [Question(method, path, example.data) for path in paths(world, route, example)]
        if method == "GET" and not example.kind and LISTS.match(route):
            path = reverse(route, kwargs=example.fixed)
            found += [Question("GET", f"{path}?{query}", htmx=True) for query in queries(world)]
    return found


def asked_routes() -> list[tuple[str, str]]:
    return [
        (route, method)
        for route in EXAMPLES
        for method in ROUTES.get(route, {})
        if route not in SAME_FOR_ALL and (method == "GET" or route not in WITHOUT_EFFECT)
    ]


def control(world: World) -> list[Question]:
    """Where those who are entitled do see who was drawn."""
    campaign = [world.draw.campaign_id]
    pages = [reverse(f"campaigns:{name}", args=campaign) for name in ("draw", "campaign_tasks", "detail")]
    return [Question("GET", path) for path in [*pages, reverse("campaigns:tasks"), "/workbench/", "/inspectors/"]]


def queries(world: World) -> list[str]:
    x, y, draw = world.drawn, world.other, world.draw
    return [
        f"q={x.name}&search={x.name}&county={x.county_id}&campaign={draw.campaign_id}&sort=-name&ordering=-id",
        f"q={y.identifier}&search={y.identifier}&county={y.county_id}&year=2025&sort=number&per_page=20&page=2",
    ]


def paths(world: World, route: str, example: Example) -> Iterator[str]:
    """The route for X, or whatever of that kind the draw has first; what it tells of Y it tells of X with the worlds
    exchanged. Not for kinds that the draw has nothing of: what is missing is answered alike by the matrix."""
    kinds = {example.argument: example.kind, **example.also} if example.kind else {}
    if any(not objects(world, kind) for kind in kinds.values()):
        return
    arguments = dict(example.fixed)
    for argument, kind in kinds.items():
        attribute = example.argument if argument == example.argument else "pk"
        arguments[argument] = getattr(objects(world, kind)[0], attribute)
    yield reverse(route, kwargs=arguments)


def objects(world: World, kind: str) -> list:
    """Of this kind, what the result touches; X's first."""
    campaign, draw = world.draw.campaign, world.draw
    if kind.endswith("draw"):
        return [draw]
    if kind.endswith("contribution"):
        return list(draw.contributions.order_by("pk"))
    found: dict[str, Callable[[], list]] = {
        "institution": lambda: [world.drawn, world.other],
        "certificate": lambda: [*world.drawn.certificates.all(), *world.other.certificates.all()],
        "inspector": lambda: [Inspector.objects.get(pk=pk) for pk in list(world.exchanged)[:2]],
        "task": lambda: list(draw.tasks.order_by("pk")),
        "unnotified_task": lambda: list(draw.tasks.order_by("pk")),
        "approval": lambda: list(campaign.approvals.order_by("pk")),
        "own_entry": lambda: [draw.frozen_institutions.get(institution=each) for each in (world.drawn, world.other)],
        "own_inspector_entry": lambda: [draw.frozen_inspectors.get(inspector=pk) for pk in list(world.exchanged)[:2]],
        "member": lambda: list(TeamMember.objects.filter(task__draw=draw).order_by("pk")),
    }
    stages = {"campaign", "draft", "negotiating", "frozen", "drawn", "dispatched"}
    return [campaign] if kind in stages else found.get(kind, list)()


def answers(world: World, name: str, asked: list[Question], *, known: list["Told"] | None = None) -> list["Told"]:
    """Whatever this person is told. `known` from the first world: what was answered there without reading any of what
    differs is not asked again."""
    cache.clear()
    asked_before = known or [None] * len(asked)
    return [
        before if before and not before.could_tell else told_of(world, name, question)
        for question, before in zip(asked, asked_before, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """`digest` of status, headers, body, and what came of the work asked for; `could_tell`: a statement named a table that
    differs between the worlds."""

    digest: str
    could_tell: bool


def told_of(world: World, name: str, question: Question) -> Told:
    reader = Reader()
    with connection.execute_wrapper(reader.around):
        told = answer(world, name, question)
    return Told(sha256(repr(told).encode()).hexdigest(), reader.could_tell)


class Reader:
    could_tell = False

    def around(self, execute: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:
        self.could_tell = self.could_tell or bool(EXCHANGED.search(sql))
        return execute(sql, params, many, context)


def answer(world: World, name: str, question: Question) -> object:
    client = world.client
    client.cookies.clear()
    if name != "anonymous":
        client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[name]
    more = {"content_type": "application/json"} if question.path.startswith("/api/") and question.data else {}
    headers = {"HX-Request": "true"} if question.htmx else {}
    with undone():
        got = getattr(client, question.method.lower())(question.path, question.data or {}, headers=headers, **more)
        told = comparable(got)
        done = [outcome(job) for job in Job.objects.filter(state="queued").order_by("pk")]
    return told, done


def comparable(got: HttpResponse) -> tuple[int, dict[str, str], object]:
    body = b"".join(got.streaming_content) if got.streaming else got.content
    headers = {
        name: NUMBER_OF_JOB.sub("/files/", TIME_IN_FILE_NAME.sub("", value))
        for name, value in got.headers.items()
        if name not in VARYING_HEADERS
    }
    if body.startswith(b"PK"):
        headers.pop("Content-Length", None)
    return got.status_code, headers, contents(body)


def contents(body: bytes) -> object:
    """Text without tokens and times; a workbook as its parts, without the time it was made."""
    if not body.startswith(b"PK"):
        return OWN_TIME.sub(b"", body)
    with zipfile.ZipFile(BytesIO(body)) as parts:
        names = [name for name in parts.namelist() if not name.startswith("docProps")]
        return {name: OWN_TIME.sub(b"", parts.read(name)) for name in names}


def outcome(job: Job) -> tuple[object, ...]:
    run_job(job.pk)
    job.refresh_from_db()
    file = (
        contents(job.file.read()) if job.file and job.file_name.endswith((".xlsx", ".csv", ".zip")) else job.file_name
    )
    return job.state, job.title, job.message, job.error, str(job.result), file


def who_can_tell(world: World, everybody: dict[str, list[Question]]) -> dict[str, list[str]]:
    """Those to whom the two worlds look different, with what they asked."""
    here = {name: answers(world, name, asked) for name, asked in everybody.items()}
    with other_world(world):
        there = {name: answers(world, name, asked, known=here[name]) for name, asked in everybody.items()}
    told = {name: list(differences(asked, here[name], there[name])) for name, asked in everybody.items()}
    return {name: found for name, found in told.items() if found}


def asked_by(world: World, entitled: set[str]) -> dict[str, list[Question]]:
    names = {"anonymous", *world.people}
    return {name: control(world) if name in entitled else questions(world, name) for name in sorted(names)}


def differences(asked: list[Question], here: list[Told], there: list[Told]) -> Iterator[str]:
    for question, one, other in zip(asked, here, there, strict=True):
        if one != other:
            yield f"{question.method} {question.path}"


def leaks(told: dict[str, list[str]], entitled: set[str]) -> dict[str, list[str]]:
    return {name: found for name, found in told.items() if name not in entitled}


@pytest.mark.django_db
def test_before_dispatch_only_the_lead_and_its_supervisor_can_tell_who_was_drawn(world):
    everybody = asked_by(world, world.entitled_once_drawn)
    asked_later = {"stranger", "auditor", "county_officer 140215"} | {
        f"inspector {pk}" for pk in some_inspectors(world)
    }
    for name in asked_later:  # after the dispatch, when more is shown to more people
        del everybody[name]
    told = who_can_tell(world, everybody)

    assert leaks(told, world.entitled_once_drawn) == {}
    assert set(told) == world.entitled_once_drawn


@pytest.mark.django_db
def test_after_dispatch_only_those_who_have_to_go_there_can_tell_who_was_drawn(world):
    with undone():
        transitions.dispatch(world.draw.campaign, by=datong.approver())
        told = who_can_tell(world, asked_by(world, world.entitled_once_dispatched))

        assert leaks(told, world.entitled_once_dispatched) == {}
        assert set(told) == world.entitled_once_dispatched


@pytest.mark.django_db
def test_two_worlds_find_a_view_that_shows_the_result_to_all(world, monkeypatch):
    monkeypatch.setattr("campaigns.views.record.disclosed_draws", public_draws)
    asked = [Question("GET", f"/public/draws/{world.draw.code}/{name}") for name in ("list.csv", "manifest.json")]

    told = who_can_tell(world, dict.fromkeys(["anonymous", *world.people], asked))

    assert told["anonymous"] == [f"GET /public/draws/{world.draw.code}/list.csv"]
    assert set(told) == {"anonymous", *world.people}
