"""What is made public and issued at the end: official documents, reports up, plan, results, penalties, cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from accounts.models import User
from campaigns.models import Campaign, Task
from config.demo.notices.stages import Show
from config.demo.visits.clock import Story, at, workday
from publications import correcting, publishing, tracks
from publications.errors import PublicationError
from publications.models import Publication, PublicationVersion
from reports.documents import Block, Heading, ItemList, OfficialDocument, Paragraph
from reports.duties import assigning, submitting
from reports.models import Document, ReportingDuty
from reports.models.documents import DocumentKind
from reports.official import drafting, numbering, transitions
from reports.official.composing import compose
from reports.official.content import TO_FILL_IN
from visits.codes import Severity

GRAVE = (Severity.FALSE, Severity.UNTRUE)


@dataclass(frozen=True, slots=True)
class Paper:
    """An official document of a campaign with what its writer adds. `number`: None for the bureau's next one."""

    kind: DocumentKind
    issued_on: date
    number: str = ""
    words: str = "按通知要求落实，结合本地实际推进。"


@dataclass(frozen=True, slots=True)
class Reports:
    """Who has handed in by the end: of every `skipped`th duty nothing came."""

    words: str
    skipped: int = 5


def issue(campaign: Campaign, paper: Paper, show: Show) -> Document:
    """Begun by the officer from what the records say, issued by the approver."""
    cast, bureau = show.cast, campaign.lead_bureau
    draft = completed(compose(paper.kind, campaign, bureau), paper.words)
    document = drafting.begin_document(paper.kind, draft, bureau=bureau, campaign=campaign, by=cast.officer)
    transitions.present(document, by=cast.officer)
    document = Document.objects.get(pk=document.pk)
    number = numbering.parsed(paper.number) or numbering.proposed(document, paper.issued_on)
    seen = document.versions.latest("number").number
    return transitions.issue(document, number=number, issued_on=paper.issued_on, seen=seen, by=cast.approver)


def completed(draft: OfficialDocument, words: str) -> OfficialDocument:
    """With `words` where no record could tell."""
    attachments = [
        replace(each, body=tuple(_written(block, words) for block in each.body)) for each in draft.attachments
    ]
    return replace(
        draft, body=tuple(_written(block, words) for block in draft.body), attachments=tuple(attachments)
    )  # fmt: skip


def _written(block: Block, words: str) -> Block:
    match block:
        case Paragraph():
            return replace(block, text=_filled(block.text, words))
        case Heading():
            return replace(block, text=_filled(block.text, words), follow_on=_filled(block.follow_on, words))
        case ItemList():
            return replace(block, items=tuple(_filled(item, words) for item in block.items))
    return block


def _filled(text: str, words: str) -> str:
    while TO_FILL_IN in text:
        before, _, rest = text.partition(TO_FILL_IN)
        text = before + words.removesuffix("。") + rest.partition("】")[2]
    return text


def report_up(campaign: Campaign, reports: Reports, show: Show) -> None:
    """The duties of the notice are given; most bureaus hand in, the receiver signs for it."""
    cast = show.cast
    duties = assigning.assign_duties(campaign, by=cast.officer)
    for number, duty in enumerate(duties, 1):
        if number % reports.skipped and duty.due_on is not None:
            _handed_in(duty, f"{duty.sender.short_name}{duty.title}：{reports.words}", cast.speaker)


def _handed_in(duty: ReportingDuty, words: str, speaker: Callable[[str | None], User]) -> None:
    submission = submitting.hand_in(duty, words=words, by=speaker(duty.sender_id))
    submitting.receive_submission(submission, by=speaker(duty.receiver_id))


def plan_and_batches(campaign: Campaign, show: Show, days: Sequence[int]) -> Story:
    """The plan before anybody goes; results as they are concluded, on these working days, within their 20 days."""
    yield at(workday(days[0] - 6, show.cast.today), "17:00")
    if campaign.publishes_plan:
        approve(publishing.prepare_plan(campaign, by=show.cast.officer), show)
    for day in days:
        yield at(workday(day, show.cast.today), "16:00")
        publish_results(campaign, show)


def publish_results(campaign: Campaign, show: Show) -> None:
    """Of those that are concluded and not public yet."""
    if tracks.publishable_tasks(campaign).exists():
        approve(publishing.prepare_results(campaign, by=show.cast.officer), show)


def correct(task: Task, show: Show, *, reason: str) -> None:
    """A new version beside the former, with its reason."""
    publication = Publication.objects.filter(versions__results__task=task).latest("pk")
    propose(correcting.correct(publication, reason=reason, by=show.cast.officer), show)


def conclude(campaign: Campaign, show: Show, *, cases: str) -> None:
    """What is left of the results, then penalties and cases, where the campaign's track is public at all."""
    if not is_public(campaign):
        return
    publish_results(campaign, show)
    by, bureau = show.cast.officer, campaign.lead_bureau
    if tracks.publishable_penalties(bureau).exists():
        approve(publishing.prepare_penalties(bureau, by=by), show)
    if told := _grave(campaign):
        title = f"{campaign.title}典型案例"
        made = publishing.prepare_cases(bureau, title=title, text=cases, tasks=told, campaign=campaign, by=by)
        approve(made, show)


def is_public(campaign: Campaign) -> bool:
    try:
        tracks.check_results(campaign)
    except PublicationError:
        return False
    return True


def _grave(campaign: Campaign) -> Sequence[Task]:
    tasks = tracks.concluded(campaign.tasks.all()).filter(results__findings__severity__in=GRAVE)
    return list(tasks.distinct().order_by("number")[:3])


def approve(publication: Publication, show: Show) -> PublicationVersion:
    return propose(publication.versions.latest("number"), show)


def propose(version: PublicationVersion, show: Show) -> PublicationVersion:
    return publishing.approve(publishing.propose(version, by=show.cast.officer), by=show.cast.approver)
