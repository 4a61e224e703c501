"""All that the public site may show. Views, feeds and files of this package ask these functions and no model: what is
not handed out here is not public. Rows are plain tuples of the columns named here, so that no page can walk on from
them to what nobody may see."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.disclosure import public_draws
from campaigns.models import Campaign, CampaignKind, InspectionMatter, LegalBasis
from institutions.models import Institution
from publications.models import CreditRepair, Disclosure, PublicationVersion, PublishedPenalty, PublishedResult
from publications.states import PAST_VERSIONS, RepairState, VersionState
from visits.codes import Category

EVER_PUBLIC = (VersionState.PUBLISHED, *PAST_VERSIONS)


class Version(NamedTuple):
    """One version of a publication, without what it says."""

    pk: int
    code: str
    kind: str
    number: int
    state: str
    title: str
    bureau: str
    region: str
    region_code: str
    year: int
    campaign: str
    """Its number; empty where it belongs to none."""
    campaign_title: str
    published_at: datetime
    ended_at: datetime | None
    reason: str
    withdrawn_because: str
    digest: str

    @property
    def is_current(self) -> bool:
        return self.state == VersionState.PUBLISHED

    @property
    def is_withdrawn(self) -> bool:
        return self.state == VersionState.WITHDRAWN


VERSION_COLUMNS = (
    "pk", "publication__code", "publication__kind", "number", "state", "title", "publication__bureau__name",
    "publication__bureau__region__name", "publication__bureau__region_id", "publication__year",
    "publication__campaign__number", "publication__campaign__title", "published_at", "ended_at", "reason",
    "withdrawn_because", "digest",
)  # fmt: skip


class Result(NamedTuple):
    """One institution in one campaign, in the words of the version that is public."""

    pk: int
    institution: int
    name: str
    code: str
    county: str
    city: str | None
    year: int
    campaign: str
    campaign_title: str
    bureaus: str
    mode: str
    inspected_on: date | None
    category: str
    trade_outcome: str
    problem_count: int
    is_rectified: bool | None
    publication: str
    version: int

    @property
    def place(self) -> str:
        return f"{self.city or ''}{self.county}"

    @property
    def is_sound(self) -> bool:
        return self.category == Category.NOTHING_FOUND

    @property
    def category_words(self) -> str:
        return CATEGORY_WORDS.get(self.category, "")

    @property
    def trade_words(self) -> str:
        return TRADE_WORDS.get(self.trade_outcome, "")


RESULT_COLUMNS = (
    "pk", "institution_id", "name", "code", "county__name", "county__parent__name", "year",
    "version__publication__campaign__number", "campaign_title", "bureaus", "mode", "inspected_on", "category",
    "trade_outcome", "problem_count", "is_rectified", "version__publication__code", "version__number",
)  # fmt: skip
CATEGORY_WORDS: dict[str, str] = dict(PublishedResult._meta.get_field("category").flatchoices)
TRADE_WORDS: dict[str, str] = dict(PublishedResult._meta.get_field("trade_outcome").flatchoices)


class ResultDetails(NamedTuple):
    """What the row unfolds: lists of short texts, as published."""

    departments: list[list[str]]
    problems: list[list[str]]
    measures: list[list[str]]


class Penalty(NamedTuple):
    pk: int
    institution: int
    name: str
    code: str
    county: str
    city: str | None
    year: int
    kind: str
    bureau_name: str
    document_number: str
    decided_on: date
    amount: Decimal | None
    facts: str
    legal_basis: str
    shown_until: date | None
    publication: str
    version: int

    @property
    def place(self) -> str:
        return f"{self.city or ''}{self.county}"

    @property
    def kind_words(self) -> str:
        return KIND_WORDS.get(self.kind, "")


PENALTY_COLUMNS = (
    "pk", "institution_id", "name", "code", "county__name", "county__parent__name", "year", "kind", "bureau_name",
    "document_number", "decided_on", "amount", "facts", "legal_basis", "shown_until", "version__publication__code",
    "version__number",
)  # fmt: skip
KIND_WORDS: dict[str, str] = dict(PublishedPenalty._meta.get_field("kind").flatchoices)


def versions() -> QuerySet[PublicationVersion]:
    """Every version that is or was public, never of a practice campaign; the newest first."""
    rows = PublicationVersion.objects.filter(state__in=EVER_PUBLIC, published_at__isnull=False)
    return rows.exclude(publication__campaign__kind=CampaignKind.PRACTICE).order_by("-published_at", "-pk")


def current_versions() -> QuerySet[PublicationVersion]:
    return versions().filter(state=VersionState.PUBLISHED)


def version_rows(rows: QuerySet[PublicationVersion]) -> list[Version]:
    return [version_of(row) for row in rows.values_list(*VERSION_COLUMNS)]


def version_of(row: tuple[Any, ...]) -> Version:
    """From the values of VERSION_COLUMNS."""
    version = Version(*row)
    return version if version.campaign else Version(*(*row[:10], "", "", *row[12:]))


def content_of(version: Version) -> dict[str, Any]:
    """What it says; nothing once it is withdrawn."""
    if version.is_withdrawn:
        return {}
    content: dict[str, Any] = versions().values_list("content", flat=True).get(pk=version.pk)
    return content


def results() -> QuerySet[PublishedResult]:
    """The public result of every task that has one."""
    return PublishedResult.objects.filter(is_current=True)


def results_of(version: Version) -> QuerySet[PublishedResult]:
    """The rows of a version that is public, or was until it was corrected."""
    rows = PublishedResult.objects.filter(version=version.pk)
    return rows.none() if version.is_withdrawn else rows.filter(is_current=True) if version.is_current else rows


def result_rows(rows: QuerySet[PublishedResult]) -> list[Result]:
    return [Result(*row) for row in rows.values_list(*RESULT_COLUMNS)]


def details_of(rows: list[Result]) -> dict[int, ResultDetails]:
    found = PublishedResult.objects.filter(pk__in=[row.pk for row in rows])
    return {
        pk: ResultDetails(departments, problems, measures)
        for pk, departments, problems, measures in found.values_list("pk", "departments", "problems", "measures")
    }


def domains_of(rows: list[Result]) -> dict[int, str]:
    """Names of the domains by row, 、 between them."""
    link = PublishedResult.domains.through.objects.filter(publishedresult__in=[row.pk for row in rows])
    found: dict[int, list[str]] = {}
    for pk, name in link.order_by("domain__position", "domain").values_list("publishedresult_id", "domain__name"):
        found.setdefault(pk, []).append(name)
    return {pk: "、".join(names) for pk, names in found.items()}


def _unrepaired(rows: QuerySet[PublishedPenalty]) -> QuerySet[PublishedPenalty]:
    """信用修复 hides a penalty in every version, past ones too: by its day, and once more by the decision itself."""
    repaired = CreditRepair.objects.filter(measure=OuterRef("measure"), state=RepairState.GRANTED)
    until = Q(shown_until__isnull=True) | Q(shown_until__gt=timezone.localdate())
    return rows.filter(until).exclude(Exists(repaired))


def penalties() -> QuerySet[PublishedPenalty]:
    return _unrepaired(PublishedPenalty.objects.filter(is_current=True))


def penalties_of(version: Version) -> QuerySet[PublishedPenalty]:
    rows = PublishedPenalty.objects.filter(version=version.pk)
    if version.is_withdrawn:
        return rows.none()
    return _unrepaired(rows.filter(is_current=True) if version.is_current else rows)


def penalty_rows(rows: QuerySet[PublishedPenalty]) -> list[Penalty]:
    return [Penalty(*row) for row in rows.values_list(*PENALTY_COLUMNS)]


def disclosures() -> QuerySet[Disclosure]:
    """What institutions made public of themselves and a bureau looked at."""
    return Disclosure.objects.published()


class Matter(NamedTuple):
    code: str
    name: str
    department: str
    kind: str
    domains: tuple[str, ...]
    """None: all of them."""
    content: str
    methods: tuple[str, ...]
    cap_per_year: int | None
    cap_ratio: str
    legal_bases: tuple[str, ...]


def matters() -> list[Matter]:
    """抽查事项清单: what may be checked today, with the legal bases in force."""
    in_force = set(LegalBasis.objects.valid_on(timezone.localdate()).values_list("pk", flat=True))
    rows = InspectionMatter.objects.filter(is_active=True).select_related("department")
    rows = rows.prefetch_related("domains", "legal_bases").order_by("department__position", "code")
    return [_matter(row, in_force) for row in rows]


def _matter(row: InspectionMatter, in_force: set[int]) -> Matter:
    return Matter(
        code=row.code,
        name=row.name,
        department=row.department.name,
        kind=row.get_kind_display(),
        domains=tuple(domain.name for domain in row.domains.all()),
        content=row.content,
        methods=tuple(row.method_labels),
        cap_per_year=row.cap_per_year,
        cap_ratio=row.cap_ratio,
        legal_bases=tuple(str(basis) for basis in row.legal_bases.all() if basis.pk in in_force),
    )


class CertificateFacts(NamedTuple):
    number: str
    authorised_name: str
    level: str
    issuer: str
    approved_on: date | None
    valid_until: date | None
    state: str
    is_valid: bool
    domains: tuple[str, ...]


class InstitutionFacts(NamedTuple):
    """The whitelist: nothing else of the registry is public. No person, no telephone, no class, flag or remark."""

    pk: int
    name: str
    code: str
    county: str
    address: str
    legal_type: str
    state: str
    certificates: tuple[CertificateFacts, ...]


def public_facts(institution: Institution) -> InstitutionFacts:
    today = timezone.localdate()
    return InstitutionFacts(
        pk=institution.pk,
        name=institution.name,
        code=institution.identifier,
        county=place_of(city.name if (city := institution.county.parent) else "", institution.county.name),
        address=institution.address,
        legal_type=institution.get_legal_type_display(),
        state=institution.get_state_display(),
        certificates=tuple(_certificate(row, today) for row in institution.certificates.all()),
    )


def _certificate(row: Any, today: date) -> CertificateFacts:
    is_over = row.valid_until is not None and row.valid_until < today
    return CertificateFacts(
        number=row.number,
        authorised_name=row.authorised_name,
        level=row.get_level_display(),
        issuer=row.issuer,
        approved_on=row.approved_on,
        valid_until=row.valid_until,
        state="已过有效期" if row.state == "valid" and is_over else row.get_state_display(),
        is_valid=row.state == "valid" and not is_over,
        domains=tuple(domain.name for domain in row.domains.all()),
    )


def place_of(city: str, county: str) -> str:
    return f"{city}{county}"


def institutions() -> QuerySet[Institution]:
    """For `public_facts`, with the few columns it reads."""
    rows = Institution.objects.select_related("county__parent").prefetch_related("certificates__domains")
    return rows.only(
        "name", "uscc", "organisation_code", "address", "legal_type", "state", "initials", "county__name",
        "county__parent__name",
    )  # fmt: skip


class CampaignRow(NamedTuple):
    """A campaign of which something is public."""

    pk: int
    number: str
    title: str
    year: int
    bureau: str
    document_number: str
    issued_on: date | None


def campaigns() -> QuerySet[Campaign]:
    """Those with a publication or a public record of a draw; the newest first."""
    shown = Q(publications__versions__in=versions().values("pk")) | Q(
        pk__in=public_draws().order_by().values("campaign")
    )
    return Campaign.objects.filter(pk__in=Campaign.objects.filter(shown).values("pk")).order_by("-year", "-pk")


def campaign_rows(rows: QuerySet[Campaign]) -> list[CampaignRow]:
    columns = ("pk", "number", "title", "year", "lead_bureau__name", "document_number", "issued_on")
    return [CampaignRow(*row) for row in rows.values_list(*columns)]


def versions_about(institution: int) -> QuerySet[PublicationVersion]:
    """Past versions in which it stood: what was corrected or withdrawn. Not for a penalty that is repaired."""
    penalised = _unrepaired(PublishedPenalty.objects.filter(institution=institution))
    inspected = PublishedResult.objects.filter(institution=institution)
    past = versions().filter(state__in=PAST_VERSIONS)
    return past.filter(Q(pk__in=inspected.values("version")) | Q(pk__in=penalised.values("version")))


def reasons_after(rows: list[Version]) -> dict[tuple[str, int], str]:
    """Why each superseded version was corrected: what the version after it says of itself."""
    later = versions().filter(publication__code__in={row.code for row in rows}, number__gt=1)
    found = later.values_list("publication__code", "number", "reason")
    return {(code, number - 1): reason for code, number, reason in found}


def last_change() -> datetime | None:
    """When something was last published, corrected or withdrawn."""
    times = versions().order_by().aggregate(published=Max("published_at"), ended=Max("ended_at"))
    return max((time for time in times.values() if time), default=None)
