"""公示: preparing a first version of each kind, and its way to the public: proposed, approved by another person,
published at once or on the day before which it may not be."""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Bureau, User
from accounts.rules import require
from campaigns.models import Campaign, CampaignKind, Draw, Task
from publications import plans, tracks, transitions
from publications.content import Content, cleaned, content_of, paragraphs
from publications.digests import digest_of
from publications.errors import PublicationError
from publications.models import (
    Publication,
    PublicationKind,
    PublicationVersion,
    PublishedPenalty,
    PublishedResult,
)
from publications.people import complainants_of, names_of
from publications.redaction import Redactor
from publications.rows import build_penalties, build_results, keep_rows
from publications.states import VersionState
from publications.wording import penalties_content, results_content
from visits.models import Measure

logger = logging.getLogger(__name__)

WITH_ROWS = (PublicationKind.RESULTS, PublicationKind.PENALTIES)
Figures = Iterable[tuple[str, str]]


@transaction.atomic
def prepare_annual_plan(bureau: Bureau, year: int, *, by: User) -> Publication:
    """年度抽查计划 of the campaigns that this bureau leads and whose plan is published."""
    found = Campaign.objects.filter(lead_bureau=bureau, year=year, publishes_plan=True, lines__isnull=False)
    campaigns = found.exclude(kind=CampaignKind.PRACTICE).distinct().order_by("number")
    if not campaigns:
        raise PublicationError(
            f"{year}年没有可以列入年度计划的抽查活动：须由本单位牵头、已有计划条目、设置为公示计划。"
        )
    refuse_second(PublicationKind.ANNUAL_PLAN, bureau=bureau, year=year)
    publication = _open(PublicationKind.ANNUAL_PLAN, bureau, year, by=by)
    return _first(publication, plans.annual_plan(bureau, year, campaigns), by=by)


@transaction.atomic
def prepare_plan(campaign: Campaign, *, by: User) -> Publication:
    tracks.check_plan(campaign)
    refuse_second(PublicationKind.PLAN, campaign=campaign)
    publication = _open(PublicationKind.PLAN, campaign.lead_bureau, campaign.year, campaign=campaign, by=by)
    return _first(publication, plans.campaign_plan(campaign), by=by)


@transaction.atomic
def prepare_drawn_list(draw: Draw, *, by: User) -> Publication:
    """抽取名单 of one draw whose transcript is disclosed."""
    tracks.check_drawn_list(draw)
    campaign, code = draw.campaign, code_of_list(draw)
    refuse_second(PublicationKind.DRAWN_LIST, code=code)
    kind = PublicationKind.DRAWN_LIST
    publication = _open(kind, campaign.lead_bureau, campaign.year, campaign=campaign, code=code, by=by)
    return _first(publication, plans.drawn_list(draw), by=by)


@transaction.atomic
def prepare_results(campaign: Campaign, *, tasks: Collection[Task] | None = None, by: User) -> Publication:
    """检查结果 of the chosen tasks, or of all that are concluded and not yet public."""
    tracks.check_results(campaign)
    publication = _open(PublicationKind.RESULTS, campaign.lead_bureau, campaign.year, campaign=campaign, by=by)
    ready = list(tracks.publishable_tasks(campaign).order_by("number"))
    chosen = _chosen(ready, tasks, "任务", "还没有认定检查结果，或者已在其他公示中")
    version = _new_version(publication)
    keep_rows(version, build_results(chosen))
    batch = campaign.publications.filter(kind=PublicationKind.RESULTS).count()
    title = f"{campaign.title}结果公示" + (f"（第{batch}批）" if batch > 1 else "")
    return _said(version, results_content(title, version), by=by)


@transaction.atomic
def prepare_penalties(bureau: Bureau, *, measures: Collection[Measure] | None = None, by: User) -> Publication:
    """行政处罚 that this bureau decided or that follow from its campaigns; all that are not yet public."""
    publication = _open(PublicationKind.PENALTIES, bureau, timezone.localdate().year, by=by)
    ready = list(tracks.publishable_penalties(bureau).order_by("decided_on", "pk"))
    chosen = _chosen(ready, measures, "决定", "不属于应当公示的行政处罚，或者已在其他公示中")
    version = _new_version(publication)
    keep_rows(version, build_penalties(chosen))
    title = f"{bureau.name}检验检测领域行政处罚信息公示（{timezone.localdate():%Y年%-m月%-d日}）"
    return _said(version, penalties_content(title, version), by=by)


@transaction.atomic
def prepare_cases(
    bureau: Bureau, *, title: str, text: str, tasks: Sequence[Task] = (), campaign: Campaign | None = None, by: User
) -> Publication:
    """典型案例. tasks: those it tells of, whose people's names are taken out of the text."""
    return _written(PublicationKind.CASES, bureau, title, text, (), tasks, campaign, by)


@transaction.atomic
def prepare_bulletin(
    bureau: Bureau, *, title: str, text: str, figures: Figures = (), tasks: Sequence[Task] = (),
    campaign: Campaign | None = None, by: User,
) -> Publication:  # fmt: skip
    """通报: text, one paragraph a line, with figures as (label, value)."""
    return _written(PublicationKind.BULLETIN, bureau, title, text, figures, tasks, campaign, by)


def _written(
    kind: PublicationKind, bureau: Bureau, title: str, text: str, figures: Figures, tasks: Sequence[Task],
    campaign: Campaign | None, by: User,
) -> Publication:  # fmt: skip
    if not title.strip() or not text.strip():
        raise PublicationError("请填写标题和正文。")
    for each in {*([campaign] if campaign else []), *(task.campaign for task in tasks)}:
        tracks.check_track(each)
    if len(tracks.concluded(Task.objects.filter(pk__in=[task.pk for task in tasks]))) < len(tasks):
        raise PublicationError("案例所涉及的任务须已经认定检查结果。")
    year = campaign.year if campaign else timezone.localdate().year
    publication = _open(kind, bureau, year, campaign=campaign, by=by)
    names = names_of(tasks)
    told = complainants_of(tasks)
    redactor = Redactor(set().union(*names.values()), set().union(*told.values()))
    content = Content(title=title.strip(), words=paragraphs(text), facts=tuple(figures))
    return _first(publication, content, redactor, by=by)


def code_of_list(draw: Draw) -> str:
    return f"drawn-list-{draw.code.lower()}"


def refuse_second(kind: PublicationKind, **where: object) -> None:
    """There is one publication of it; what changes stands in its versions."""
    if Publication.objects.filter(kind=kind, **where).exists():
        raise there_is_one(kind)


def there_is_one(kind: PublicationKind) -> PublicationError:
    return PublicationError(f"该{kind.label}已有公示；内容有变化的，请在原公示上制作更正版本。")


def _open(
    kind: PublicationKind, bureau: Bureau, year: int, *, campaign: Campaign | None = None, code: str = "", by: User
) -> Publication:
    """A new publication under an address of its own; serials count per campaign, or per bureau and year."""
    bureau = Bureau.objects.select_for_update(of=("self",), no_key=True).get(pk=bureau.pk)
    require(by, "prepare", Publication(bureau=bureau))
    publication = Publication(
        code=code or _free_code(kind, bureau, year, campaign),
        kind=kind,
        bureau=bureau,
        campaign=campaign,
        year=year,
        created_by=by,
    )
    with audit.recorded("publications.prepare", publication, by=by, facts={"kind": kind.value}):
        publication.save()
    return publication


def _free_code(kind: PublicationKind, bureau: Bureau, year: int, campaign: Campaign | None) -> str:
    """One after the highest serial that stands; of what was thrown away nothing was ever public."""
    owner = campaign.number.lower() if campaign else f"{bureau.pk.replace(':', '-')}-{year}"
    stem = f"{kind.replace('_', '-')}-{owner}-"
    codes = Publication.objects.filter(code__startswith=stem).values_list("code", flat=True)
    serials = (code.removeprefix(stem) for code in codes)
    return f"{stem}{max((int(serial) for serial in serials if serial.isdecimal()), default=0) + 1}"


def _chosen(ready: list, asked: Collection | None, noun: str, why: str) -> list:  # type: ignore[type-arg]
    if asked is None:
        chosen = ready
    else:
        wanted = {each.pk for each in asked}
        chosen = [each for each in ready if each.pk in wanted]
        if missing := len(wanted) - len(chosen):
            raise PublicationError(f"所选{noun}中有 {missing} 项不能公示：{why}。")
    if not chosen:
        raise PublicationError(f"没有可以公示的{noun}：{why}。")
    return chosen


def _new_version(publication: Publication, number: int = 1, reason: str = "") -> PublicationVersion:
    title = "（起草中）"
    return PublicationVersion.objects.create(publication=publication, number=number, title=title, reason=reason)


def _first(publication: Publication, content: Content, redactor: Redactor | None = None, *, by: User) -> Publication:
    return _said(_new_version(publication), content, redactor, by=by)


def _said(version: PublicationVersion, content: Content, redactor: Redactor | None = None, *, by: User) -> Publication:
    keep_content(version, content, redactor)
    return version.publication


def keep_content(version: PublicationVersion, content: Content, redactor: Redactor | None = None) -> None:
    """With what had to be taken out of it; a version keeps its title apart for lists."""
    redactor = redactor or Redactor()
    content = cleaned(content, redactor)
    version.content, version.title = content.as_json(), content.title[:150]
    version.redactions = [
        *version.redactions, *(each for each in redactor.listed() if each not in version.redactions),
    ]  # fmt: skip
    version.save(update_fields=["content", "title", "redactions"])


def recount(version: PublicationVersion) -> None:
    """What stands above the rows, counted anew; the title and the words stay as people wrote them."""
    build = results_content if version.publication.kind == PublicationKind.RESULTS else penalties_content
    said = content_of(version.content)
    keep_content(version, build(version.title, version, said.words))


@transaction.atomic
def propose(version: PublicationVersion, *, not_before: date | None = None, by: User) -> PublicationVersion:
    """Ask the approver. not_before: the first day on which it may become public."""
    version = transitions.locked(version)
    require(by, "propose", version)
    transitions.check_source(version, "propose")
    if version.number > 1 and not version.reason.strip():
        raise PublicationError("更正版本须写明更正说明，随公示公开。")
    check_standing(version)
    return transitions.move(
        version, "propose", by=by, proposed_by=by, proposed_at=timezone.now(), not_before=not_before,
        returned_because="",
    )  # fmt: skip


def check_standing(version: PublicationVersion) -> None:
    """What a version says may (still) be public: asked again at each step, since records may have changed meanwhile."""
    publication = version.publication
    if publication.campaign is not None:
        tracks.check_track(publication.campaign)
    kind = publication.kind
    if kind == PublicationKind.RESULTS:
        _check_results(version)
    if kind == PublicationKind.PENALTIES and not version.penalties.exists():
        raise PublicationError("该版本没有一件处罚决定，不能公示。")
    content = content_of(version.content)
    if not content.words and not content.tables and kind not in WITH_ROWS:
        raise PublicationError("该版本没有内容，不能公示。")


def _check_results(version: PublicationVersion) -> None:
    if version.publication.campaign is None:
        raise PublicationError("检查结果公示须属于一项抽查活动。")
    tracks.check_results(version.publication.campaign)
    if not version.results.exists():
        raise PublicationError("该版本没有一家机构的结果，不能公示。")
    if amended := list(tracks.amended_since(version.results.all()).values_list("name", flat=True)[:3]):
        names = "、".join(amended)
        raise PublicationError(f"{names}的检查结果正在更正或已经更正，请退回后按最新认定的结果更新，再提请审批。")


@transaction.atomic
def return_version(version: PublicationVersion, *, words: str, by: User) -> PublicationVersion:
    """Back to the draft with words; also out of what waits for its day."""
    version = transitions.locked(version)
    require(by, "return", version)
    if not words.strip():
        raise PublicationError("退回须写明意见。")
    return transitions.move(
        version, "return", by=by, returned_because=words.strip(), approved_by=None, approved_at=None, digest=""
    )


@transaction.atomic
def approve(version: PublicationVersion, *, by: User) -> PublicationVersion:
    """By another person than who proposed; public at once, unless it waits for its day."""
    version = transitions.locked(version)
    transitions.check_source(version, "approve")
    if version.proposed_by_id == by.pk:
        raise PublicationError("批准人不能是提请人，须由另一人审批。")
    require(by, "approve", version)
    check_standing(version)
    digest = digest_of(version)
    now = timezone.now()
    version = transitions.move(version, "approve", by=by, approved_by=by, approved_at=now, digest=digest)
    if version.not_before is None or version.not_before <= timezone.localdate():
        return publish(version, by=by)
    return version


@transaction.atomic
def publish(version: PublicationVersion, *, by: User | None) -> PublicationVersion:
    """Make an approved version the public one; the former one is superseded. Called inside `approve`, and by the clock."""
    version = transitions.locked(version)
    transitions.check_source(version, "publish")
    check_standing(version)
    if digest_of(version) != version.digest:
        raise PublicationError("内容与批准时的摘要不符，不能公布，请联系系统管理员。")
    now = timezone.now()
    former = PublicationVersion.objects.filter(publication=version.publication, state=VersionState.PUBLISHED).first()
    if former:
        transitions.move(transitions.locked(former), "supersede", by=by, ended_at=now)
    version = transitions.move(version, "publish", by=by, published_at=now)
    make_current(version)
    return version


def make_current(version: PublicationVersion) -> None:
    """The rows of this version in place of those of every other of its publication."""
    for rows in (PublishedResult.objects, PublishedPenalty.objects):
        rows.filter(version__publication=version.publication, is_current=True).update(is_current=False)
        rows.filter(version=version).update(is_current=True)


def publish_due(today: date) -> list[PublicationVersion]:
    """What waits for a day that has come; the clock runs this. What may not be public any more stays, and is told of."""
    due = PublicationVersion.objects.filter(state=VersionState.APPROVED, not_before__lte=today)
    return [version for version in due.order_by("pk") if _published_by_date(version)]


def _published_by_date(version: PublicationVersion) -> bool:
    try:
        publish(version, by=None)
    except PublicationError as refused:
        logger.warning("version %s of %s stays unpublished: %s", version.number, version.publication_id, refused)
        return False
    return True
