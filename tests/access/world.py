"""The world of the matrix: Datong with everything, Xinzhou with the same, and people who know only their own.

Built once through the services; each cell of the matrix runs in a savepoint that is rolled back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models, transaction
from django.test import Client
from knox.models import AuthToken

from accounts.models import AuditEvent, CalendarDay, Region, Role, Session, User
from accounts.models.users import ADMINISTRATORS
from accounts.services.calendar import set_day
from campaigns import (
    approvals,
    contributing,
    declaring,
    disclosing,
    drawing,
    freezing,
    notices,
    queries,
    remarks,
    services,
    substituting,
    transitions,
)
from campaigns import draw as engine
from campaigns.models import (
    Act,
    Approval,
    Campaign,
    CampaignIssuer,
    Cause,
    Contribution,
    Declaration,
    Draw,
    FrozenInspector,
    FrozenInstitution,
    InspectionMatter,
    InspectionNotice,
    LineAgreement,
    PlanLine,
    Remark,
    SlotRole,
    Source,
    Stage,
    Task,
    TeamMember,
    TeamSlot,
)
from campaigns.states import TaskState
from inspectors.models import PeopleImport, Pool
from institutions.models import ImportRun, ImportState, RiskFlag, RiskKind, Site
from jobs.models import Job, JobState
from jobs.running import run_job
from tests.access.documents import KINDS as DOCUMENT_KINDS
from tests.access.documents import add_documents
from tests.access.duties import KINDS as DUTY_KINDS
from tests.access.duties import add_duties
from tests.access.publications import KINDS as PUBLICATION_KINDS
from tests.access.publications import add_publications
from tests.access.self_checks import KINDS as SELF_CHECK_KINDS
from tests.access.self_checks import add_self_checks
from tests.access.site import KINDS as SITE_KINDS
from tests.access.site import add_site
from tests.access.visits import KINDS as VISIT_KINDS
from tests.access.visits import add_visits
from tests.factories import accounts, inspectors, institutions
from tests.jobs import handlers  # noqa: F401  # the kind of job made here
from tests.sessions import session_of

IMPORT_COUNTS = (
    "rows", "absent", "errors", "warnings", "institutions_added", "institutions_changed", "institutions_same",
    "certificates_added", "certificates_changed", "certificates_same",
)  # fmt: skip
CITY_ROLES = {
    "lead_officer": ("scjg", Role.LEAD_OFFICER),
    "lead_approver": ("scjg", Role.LEAD_APPROVER),
    "partner_liaison": ("ga", Role.PARTNER_LIAISON),
    "inspector": ("scjg", Role.INSPECTOR),
    "supervisor": ("scjg", Role.SUPERVISOR),
}


@dataclass
class City:
    """One city's people by role, and its objects by kind."""

    code: str
    county: str
    people: dict[str, User] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    home: City
    away: City
    people: dict[str, User]
    """Everybody at the screen, by the name of the row in the matrix."""
    sessions: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def city_of(self, name: str) -> City:
        return self.away if name == "stranger" else self.home

    def own(self, kind: str, name: str) -> Any:
        """Where this person has none of the kind, that of the city's lead officer."""
        city = self.city_of(name)
        found = KINDS[kind](self, city, self.people[name]) if name in self.people else None
        return found or KINDS[kind](self, city, city.people["lead_officer"])

    def foreign(self, kind: str, name: str) -> Any:
        other = self.home if name == "stranger" else self.away
        return KINDS[kind](self, other, other.people.get(name, other.people["lead_officer"]))


def build_world() -> World:
    InspectionMatter.objects.create(code="scjg-jc-01", name="检验检测机构检查", department=accounts.department())
    home, away = build_city("140200", "140213"), build_city("140900", "140902")
    administrators = {
        "system_administrator": accounts.system_administrator(),
        "security_administrator": accounts.security_administrator(),
        "auditor": accounts.auditor(),
    }
    for role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR):
        accounts.user(f"second-{role}", role)
    others = {
        "stranger": away.people["lead_officer"],
        "without_role": accounts.user("without-role"),
        "closed": accounts.lead_officer("closed"),
    }
    people = {**home.people, **administrators, **others}
    set_day(date(2027, 10, 9), is_working=True, source="放假通知", by=administrators["system_administrator"])
    for user in people.values():
        add_own_things(user)
    for user in away.people.values():
        add_own_things(user)
    User.objects.filter(pk=others["closed"].pk).update(is_active=False)
    return World(home, away, people)


def build_city(code: str, county: str) -> City:
    city = City(code, county)
    for name, (department, role) in CITY_ROLES.items():
        city.people[name] = accounts.user(f"{code}-{role}", role, at=f"{department}:{code}")
    city.people["county_officer"] = accounts.user(f"{code}-county", Role.COUNTY_OFFICER, at=f"scjg:{county}")
    for name in (Role.INSTITUTION_CLERK, Role.LEGAL_REPRESENTATIVE):
        city.people[name.value] = accounts.user(f"{code}-{name}", name)
    add_pools(city)
    add_campaigns(city)
    return city


def add_pools(city: City) -> None:
    """Two vehicle inspection bodies, and exactly the officers whom their teams need."""
    found = [institutions.institution(county=city.county) for _ in range(2)]
    certificates = [institutions.certificate(each) for each in found]
    for name in (Role.INSTITUTION_CLERK, Role.LEGAL_REPRESENTATIVE):
        institutions.represents(city.people[name.value], found[0], name)
    known_to_all = institutions.institution(county=city.county)
    posts = {
        "city": f"scjg:{city.code}",
        "second": f"scjg:{city.code}",
        "police": f"ga:{city.code}",
        "county": f"scjg:{city.county}",
    }
    for name, post in posts.items():
        user = city.people["inspector"] if name == "city" else None
        person = inspectors.inspector(post, user=user)
        city.objects |= {
            f"{name}_inspector": person,
            f"{name}_conflict": inspectors.conflict(person, known_to_all),
            f"{name}_leave": inspectors.leave(person),
        }
    flag = RiskFlag.objects.create(
        institution=found[0], kind=RiskKind.COMPLAINT, evidence="投诉登记", noted_on="2025-05-01"
    )
    county = Region.objects.get(pk=city.county)
    city.objects |= {
        "institution": found[0],
        "certificate": certificates[0],
        "site": Site.objects.create(certificate=certificates[0], county=county, address="迎宾街1号"),
        "risk_flag": flag,
        "expert": inspectors.expert(city.code),
    }


def add_campaigns(city: City) -> None:
    """One campaign in each stage."""
    draft, negotiating, frozen, drawn, dispatched, revealing, waiting, disclosed = (
        plan(city, number) for number in range(1, 9)
    )
    lottery = Source(kind=Source.Kind.PUBLIC, name="双色球2025105期", position=9, campaign=waiting)
    services.replace_sources(waiting, [*waiting.sources.all(), lottery], by=city.people["lead_officer"])
    for each in (negotiating, frozen, drawn, dispatched, revealing, waiting, disclosed):
        transitions.propose(each, by=city.people["lead_officer"])
    for each in (frozen, drawn, dispatched, revealing, waiting, disclosed):
        agree_and_freeze(city, each)
    for each in Contribution.objects.filter(draw__campaign__in=[revealing, waiting]).exclude(kind="public"):
        commit(each, by=city.people["lead_officer"])
    under_way = revealing.draws.get()
    remarks.add_remark(under_way, kind="objection", words="名录有误", by=city.people["supervisor"])
    approvals.propose_act(revealing, Act.VOID, draw=under_way, reason="名录有误", by=city.people["lead_officer"])
    for each in (drawn, dispatched, disclosed):
        contribute_and_draw(city, each)
    disclosing.disclose_draw(disclosed.draws.get(), by=city.people["lead_approver"])
    transitions.dispatch(dispatched, by=city.people["lead_approver"])
    notice_to(city, dispatched)
    key = queries.job_key(dispatched, "campaigns.draw")
    job = Job.objects.create(
        kind="campaigns.draw", title="抽取", owner=city.people["lead_officer"], key=key, state="done"
    )
    city.objects |= {
        "campaign_job": job,
        "draft": draft, "negotiating": negotiating, "frozen": frozen, "drawn": drawn, "dispatched": dispatched,
        "revealing": revealing, "waiting": waiting, "disclosed": disclosed,
    }  # fmt: skip
    city.objects |= add_self_checks(dispatched, city.objects["institution"], city.people)
    city.objects |= add_visits(city)
    city.objects |= add_documents(dispatched, city.people)
    city.objects |= add_duties(dispatched, city.people)
    city.objects |= add_site(city)
    city.objects |= add_publications(city)


def plan(city: City, number: int) -> Campaign:
    officer, lead, police = city.people["lead_officer"], f"scjg:{city.code}", f"ga:{city.code}"
    campaign = services.create_campaign(
        by=officer, number=f"{city.code}-2025-{number}", title=f"{city.code} 第 {number} 次抽查", year=2025
    )
    issuers = [CampaignIssuer(bureau=accounts.bureau(code)) for code in (lead, police)]
    services.replace_issuers(campaign, issuers, by=officer)
    services.replace_stages(
        campaign, [Stage(kind=Stage.Kind.ON_SITE, name="现场检查", ends_on=date(2025, 11, 15))], by=officer
    )
    sources = [Source(kind=Source.Kind.BUREAU, bureau=accounts.bureau(code)) for code in (lead, police)]
    witness = Source(kind=Source.Kind.WITNESS, bureau=accounts.bureau(lead), name="纪检")
    services.replace_sources(campaign, [*sources, witness], by=officer)
    line = PlanLine(
        campaign=campaign, code="vehicle", title="机动车检验", domain=institutions.domain(), count=2, reserve=0,
        lead_bureau=accounts.bureau(lead),
    )  # fmt: skip
    slots = [
        TeamSlot(role=SlotRole.OFFICER, bureau=accounts.bureau(lead), number=2),
        TeamSlot(role=SlotRole.OFFICER, bureau=accounts.bureau(police), number=1),
    ]
    services.save_line(line, partners=[accounts.bureau(police)], matters=[], exclusions=[], slots=slots, by=officer)
    return campaign


def agree_and_freeze(city: City, campaign: Campaign) -> None:
    for agreement in LineAgreement.objects.filter(line__campaign=campaign):
        transitions.answer(agreement, agrees=True, words="", by=city.people["partner_liaison"])
    freezing.freeze_campaign(approved(city, Campaign.objects.get(pk=campaign.pk), Act.FREEZE))


def approved(city: City, campaign: Campaign, act: Act, draw: Draw | None = None) -> Approval:
    proposal = approvals.propose_act(campaign, act, draw=draw, by=city.people["lead_officer"])
    return approvals.mark_confirmed(proposal, by=city.people["lead_approver"])


def contribute_and_draw(city: City, campaign: Campaign) -> None:
    draw = Draw.objects.get(campaign=campaign)
    for each in draw.contributions.all():
        commit(each, by=city.people["lead_officer"])
    for each in draw.contributions.all():
        contributing.reveal_value(each, value=f"骰子 {each.source}", by=city.people["lead_officer"])
    drawing.run_draw(approved(city, Campaign.objects.get(pk=campaign.pk), Act.DRAW, draw))


def commit(contribution: Contribution, *, by: User) -> None:
    value = f"骰子 {contribution.source}"
    commitment = engine.contribution_commitment(contribution.source, value)
    contributing.commit_value(contribution, commitment=commitment, by=by)


def notice_to(city: City, campaign: Campaign) -> None:
    """One of the two institutions is told; the other's task still waits for its notice."""
    declaring.declare_team(campaign.tasks.live(), by=city.people["lead_officer"])
    task = Task.objects.get(campaign=campaign, institution=city.objects["institution"])
    notices.issue_notice(task, by=city.people["lead_officer"])
    ask_for_substitutions(city, Task.objects.get(campaign=campaign, state=TaskState.DISPATCHED))


def ask_for_substitutions(city: City, task: Task) -> None:
    """One member asks for recusal, and the institution is proposed to be replaced, with evidence."""
    member = task.members.get(inspector=city.objects["second_inspector"])
    declaring.declare(member, Declaration.RECUSAL, words="同学", by=city.people["lead_officer"])
    evidence = ("照片.pdf", b"%PDF-1.7\n1 0 obj\n")
    substituting.propose_institution(
        task, cause=Cause.CLOSED, reason="停业", evidence=evidence, by=city.people["lead_officer"]
    )


def add_own_things(user: User) -> None:
    """A finished job with a file, one that waits, one that failed, and a token."""
    run_job(Job.objects.create(kind="tests.file", title="任务清单", owner=user).pk)
    Job.objects.create(kind="tests.file", title="等待中", owner=user)
    Job.objects.create(kind="tests.file", title="未完成", owner=user, state=JobState.FAILED)
    AuthToken.objects.create(user=user)
    if user.has_role(Role.LEAD_OFFICER, Role.COUNTY_OFFICER, Role.PARTNER_LIAISON):
        PeopleImport.objects.create(owner=user, file_name="人员.xlsx", pool=Pool.INSPECTORS, state=ImportState.READY)
        counts = dict.fromkeys(IMPORT_COUNTS, 0)
        ImportRun.objects.create(owner=user, file_name="名录.xlsx", state=ImportState.READY, counts=counts)


Kind = Callable[[World, City, User], Any]


def of_city(name: str) -> Kind:
    return lambda world, city, user: city.objects[name]


def of_own_post(thing: str) -> Kind:
    """Of the inspector whom this user's office keeps."""

    def found(world: World, city: City, user: User) -> Any:
        post = "police" if user.has_role(Role.PARTNER_LIAISON) else "city"
        return city.objects[f"{'county' if user.has_role(Role.COUNTY_OFFICER) else post}_{thing}"]

    return found


def first(queryset: models.QuerySet[Any]) -> Any:
    return queryset.order_by("pk").first()


def campaign_seen_by(world: World, city: City, user: User) -> Campaign:
    return city.objects["dispatched"]


def contribution_in(campaign: str) -> Kind:
    """That of the user's own bureau, or the witness's for the supervisor."""

    def found(world: World, city: City, user: User) -> Contribution:
        rows = Contribution.objects.filter(draw__campaign=city.objects[campaign])
        kind = Source.Kind.WITNESS if user.has_role(Role.SUPERVISOR) else Source.Kind.BUREAU
        return first(rows.filter(kind=kind, bureau=user.bureau))

    return found


def draw_of(campaign: str) -> Kind:
    return lambda world, city, user: city.objects[campaign].draws.get()


def task_in(state: TaskState) -> Kind:
    return lambda world, city, user: first(Task.objects.filter(campaign=city.objects["dispatched"], state=state))


def member_seen_by(world: World, city: City, user: User) -> TeamMember:
    """The place of the user's own bureau's officer in the team whose institution is not notified yet."""
    person = city.objects["police_inspector" if user.has_role(Role.PARTNER_LIAISON) else "city_inspector"]
    return TeamMember.objects.get(
        inspector=person, task__campaign=city.objects["dispatched"], task__state=TaskState.DISPATCHED
    )


def recusal(world: World, city: City, user: User) -> TeamMember:
    return TeamMember.objects.get(task__campaign=city.objects["dispatched"], declaration=Declaration.RECUSAL)


def own_job(**states: str) -> Kind:
    return lambda world, city, user: first(Job.objects.filter(owner=user, **states))


def any_job(**states: str) -> Kind:
    return lambda world, city, user: first(Job.objects.filter(owner=city.people["lead_officer"], **states))


def peer_or_ordinary(world: World, city: City, user: User) -> User:
    """Whose password this administrator may reset: an ordinary account, or that of a colleague in the same role."""
    if user.has_role(Role.SYSTEM_ADMINISTRATOR):
        return city.people["lead_officer"]
    if user.has_role(*ADMINISTRATORS):
        return first(User.objects.filter(role_assignments__role__in=user.roles).exclude(pk=user.pk))
    return city.people["lead_officer"]


def own_session(world: World, city: City, user: User) -> Session:
    """The people of the other city have not signed in yet."""
    if not user.sessions.exists():
        session_of(user)
    return first(user.sessions.all())


def own_import(world: World, city: City, user: User) -> ImportRun:
    return first(ImportRun.objects.filter(owner=user))


KINDS: dict[str, Kind] = {
    "account": lambda world, city, user: city.people["lead_officer"],
    "closed_account": lambda world, city, user: world.people["closed"],
    "resettable_account": peer_or_ordinary,
    "token": lambda world, city, user: AuthToken.objects.filter(user=user).first(),
    "session": own_session,
    "bureau": lambda world, city, user: accounts.bureau(f"scjg:{city.code}"),
    "event": lambda world, city, user: first(AuditEvent.objects.all()),
    "region": lambda world, city, user: accounts.region(city.code),
    "job": own_job(),
    "finished_job": own_job(state="done", kind="tests.file"),
    "waiting_job": own_job(state="queued"),
    "failed_job": own_job(state="failed"),
    "any_job": any_job(),
    "any_waiting_job": any_job(state="queued"),
    "any_failed_job": any_job(state="failed"),
    "institution": of_city("institution"),
    "certificate": of_city("certificate"),
    "site": of_city("site"),
    "risk_flag": of_city("risk_flag"),
    "inspector": of_own_post("inspector"),
    "draw": draw_of("dispatched"),
    "frozen_draw": draw_of("frozen"),
    "drawn_draw": draw_of("drawn"),
    "disclosed_draw": draw_of("disclosed"),
    "own_entry": lambda world, city, user: FrozenInstitution.objects.get(
        draw__campaign=city.objects["dispatched"], institution=city.objects["institution"]
    ),
    "own_inspector_entry": lambda world, city, user: FrozenInspector.objects.get(
        draw__campaign=city.objects["dispatched"], inspector=city.objects["city_inspector"]
    ),
    "notice": lambda world, city, user: InspectionNotice.objects.get(task__campaign=city.objects["dispatched"]),
    "domain": lambda world, city, user: institutions.domain(),
    "people_import": lambda world, city, user: first(PeopleImport.objects.filter(owner=user)),
    "expert": of_city("expert"),
    "conflict": of_own_post("conflict"),
    "leave": of_own_post("leave"),
    "campaign": campaign_seen_by,
    "draft": of_city("draft"),
    "negotiating": of_city("negotiating"),
    "frozen": of_city("frozen"),
    "drawn": of_city("drawn"),
    "dispatched": of_city("dispatched"),
    "draft_line": lambda world, city, user: city.objects["draft"].lines.get(),
    "agreement": lambda world, city, user: LineAgreement.objects.get(line__campaign=city.objects["negotiating"]),
    "contribution": contribution_in("frozen"),
    "committed_contribution": contribution_in("revealing"),
    "public_contribution": lambda world, city, user: Contribution.objects.get(
        draw__campaign=city.objects["waiting"], kind="public"
    ),
    "approval": lambda world, city, user: Approval.objects.get(campaign=city.objects["revealing"], state="waiting"),
    "objection": lambda world, city, user: Remark.objects.get(draw__campaign=city.objects["revealing"]),
    "task": task_in(TaskState.NOTIFIED),
    "member": member_seen_by,
    "recusal": recusal,
    "evidence": lambda world, city, user: Approval.objects.get(campaign=city.objects["dispatched"], act=Act.SUBSTITUTE),
    "unnotified_task": task_in(TaskState.DISPATCHED),
    "campaign_job": of_city("campaign_job"),
    "import_run": own_import,
    "matter": lambda world, city, user: first(InspectionMatter.objects.all()),
    **{name: of_city(name) for name in SELF_CHECK_KINDS},
    **{name: of_city(name) for name in VISIT_KINDS},
    **{name: of_city(name) for name in DOCUMENT_KINDS},
    **{name: of_city(name) for name in DUTY_KINDS},
    **{name: of_city(name) for name in SITE_KINDS},
    **{name: of_city(name) for name in PUBLICATION_KINDS},
    "calendar_day": lambda world, city, user: first(CalendarDay.objects.all()),
}
"""What own and foreign objects a route can be asked for; `Example.kind` names one of these."""

NAMED_BY_ROOMS = [
    name
    for kinds in (SELF_CHECK_KINDS, VISIT_KINDS, DOCUMENT_KINDS, DUTY_KINDS, SITE_KINDS, PUBLICATION_KINDS)
    for name in kinds
]


def rolled_back(act: Callable[[], Any]) -> Any:
    """The answer of `act`, whose writes are undone."""
    with transaction.atomic():
        answer = act()
        transaction.set_rollback(True)
    return answer
