"""After publishing: a correction is a new version with its reason, a withdrawal ends one with its reason; nothing public is
changed in silence, nothing deleted."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.rules import require
from campaigns.models import Campaign, CampaignKind, Task
from publications import plans, tracks, transitions
from publications.content import content_of
from publications.errors import PublicationError
from publications.models import (
    Publication,
    PublicationKind,
    PublicationVersion,
    PublishedPenalty,
    PublishedResult,
)
from publications.people import redactor_of
from publications.publishing import keep_content, recount
from publications.rows import Built, build_penalties, build_results, keep_rows
from publications.states import OPEN_VERSIONS, VersionState

CORRECTABLE = (VersionState.PUBLISHED, VersionState.WITHDRAWN)
LONGEST_REASON = 500


@transaction.atomic
def correct(publication: Publication, *, reason: str, renew: bool = True, by: User) -> PublicationVersion:
    """A draft of the next version, from the last one. renew: rows and tables as the records now say it."""
    last = _last(publication)
    require(by, "prepare", last.publication)
    if last.state in OPEN_VERSIONS:
        raise PublicationError(f"第 {last.number} 版还在办理（{last.get_state_display()}），请在该版本上修改。")
    if last.state not in CORRECTABLE:
        raise PublicationError("只有已公示或者已撤回的公示可以制作更正版本。")
    version = PublicationVersion.objects.create(
        publication=last.publication, number=last.number + 1, title=last.title, content=last.content,
        redactions=last.redactions, reason=_words(reason, "更正说明", last),
    )  # fmt: skip
    audit.record("publications.correct", version, by=by, facts={"code": publication.code, "number": version.number})
    _copy_rows(last, version)
    if renew:
        renew_version(version, by=by)
    return version


def _last(publication: Publication) -> PublicationVersion:
    found = PublicationVersion.objects.filter(publication=publication).order_by("number").last()
    if found is None:
        raise PublicationError("该公示还没有版本。")
    return transitions.locked(found)


def _words(text: str, label: str, about: PublicationVersion) -> str:
    """They will be public too."""
    if not text.strip():
        raise PublicationError(f"请写明{label}，将随公示公开。")
    if len(text.strip()) > LONGEST_REASON:
        raise PublicationError(f"{label}不超过 {LONGEST_REASON} 字。")
    return redactor_of(about).clean(text.strip())[:LONGEST_REASON]


def _copy_rows(former: PublicationVersion, version: PublicationVersion) -> None:
    results, penalties = list(former.results.all()), list(former.penalties.all())
    for row in (*results, *penalties):
        row.pk, row.is_current = None, False
        row._state.adding = True
    keep_rows(version, Built(results, penalties))


@transaction.atomic
def renew_version(version: PublicationVersion, *, by: User) -> PublicationVersion:
    """What a draft says, as the records now say it. Results that are just being amended stay as they were."""
    version = editable(version, by)
    with audit.recorded("publications.renew", version, by=by):
        match version.publication.kind:
            case PublicationKind.RESULTS:
                _renew_results(version)
            case PublicationKind.PENALTIES:
                _renew_penalties(version)
            case PublicationKind.PLAN if version.publication.campaign:
                keep_content(version, plans.campaign_plan(version.publication.campaign))
            case PublicationKind.ANNUAL_PLAN:
                _renew_annual_plan(version)
        version.save()
    return version


def _renew_results(version: PublicationVersion) -> None:
    tasks = tracks.concluded(Task.objects.filter(published_results__version=version)).distinct()
    version.results.filter(task__in=list(tasks)).delete()
    keep_rows(version, build_results(tasks))
    recount(version)


def _renew_penalties(version: PublicationVersion) -> None:
    """Without those whose credit is repaired."""
    measures = [row.measure for row in version.penalties.shown().select_related("measure")]
    version.penalties.all().delete()
    keep_rows(version, build_penalties(measures))
    recount(version)


def _renew_annual_plan(version: PublicationVersion) -> None:
    publication = version.publication
    found = Campaign.objects.filter(lead_bureau=publication.bureau_id, year=publication.year, publishes_plan=True)
    campaigns = found.exclude(kind=CampaignKind.PRACTICE).filter(lines__isnull=False).distinct().order_by("number")
    keep_content(version, plans.annual_plan(publication.bureau, publication.year, campaigns))


@transaction.atomic
def add_results(version: PublicationVersion, tasks: Collection[Task], *, by: User) -> PublicationVersion:
    """Further tasks of the campaign into a draft."""
    version = editable(version, by)
    campaign = version.publication.campaign
    if campaign is None or version.publication.kind != PublicationKind.RESULTS:
        raise PublicationError("只有检查结果公示可以增加机构。")
    ready = list(tracks.publishable_tasks(campaign).filter(pk__in=[task.pk for task in tasks]))
    if len(ready) < len(tasks):
        raise PublicationError("所选任务中有的还没有认定检查结果，或者已在其他公示中。")
    with audit.recorded(
        "publications.add_rows", version, by=by, facts={"tasks": sorted(task.number for task in ready)}
    ):
        keep_rows(version, build_results(ready))
        recount(version)
    return version


@transaction.atomic
def drop_row(row: PublishedResult | PublishedPenalty, *, by: User) -> PublicationVersion:
    """Out of a draft: it is not published with this version, and stays among those that can be."""
    version = editable(row.version, by)
    with audit.recorded("publications.drop_row", version, by=by, facts={"institution": row.code}):
        row.delete()
        recount(version)
    return version


@transaction.atomic
def edit_words(version: PublicationVersion, *, by: User, **said: Any) -> PublicationVersion:
    """The title, words, notes, facts or tables given; all of it goes through the redactor again. Also by the approver,
    who may mend words of what is proposed."""
    version = editable(version, by)
    kept = content_of(version.content)
    content = type(kept)(**{name: said.get(name, getattr(kept, name)) for name in kept.__dataclass_fields__})
    if not content.title.strip():
        raise PublicationError("请填写标题。")
    with audit.recorded("publications.edit", version, by=by):
        keep_content(version, content, redactor_of(version))
    return version


@transaction.atomic
def edit_reason(version: PublicationVersion, *, reason: str, by: User) -> PublicationVersion:
    version = editable(version, by)
    with audit.recorded("publications.edit", version, by=by):
        version.reason = _words(reason, "更正说明", version)
        version.save(update_fields=["reason"])
    return version


@transaction.atomic
def edit_result(
    row: PublishedResult, *, departments: Collection[str], problems: Collection[str], by: User
) -> PublishedResult:
    """Other words in the same places: of each department, and of each problem. What was found is not changed here."""
    version = editable(row.version, by)
    if len(departments) != len(row.departments) or len(problems) != len(row.problems):
        raise PublicationError("只能修改文字，不能增减部门或者问题；结果有误的，请先更正检查结果。")
    with audit.recorded("publications.edit_row", row, by=by, facts={"version": version.pk}):
        clean = redactor_of(version).clean
        row.departments = [
            [*each[:2], clean(words.strip())] for each, words in zip(row.departments, departments, strict=True)
        ]
        row.problems = [[*each[:2], clean(words.strip())] for each, words in zip(row.problems, problems, strict=True)]
        row.save(update_fields=["departments", "problems"])
    return row


@transaction.atomic
def edit_penalty(row: PublishedPenalty, *, facts: str, by: User) -> PublishedPenalty:
    version = editable(row.version, by)
    with audit.recorded("publications.edit_row", row, by=by, facts={"version": version.pk}):
        row.facts = redactor_of(version).clean(facts.strip())[:500]
        row.save(update_fields=["facts"])
    return row


def editable(version: PublicationVersion, by: User) -> PublicationVersion:
    """Locked; a draft for those who prepare, what is proposed for who may approve it."""
    version = transitions.locked(version)
    if version.state == VersionState.PROPOSED:
        require(by, "approve", version)
        return version
    require(by, "edit", version)
    if version.state != VersionState.DRAFT:
        raise PublicationError(
            f"该版本当前为“{version.get_state_display()}”，内容不能修改；确需修改的，请制作更正版本。"
        )
    return version


@transaction.atomic
def discard(version: PublicationVersion, *, by: User) -> None:
    """A draft that shall not become public; with it a publication that never was."""
    version = editable(version, by)
    transitions.check_source(version, "propose")
    publication = version.publication
    audit.record("publications.discard", version, by=by, facts={"code": publication.code, "number": version.number})
    version.results.all().delete()
    version.penalties.all().delete()
    version.delete()
    if not publication.versions.exists():
        publication.delete()


@transaction.atomic
def withdraw(version: PublicationVersion, *, reason: str, by: User) -> PublicationVersion:
    """Out of the public eye, with a reason that stays in it."""
    version = transitions.locked(version)
    require(by, "withdraw", version)
    transitions.check_source(version, "withdraw")
    because = _words(reason, "撤回理由", version)
    version = transitions.move(
        version, "withdraw", by=by, withdrawn_because=because, withdrawn_by=by, ended_at=timezone.now()
    )
    for rows in (version.results, version.penalties):
        rows.filter(is_current=True).update(is_current=False)
    return version
