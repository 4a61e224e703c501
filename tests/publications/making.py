"""Publications in the stages that tests need, written as rows; tests of the stages themselves go through the services."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Role, User
from campaigns.models import Campaign, Task
from institutions.models import Institution
from publications.models import (
    Disclosure,
    Publication,
    PublicationKind,
    PublicationVersion,
    PublishedPenalty,
    PublishedResult,
)
from publications.states import DisclosureState, VersionState
from tests.factories import accounts, institutions
from visits.codes import Category, MeasureKind
from visits.models import Measure

numbers = count(1)
PUBLISHED_AT = datetime(2025, 12, 1, 2, 0, tzinfo=UTC)


def approver() -> User:
    name = "making-approver"
    return User.objects.filter(username=name).first() or accounts.user(name, Role.LEAD_APPROVER, at="scjg:140200")


def publication(kind: PublicationKind, *, by: User, campaign: Campaign | None = None, **fields: Any) -> Publication:
    number = next(numbers)
    values = {"code": f"{kind.replace('_', '-')}-{number}", "bureau": by.bureau, "year": 2025, **fields}
    return Publication.objects.create(kind=kind, campaign=campaign, created_by=by, **values)


def draft(of: Publication, title: str = "", **fields: Any) -> PublicationVersion:
    """The next version, in the making."""
    number = of.versions.count() + 1
    values = {
        "title": title or f"{of.get_kind_display()}公示",
        "content": {"words": ["特此公示。"], "facts": [], "tables": [], "notes": []},
        "reason": "" if number == 1 else "检查日期有误",
        **fields,
    }
    return PublicationVersion.objects.create(publication=of, number=number, **values)


def publish(version: PublicationVersion, *, at: datetime | None = None) -> PublicationVersion:
    """From now on public, the version before it corrected."""
    at = at or PUBLISHED_AT + timedelta(days=version.number)
    former = PublicationVersion.objects.filter(publication=version.publication, state=VersionState.PUBLISHED)
    for rows in (PublishedResult, PublishedPenalty):
        rows.objects.filter(version__in=former).update(is_current=False)
    former.update(state=VersionState.SUPERSEDED, ended_at=at)
    PublicationVersion.objects.filter(pk=version.pk).update(
        state=VersionState.PUBLISHED, approved_by=approver(), approved_at=at, published_at=at, digest="0a" * 32
    )
    for rows in (PublishedResult, PublishedPenalty):
        rows.objects.filter(version=version).update(is_current=True)
    return PublicationVersion.objects.get(pk=version.pk)


def withdraw(version: PublicationVersion, because: str = "公示对象有误") -> None:
    for rows in (PublishedResult, PublishedPenalty):
        rows.objects.filter(version=version).update(is_current=False)
    PublicationVersion.objects.filter(pk=version.pk).update(
        state=VersionState.WITHDRAWN, ended_at=PUBLISHED_AT + timedelta(days=30), withdrawn_because=because
    )


def result(version: PublicationVersion, task: Task, **fields: Any) -> PublishedResult:
    """A row of a draft."""
    institution = task.institution
    values = {
        **_named(institution),
        "campaign_title": task.campaign.title,
        "bureaus": "大同市市场监督管理局",
        "mode": "随机抽查",
        "inspected_on": date(2025, 10, 20),
        "category": Category.NOTHING_FOUND,
        **fields,
    }
    found = PublishedResult.objects.create(version=version, task=task, **values)
    found.domains.set([institutions.domain()])
    return found


def penalty(version: PublicationVersion, measure: Measure, **fields: Any) -> PublishedPenalty:
    """A row of a draft."""
    values = {
        **_named(measure.task.institution),
        "kind": MeasureKind.FINE,
        "bureau_name": "大同市市场监督管理局",
        "document_number": "同市监罚〔2025〕9号",
        "decided_on": date(2025, 11, 10),
        "amount": 30000,
        "facts": "未按标准检验",
        **fields,
    }
    return PublishedPenalty.objects.create(version=version, measure=measure, **values)


def disclosure(
    institution: Institution, *, by: User, state: DisclosureState = DisclosureState.PUBLISHED, **fields: Any
) -> Disclosure:
    values = {"kind": Disclosure.Kind.COMMITMENT, "title": "诚信守法承诺", "text": "本机构承诺独立、公正。", **fields}
    return Disclosure.objects.create(institution=institution, state=state, submitted_by=by, **values)


def _named(institution: Institution) -> dict[str, Any]:
    return {
        "institution": institution,
        "name": institution.name,
        "code": institution.identifier,
        "county": institution.county,
        "year": 2025,
    }
