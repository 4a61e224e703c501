"""The letters with which a round begins: by county, one for each institution. Printed in reports/self_check_letters.py."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import AuditEvent, Region, Role, User
from accounts.rules import require
from institutions.models import Institution, Representative
from jobs.models import Job
from jobs.services import start_job
from selftest.models import Invitation, Round, SelfCheck

KIND = "selftest.letters"


@dataclass(frozen=True, slots=True)
class CountyLetters:
    """made_at, made_by: of the newest letters; codes: of these and others, not used yet."""

    county: Region
    institutions: int
    without_account: int
    codes: int
    made_at: datetime | None = None
    made_by: User | None = None


def counties(round: Round, user: User) -> list[CountyLetters]:
    """The counties of the round that this person may write to, in the order of their codes; three queries."""
    asked = self_checks(round, user)
    figures = {
        row["county"]: row
        for row in asked.annotate(has_clerk=_has_person(Role.INSTITUTION_CLERK))
        .order_by("county").values("county")
        .annotate(institutions=Count("pk"), without_account=Count("pk", filter=Q(has_clerk=False)))
    }  # fmt: skip
    unused = Invitation.objects.filter(
        round=round, used_at=None, revoked_at=None, institution__in=asked.values("institution")
    )
    codes = dict(unused.order_by().values_list("institution__county").annotate(count=Count("pk")))
    made = _last_made(round)
    return [
        CountyLetters(
            county, figures[county.pk]["institutions"], figures[county.pk]["without_account"],
            codes.get(county.pk, 0), *made.get(county.pk, (None, None)),
        )
        for county in Region.objects.filter(pk__in=figures).order_by("code")
    ]  # fmt: skip


def self_checks(round: Round, user: User) -> QuerySet[SelfCheck]:
    """Of the round and this person's region."""
    return SelfCheck.objects.visible_to(user).filter(round=round)


def addressees(round: Round, county: str, user: User, *, without_account: bool) -> QuerySet[Institution]:
    """To whom letters go; `without_account`: only to those where nobody fills yet."""
    asked = self_checks(round, user).filter(county=county)
    if without_account:
        asked = asked.annotate(has_clerk=_has_person(Role.INSTITUTION_CLERK)).filter(has_clerk=False)
    found = Institution.objects.filter(pk__in=asked.values("institution")).order_by("name", "pk")
    return found.select_related("county").prefetch_related("representatives")


@transaction.atomic
def ask_for_letters(
    round: Round, counties: Sequence[Region], *, by: User, site: str, without_account: bool = False
) -> list[Job]:
    """One file for each county; asking again while it is being made gives the same. `site` stands before addresses
    where no PUBLIC_URL is set."""
    require(by, "invite", round)
    return list(_started(round, counties, by, site, without_account))


def _started(round: Round, counties: Sequence[Region], by: User, site: str, without_account: bool) -> Iterator[Job]:
    for county in counties:
        parameters = {"round": round.pk, "county": county.pk, "site": site, "without_account": without_account}
        key = f"{KIND}:{round.pk}:{county.pk}:{by.pk}"
        yield start_job(KIND, f"自查通知函（{county.name}）：{round.title}", by=by, parameters=parameters, key=key)


def _has_person(role: Role) -> Exists:
    return Exists(Representative.objects.filter(institution=OuterRef("institution"), role=role))


def _last_made(round: Round) -> dict[str, tuple[datetime, User | None]]:
    events = AuditEvent.objects.filter(
        subject_type=round._meta.label_lower, subject_id=str(round.pk), action="selftest.letters"
    )
    return {
        event.facts["county"]: (event.at, event.actor) for event in events.select_related("actor").order_by("number")
    }
