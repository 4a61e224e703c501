"""A province in PostgreSQL as after eight years: 20,000 institutions, 25 campaigns of all of them with 500,000 visits,
results and findings, all published; one campaign and one round of self-checks under way. In about a minute."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection, transaction
from stdnum.cn import uscc

from accounts import guards
from accounts.models import Bureau, Region, User
from campaigns.models import Campaign
from campaigns.states import CampaignState
from inspectors.models import Inspector
from institutions.pinyin import initials
from publications.models import PublicationKind, PublicationVersion
from publications.states import VersionState
from selftest.models import FormTemplate, Round
from tests.access.self_checks import a_round
from tests.factories import accounts, campaigns, inspectors
from tests.production import big_rows
from tests.publications import making

INSTITUTIONS, CAMPAIGNS = 20_000, 25
PROVINCE, YEAR = "14", 2026
OFFICERS_A_COUNTY = 2
FIRST = "云恒晋泰瑞中华鼎众金正诚同嘉启"
SECOND = "博远信安天弘祥润精兴科盛永"
KINDS = ("检测有限公司", "机动车检测服务有限公司", "环境监测站")


@dataclass(frozen=True)
class Size:
    institutions: int = INSTITUTIONS
    campaigns: int = CAMPAIGNS
    """Those that are over and published; one more is under way."""


def fill(size: Size | None = None, *, rows: Sequence[str] = big_rows.ALL, checked: bool = False) -> None:
    """`checked`: with foreign keys and guards on, which takes several times as long."""
    size = size or Size()
    call_command("load_reference", verbosity=0)
    officer = accounts.lead_officer("province", at="scjg:140000")
    _bureaus()
    for number in range(size.campaigns):
        _ended_campaign(number, officer)
    newest = _campaign(size.campaigns, officer)
    round = _round(newest, officer)
    values = {"by": officer.pk, "newest": newest.pk, "round": round.pk}
    with transaction.atomic(), _trusted(checked), connection.cursor() as cursor:
        _institutions(size.institutions)
        for statements in rows:
            cursor.execute(statements, values)
        _publish()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


@contextmanager
def _trusted(checked: bool) -> Iterator[None]:
    """Without looking up every foreign key."""
    if checked:
        yield
    else:
        with guards.lifted(connection):
            yield


def _bureaus() -> None:
    """Of market regulation in every city and county, each county with its officers."""
    places = Region.objects.filter(code__startswith=PROVINCE, level__in=["city", "county"])
    known = set(Bureau.objects.values_list("pk", flat=True))
    made = [_bureau(place) for place in places if f"scjg:{place.pk}" not in known]
    Bureau.objects.bulk_create(made)
    counties = [place for place in places if place.level == "county"]
    Inspector.objects.bulk_create(
        Inspector(number=f"B{place.pk}{n}", name=f"检查员{n}", bureau_id=f"scjg:{place.pk}", **inspectors.CERTIFICATED)
        for place in counties for n in range(OFFICERS_A_COUNTY)
    )  # fmt: skip


def _bureau(place: Region) -> Bureau:
    name = f"{place.name}市场监督管理局"
    return Bureau(
        code=f"scjg:{place.pk}", name=name, short_name=f"{place.name}局", department_id="scjg", region_id=place.pk
    )


def _campaign(number: int, officer: User) -> Campaign:
    """Of all institutions, without a draw."""
    year = YEAR - (CAMPAIGNS - number) % 8
    found = campaigns.campaign(
        f"140000-B{number}", by=officer, state=CampaignState.DISPATCHED, year=year, draws_lots=False, frozen_at=None,
        drawn_at=None, title=f"{year}年检验检测机构全面检查（{number}）",
    )  # fmt: skip
    campaigns.line(found, code="bench")
    return found


def _ended_campaign(number: int, officer: User) -> None:
    campaign = _campaign(number, officer)
    for kind in (PublicationKind.PLAN, PublicationKind.RESULTS, PublicationKind.PENALTIES):
        made = making.publication(kind, campaign=campaign, by=officer, year=campaign.year)
        making.draft(made, title=f"{campaign.title}{made.get_kind_display()}公示")


def _publish() -> None:
    """What rows were put into; none can be added to a version that is public."""
    at = making.PUBLISHED_AT
    PublicationVersion.objects.filter(state=VersionState.DRAFT).update(
        state=VersionState.PUBLISHED, approved_by=making.approver(), approved_at=at, published_at=at, digest="0a" * 32
    )


def _round(campaign: Campaign, officer: User) -> Round:
    made = a_round(campaign, FormTemplate.objects.get(code="shanxi-2025"), "全省", officer)
    Round.objects.filter(pk=made.pk).update(state="open", opened_at=made.created_at, scope=PROVINCE)
    return made


def _institutions(count: int) -> None:
    counties = list(
        Region.objects.filter(code__startswith=PROVINCE, level="county").order_by("code").values_list("pk", flat=True)
    )
    columns = (
        "name, uscc, legal_type, county_id, address, legal_representative, legal_representative_phone, contact, "
        "contact_phone, state, credit_class, credit_class_source, initials, created_at, updated_at"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY institutions_institution ({columns}) FROM STDIN") as copy,  # type: ignore[attr-defined]
    ):
        for number in range(count):
            copy.write_row(_institution(number, counties[number % len(counties)]))


def _institution(number: int, county: str) -> tuple[str, ...]:
    name = f"{FIRST[number % 15]}{SECOND[number // 15 % 13]}{number}{KINDS[number % 3]}"
    body = f"91{county}BN{number:07d}"
    code = body + uscc.calc_check_digit(body)
    address, person, phone = f"迎宾街{number}号", "赵清风", f"0352-{number % 10**7:07d}"
    return (
        name, code, "enterprise", county, address, person, phone, person, phone, "operating", "", "", initials(name),
        "2019-01-02", "2019-01-02",
    )  # fmt: skip
