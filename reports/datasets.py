"""Rows of lists and notices as plain values, each read from what the user may see; files are made of them elsewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Bureau, Region, User
from campaigns.addresses import public_address
from campaigns.draw.sizes import EVERYONE
from campaigns.models import (
    Campaign,
    Draw,
    DrawnInstitution,
    InspectionMatter,
    LegalBasis,
    NoticeWindow,
    SlotRole,
    Stage,
    Task,
    TaskMode,
    TeamMember,
)
from campaigns.states import DrawState
from institutions.models import Certificate, CertificateState, Institution
from reports.documents import (
    DISCIPLINE,
    SHOWING_CERTIFICATES,
    TELLING,
    Contact,
    InspectionNotice,
    NoticeMatter,
    NoticeMember,
    Provenance,
)
from reports.typesetting import in_fours
from visits.models import Attendee
from visits.preparing import contact_of, materials_of
from visits.states import VisitState

NOTICE_ROLES = {SlotRole.OFFICER: "执法人员", SlotRole.COOPERATING: "配合人员", SlotRole.EXPERT: "专家"}
ATTENDEE_ROLES = {
    Attendee.Kind.OFFICER: "执法人员",
    Attendee.Kind.GUEST: "执法人员",
    Attendee.Kind.COOPERATING: "配合人员",
    Attendee.Kind.EXPERT: "专家",
}

MEMBERS = ("members__inspector__bureau", "members__expert")


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One line of a 任务清单; persons as “姓名（单位）”, an institution's certificates in the order of their numbers."""

    sequence: int
    number: str
    institution: str
    code: str
    certificates: tuple[str, ...]
    levels: tuple[str, ...]
    line: str
    domains: tuple[str, ...]
    county: str
    address: str
    legal_representative: str
    contact: str
    phone: str
    mode: str
    bureau: str
    assisting_bureau: str
    officers: tuple[str, ...]
    cooperating: tuple[str, ...]
    experts: tuple[str, ...]
    matters: tuple[str, ...]
    deadline: str
    state: str


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """One drawn institution; `cell` is the group within its line, `ticket` 64 hex digits."""

    sequence: int
    line: str
    cell: str
    rank: int
    institution: str
    code: str
    county: str
    ticket: str


@dataclass(frozen=True, slots=True)
class ListHead:
    """What stands over a list: of what it is, for where, until when, and who made it."""

    campaign: str
    document_number: str
    area: str
    lead: str
    deadline: str
    notice_window: str
    made: Provenance
    draws_lots: bool = True


def list_head(campaign: Campaign, user: User, *, county: str = "") -> ListHead:
    region = Region.objects.get(pk=county) if county else campaign.lead_bureau.region
    return ListHead(
        campaign=campaign.title,
        document_number=campaign.document_number,
        area=region.name,
        lead=campaign.lead_bureau.name,
        deadline=stage_words(list(campaign.stages.all())),
        notice_window=campaign.get_notice_window_display(),
        made=provenance(campaign, user),
        draws_lots=campaign.draws_lots,
    )


def provenance(campaign: Campaign, user: User) -> Provenance:
    """By whom and when, and of which draw."""
    return Provenance(made_by=signed(user), made_at=timezone.localtime(), data_state=_data_state(campaign))


def _data_state(campaign: Campaign) -> str:
    if not campaign.draws_lots:
        listed = campaign.dispatched_at
        return f"{timezone.localtime(listed):%Y-%m-%d} 列入的全部机构及此时的任务、名录库记录" if listed else "尚未列入"
    draw = campaign.draws.filter(state=DrawState.DRAWN).first()
    return f"抽取 {draw.code}（结果摘要 {draw.result_digest[:8]}）及此时的任务、名录库记录" if draw else "尚未抽取"


def signed(user: User) -> str:
    return f"{user.bureau.name} {user.name}" if user.bureau else user.name


def task_rows(user: User, campaign: Campaign, *, county: str = "") -> list[TaskRow]:
    """The campaign's tasks that this user sees, by county and plan line; a handful of queries for any number."""
    certificates = Certificate.objects.order_by("number").prefetch_related("domains")
    tasks = visible_tasks(user, campaign, county=county).select_related(
        "line", "institution__county", "bureau", "assisting_bureau"
    )
    tasks = tasks.prefetch_related(*MEMBERS, Prefetch("institution__certificates", certificates), "line__matters")
    return [_task_row(sequence, task) for sequence, task in enumerate(tasks, start=1)]


def visible_tasks(user: User, campaign: Campaign, *, county: str = "") -> QuerySet[Task]:
    """By county and plan line."""
    tasks = Task.objects.visible_to(user).live().filter(campaign=campaign)
    if county:
        tasks = tasks.filter(institution__county_id=county)
    return tasks.order_by("institution__county_id", "line__position", "number")


def _task_row(sequence: int, task: Task) -> TaskRow:
    institution = task.institution
    certificates = list(institution.certificates.all())
    members = list(task.members.all())
    return TaskRow(
        sequence=sequence,
        number=task.number,
        institution=institution.name,
        code=institution.identifier,
        certificates=tuple(_certificate_words(each) for each in certificates),
        levels=_distinct(each.get_level_display() for each in certificates),
        line=task.line.title,
        domains=_distinct(domain.name for each in certificates for domain in each.domains.all()),
        county=institution.county.name,
        address=institution.address,
        legal_representative=institution.legal_representative,
        contact=institution.contact,
        phone=institution.contact_phone,
        mode=task.get_mode_display(),
        bureau=task.bureau.name,
        assisting_bureau=task.assisting_bureau.name if task.assisting_bureau else "",
        officers=_people(members, SlotRole.OFFICER),
        cooperating=_people(members, SlotRole.COOPERATING),
        experts=_people(members, SlotRole.EXPERT),
        matters=tuple(matter.name for matter in task.line.matters.all()),
        deadline=deadline_words(task.due_on, is_soft=task.is_due_softly),
        state=task.get_state_display(),
    )


def _certificate_words(certificate: Certificate) -> str:
    if certificate.state == CertificateState.VALID:
        return certificate.number
    return f"{certificate.number}（{certificate.get_state_display()}）"


def _people(members: list[TeamMember], role: SlotRole) -> tuple[str, ...]:
    return tuple(f"{member.person}（{_short_workplace(member)}）" for member in members if member.role == role)


def _short_workplace(member: TeamMember) -> str:
    return member.inspector.bureau.short_name if member.inspector else member.workplace


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def long_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def deadline_words(due_on: date | None, *, is_soft: bool) -> str:
    """原则上 2025年11月15日前; empty without a date."""
    return f"{'原则上 ' if is_soft else ''}{long_date(due_on)}前" if due_on else ""


def stage_words(stages: list[Stage]) -> str:
    """Until when the visits are to be done, by the campaign's on-site stages."""
    on_site = [stage for stage in stages if stage.kind == Stage.Kind.ON_SITE]
    return deadline_words(on_site[-1].ends_on, is_soft=on_site[-1].is_soft) if on_site else ""


def drawn_rows(user: User, campaign: Campaign) -> list[DrawnRow]:
    """The drawn institutions in the order of the plan; reserves are shown to nobody before they are needed."""
    draw = Draw.objects.visible_to(user).filter(campaign=campaign, state=DrawState.DRAWN).first()
    if draw is None:
        return []
    lines = {line["code"]: (place, line["title"]) for place, line in enumerate(draw.manifest["lines"])}
    drawn = DrawnInstitution.objects.filter(draw=draw, is_reserve=False).select_related("institution__county")
    ordered = sorted(drawn, key=lambda row: (lines[row.line_code][0], row.cell, row.rank))
    return [
        DrawnRow(
            sequence=sequence,
            line=lines[row.line_code][1],
            cell="全部" if row.cell == EVERYONE else row.cell,
            rank=row.rank,
            institution=row.institution.name,
            code=row.institution.identifier,
            county=row.institution.county.name,
            ticket=row.ticket,
        )
        for sequence, row in enumerate(ordered, start=1)
    ]


def notice_tasks(user: User, campaign: Campaign, *, county: str = "") -> QuerySet[Task]:
    """Visible tasks, issued or not, with all that their notices say."""
    return with_notice(visible_tasks(user, campaign, county=county))


def with_notice(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related(
        "campaign", "line", "draw", "institution__county", "bureau", "notice__bureau", "preparation__contact"
    ).prefetch_related(
        *MEMBERS, "line__partners", "line__matters__department", "line__matters__legal_bases", "campaign__stages",
        "visits__attendees__inspector",
    )  # fmt: skip


def inspection_notice(task: Task, *, site: str, made_by: User) -> InspectionNotice:
    """The issued notice of a task read by `with_notice`; `site` stands before the address in its QR code."""
    issued_on = timezone.localdate(task.notice.issued_at)
    matters = list(task.line.matters.all())
    bases = [basis for matter in matters for basis in matter.legal_bases.all() if is_in_force(basis, issued_on)]
    return InspectionNotice(
        number=task.notice.number,
        bureaus=inspecting_bureaus(task),
        institution_name=task.institution.name,
        institution_code=task.institution.identifier,
        institution_address=full_address(task.institution),
        task_number=task.number,
        campaign_title=campaign_words(task.campaign),
        legal_basis=_distinct(f"《{basis.title}》" for basis in bases),
        matters=tuple(_notice_matter(matter, issued_on) for matter in matters),
        period=period_words(task),
        methods=_distinct(label for matter in matters for label in matter.method_labels) or ("实地检查",),
        materials=tuple(materials_of(task)),
        team=_notice_team(task),
        contact=_contact(contact_of(task)),
        issued_on=issued_on,
        verify_url=proof_address(task, site),
        evidence=tuple(_evidence(task)),
        discipline_text=discipline_words(task.campaign),
        made=Provenance(signed(made_by), timezone.localtime(), issue_words(task)),
    )


def discipline_words(campaign: Campaign) -> str:
    """As the campaign's own notice has it, between what the law asks and whom to tell (requirement XZ-12)."""
    if not campaign.discipline:
        return DISCIPLINE
    return f"{SHOWING_CERTIFICATES}{campaign.discipline}{TELLING}"


def _contact(bureau: Bureau) -> Contact:
    return Contact(bureau.contact_office or bureau.short_name, bureau.contact_phone)


def proof_address(task: Task, site: str) -> str:
    """Where the code on the notice leads: the institution's own proof. `site` stands in where no PUBLIC_URL is set."""
    path = reverse("campaigns:notice_proof", args=[task.notice.token])
    return f"{site}{path}" if site and not settings.PUBLIC_URL else public_address(path)


def _evidence(task: Task) -> Iterator[tuple[str, str]]:
    """What a reader compares with the public record and the public log."""
    if task.draw:
        yield "抽取编号", task.draw.code
        yield "承诺摘要", in_fours(task.draw.commitment)
    if task.notice.log_number:
        yield f"公开日志第{task.notice.log_number}条", in_fours(task.notice.log_digest)


def issue_words(task: Task) -> str:
    return f"签发记录 {timezone.localtime(task.notice.issued_at):%Y-%m-%d %H:%M}"


def campaign_words(campaign: Campaign) -> str:
    """The campaign as a notice cites it, by the title of its document where it has a number."""
    if campaign.document_number:
        return f"《关于组织开展{campaign.title}工作的通知》（{campaign.document_number}）"
    return campaign.title


def inspecting_bureaus(task: Task) -> tuple[str, ...]:
    """Who visits together, lead first. A task that the upper level handed down is its bureau's alone; one that was added
    is of those who were named for it."""
    if task.mode == TaskMode.ALLOTTED:
        return (task.bureau.name,)
    if task.is_added:
        return _distinct([task.bureau.name, *(member.workplace for member in task.members.all())])
    return _distinct([task.bureau.name, *(partner.name for partner in task.line.partners.all())])


def full_address(institution: Institution) -> str:
    """The address with its county before it, unless it already names it."""
    county = institution.county.name
    return institution.address if county in institution.address else f"{county}{institution.address}"


def is_in_force(basis: LegalBasis, day: date) -> bool:
    return basis.valid_from <= day and (basis.valid_to is None or day <= basis.valid_to)


def _notice_matter(matter: InspectionMatter, day: date) -> NoticeMatter:
    articles: dict[str, list[str]] = {}
    for basis in sorted(matter.legal_bases.all(), key=lambda basis: basis.pk):
        if is_in_force(basis, day):
            articles.setdefault(basis.title, []).append(basis.article)
    words = "；".join(f"《{title}》{'、'.join(found)}" for title, found in articles.items())
    return NoticeMatter(matter.name, matter.department.short_name, words)


def _notice_team(task: Task) -> tuple[NoticeMember, ...]:
    """As drawn; where the bureau itself chose who goes, those of the visit that it planned."""
    if members := task.members.all():
        return tuple(_notice_member(member) for member in members)
    visit = next((visit for visit in task.visits.all() if visit.state != VisitState.CANCELLED), None)
    return tuple(_notice_attendee(each) for each in visit.attendees.all()) if visit else ()


def _notice_attendee(attendee: Attendee) -> NoticeMember:
    certificate = attendee.inspector.department_certificate if attendee.inspector else ""
    return NoticeMember(attendee.name, attendee.workplace, certificate, ATTENDEE_ROLES[Attendee.Kind(attendee.kind)])


def _notice_member(member: TeamMember) -> NoticeMember:
    return NoticeMember(str(member.person), member.workplace, member.certificate, NOTICE_ROLES[SlotRole(member.role)])


WINDOW_WORDS = {
    NoticeWindow.WITHIN_24H: "，具体时间由检查组在现场检查前24小时内告知",
    NoticeWindow.AT_LEAST_24H: "，具体时间由检查组至少提前24小时告知",
    NoticeWindow.NONE: "",
}


def period_words(task: Task) -> str:
    """When the visit falls, by the on-site stage, or by the task's own deadline."""
    stages = [stage for stage in task.campaign.stages.all() if stage.kind == Stage.Kind.ON_SITE]
    window = WINDOW_WORDS[NoticeWindow(task.campaign.notice_window)]
    if stages and stages[0].starts_on:
        soft = "（原则上）" if stages[-1].is_soft else ""
        return f"{long_date(stages[0].starts_on)}至{long_date(stages[-1].ends_on)}{soft}{window}"
    words = stage_words(stages) or deadline_words(task.due_on, is_soft=task.is_due_softly)
    return (words or "以检查组到场时间为准") + window
