"""Datong's results on their way to the public: a concluded task, who prepares, and who approves."""

from datetime import date

from accounts.models import Role, User
from campaigns.models import Task
from publications import publishing
from publications.models import PublicationVersion, PublishedPenalty
from tests.factories import accounts
from tests.visits import world
from visits import measures
from visits.codes import MeasureKind
from visits.models import Measure

DAY = date(2026, 11, 10)


def officer() -> User:
    return world.officer()


def approver() -> User:
    return world.approver()


def second_approver() -> User:
    name = "second-approver"
    return User.objects.filter(username=name).first() or accounts.user(name, Role.LEAD_APPROVER, at=world.CITY)


def results(of: Task | None = None) -> PublicationVersion:
    """A draft with the result of one concluded task."""
    task = of or world.concluded()
    return publishing.prepare_results(task.campaign, by=officer()).versions.get()


def proposed(of: PublicationVersion | None = None, *, not_before: date | None = None) -> PublicationVersion:
    return publishing.propose(of or results(), not_before=not_before, by=officer())


def approved(of: PublicationVersion | None = None, *, not_before: date | None = None) -> PublicationVersion:
    return publishing.approve(proposed(of, not_before=not_before), by=approver())


def published(of: PublicationVersion | None = None) -> PublicationVersion:
    return approved(of)


def fine(of: Task | None = None, **fields: object) -> Measure:
    """Decided."""
    found = world.measure(of or world.concluded(), MeasureKind.FINE, **fields)
    return measures.decide_measure(
        found, decided_on=DAY, document_number="同市监罚〔2026〕1号", amount=30000, by=world.officer(found.bureau_id)
    )


def penalty(of: Measure | None = None) -> PublishedPenalty:
    measure = of or fine()
    version = publishing.prepare_penalties(measure.bureau, by=officer()).versions.get()
    published(version)
    return PublishedPenalty.objects.get(measure=measure, is_current=True)
