"""What each role finds on the workbench of campaigns and tasks: what to do next, what others are waited for, figures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import workbench
from accounts.models import Role, User
from accounts.models.users import INSTITUTION_PEOPLE, LEADS
from accounts.workbench import Figure, Running, ToDo, Urgency
from campaigns.explaining import own_entries
from campaigns.models import (
    Approval,
    Campaign,
    CampaignKind,
    Contribution,
    Declaration,
    Draw,
    LineAgreement,
    Remark,
    Source,
    Stage,
    Task,
    TeamMember,
)
from campaigns.models.tasks import BEFORE_VISIT, RELEASED_STATES
from campaigns.phases import Phase, is_asked_in, phase_from
from campaigns.queries import waiting_for
from campaigns.states import CampaignState, DrawState, TaskState
from campaigns.tables import CAMPAIGN_TONES
from institutions.models import Institution, InstitutionState

SOON = timedelta(days=7)
MOST_SHOWN = 10
TO_INSPECT = (*BEFORE_VISIT, TaskState.INSPECTING)
OFFICE = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER, Role.SUPERVISOR}


def lead_todos(user: User) -> Iterator[ToDo]:
    """The next step of each campaign that the user's bureau leads, as soon as nobody else is waited for."""
    if not user.has_role(*LEADS):
        return
    own = Campaign.objects.filter(lead_bureau=user.bureau_id).exclude(state=CampaignState.DISPATCHED)
    answers = LineAgreement.objects.filter(line__campaign__in=own).exclude(state=LineAgreement.State.AGREED)
    values = Contribution.objects.filter(draw__campaign__in=own, draw__state=DrawState.FROZEN, value="")
    proposed = Approval.objects.waiting().filter(campaign__in=own)
    waiting = {
        *answers.values_list("line__campaign", flat=True),
        *values.values_list("draw__campaign", flat=True),
        *proposed.values_list("campaign", flat=True),
    }
    for campaign in own.prefetch_related("stages", "sources", "lines")[:MOST_SHOWN]:
        if campaign.pk not in waiting:
            yield from _next_step(campaign)


def _next_step(campaign: Campaign) -> Iterator[ToDo]:
    page = campaign.get_absolute_url()
    match campaign.state:
        case CampaignState.DRAFT:
            gaps = _gaps(campaign)
            note = f"还缺：{'、'.join(gaps)}" if gaps else ""
            yield ToDo(f"{campaign.title}：计划尚未提请协商", page, "继续填写" if gaps else "去提请协商", note=note)
        case CampaignState.NEGOTIATING if not campaign.draws_lots:
            listing = reverse("campaigns:confirm_listing", args=[campaign.pk])
            yield ToDo(f"{campaign.title}：可以提请列入全部机构", listing, "去提请列入", Urgency.SOON)
        case CampaignState.NEGOTIATING:
            freeze = reverse("campaigns:confirm_freeze", args=[campaign.pk])
            yield ToDo(f"{campaign.title}：各单位均已同意，可以提请冻结两库", freeze, "去提请冻结", Urgency.SOON)
        case CampaignState.FROZEN:
            draw = reverse("campaigns:draw", args=[campaign.pk])
            waiting = waiting_for(campaign)
            if not waiting:
                yield ToDo(f"{campaign.title}：随机数已揭示，可以提请抽取", draw, "去提请抽取", Urgency.SOON)
        case CampaignState.DRAWN if not campaign.is_practice:
            yield ToDo(f"{campaign.title}：已抽取，任务尚未派发", page, "去派发", Urgency.SOON)


def _gaps(campaign: Campaign) -> list[str]:
    """What a plan cannot do without, as far as it shows without reading the pools; the preview knows the rest."""
    gaps = []
    if not campaign.lines.all():
        gaps.append("计划条目")
    if not any(stage.kind == Stage.Kind.ON_SITE for stage in campaign.stages.all()):
        gaps.append("现场检查阶段")
    if campaign.draws_lots and not campaign.sources.all():
        gaps.append("随机数来源")
    return gaps


def objections(user: User) -> Iterator[ToDo]:
    if not user.has_role(*LEADS):
        return
    found = LineAgreement.objects.filter(
        state=LineAgreement.State.OBJECTED,
        line__campaign__state=CampaignState.NEGOTIATING,
        line__campaign__lead_bureau=user.bureau_id,
    )
    for answer in found.select_related("line__campaign", "bureau")[:MOST_SHOWN]:
        text = f"{answer.line.campaign.title}：{answer.bureau.name}对条目“{answer.line.title}”有异议"
        yield ToDo(text, answer.line.campaign.get_absolute_url(), "去处理", Urgency.SOON, note=answer.words)


def agreements_to_answer(user: User) -> Iterator[ToDo]:
    if not user.has_role(Role.PARTNER_LIAISON, *LEADS):
        return
    pending = LineAgreement.objects.filter(
        bureau=user.bureau_id, state=LineAgreement.State.PENDING, line__campaign__state=CampaignState.NEGOTIATING
    )
    counted = dict(pending.order_by().values_list("line__campaign").annotate(Count("pk")))
    for campaign in Campaign.objects.filter(pk__in=counted).select_related("lead_bureau")[:MOST_SHOWN]:
        text = f"{campaign.title}：{campaign.lead_bureau.name}就 {counted[campaign.pk]} 个条目征求贵单位意见"
        yield ToDo(text, campaign.get_absolute_url(), "去回复", Urgency.SOON)


GIVE = {
    Phase.COMMIT: ("承诺随机数", "去承诺"),
    Phase.PUBLIC: ("录入公开数值", "去录入"),
    Phase.REVEAL: ("揭示随机数", "去揭示"),
}
"""What a source is waited for, and the button, by the phase of the draw."""


def contributions_to_give(user: User) -> Iterator[ToDo]:
    """The part that this person's sources have in the draw now; the same people as in rules.is_source."""
    mine = Q(pk=None)
    if user.has_role(Role.PARTNER_LIAISON, *LEADS):
        mine |= Q(kind=Source.Kind.BUREAU, bureau=user.bureau_id)
    if user.has_role(*LEADS):
        mine |= Q(kind=Source.Kind.PUBLIC, draw__campaign__lead_bureau=user.bureau_id)
    if user.has_role(Role.SUPERVISOR):
        mine |= Q(kind=Source.Kind.WITNESS, bureau=user.bureau_id)
    open_ones = Contribution.objects.filter(mine, draw__state=DrawState.FROZEN, value="")
    rows = open_ones.select_related("draw__campaign", "bureau").prefetch_related("draw__contributions")
    for row in rows[:MOST_SHOWN]:
        phase = phase_from(list(row.draw.contributions.all()))
        if phase in GIVE and is_asked_in(row, phase):
            words, button = GIVE[phase]
            name = row.label.removeprefix("公开数值 ").removeprefix("见证人 ")
            text = f"{row.draw.campaign.title}：等待来源“{name}”{words}"
            url = reverse("campaigns:draw", args=[row.draw.campaign_id])
            yield ToDo(text, url, button, Urgency.SOON, _day(row.draw.reveal_until))


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None


def approvals_to_decide(user: User) -> Iterator[ToDo]:
    """What a colleague proposed and this approver may confirm."""
    if not user.has_role(Role.LEAD_APPROVER):
        return
    waiting = Approval.objects.waiting().filter(campaign__lead_bureau=user.bureau_id).exclude(proposed_by=user)
    for approval in waiting.select_related("campaign", "proposed_by")[:MOST_SHOWN]:
        text = f"{approval.campaign.title}：{approval.proposed_by.name}提请{approval.get_act_display()}"
        yield ToDo(text, approval.get_absolute_url(), "去审批", Urgency.TODAY, note=approval.reason)


def objections_to_answer(user: User) -> Iterator[ToDo]:
    if not user.has_role(*LEADS):
        return
    found = Remark.objects.filter(
        outcome=Remark.Outcome.OPEN, draw__campaign__lead_bureau=user.bureau_id, draw__state=DrawState.FROZEN
    )
    for remark in found.select_related("draw__campaign", "institution", "by__bureau")[:MOST_SHOWN]:
        who = remark.institution.name if remark.institution else str(remark.by.bureau)
        text = f"{remark.draw.campaign.title}：{who}对冻结的名录提出异议"
        yield ToDo(text, remark.draw.get_absolute_url(), "去答复", Urgency.SOON, note=remark.words)


def minutes_to_sign(user: User) -> Iterator[ToDo]:
    """The minutes of draws that this person watched or led and has not signed yet."""
    if not user.has_role(Role.SUPERVISOR, *LEADS):
        return
    draws = Draw.objects.visible_to(user).filter(state=DrawState.DRAWN, disclosed_at=None)
    if not user.has_role(Role.SUPERVISOR):
        draws = draws.filter(campaign__lead_bureau=user.bureau_id)
    unsigned = draws.exclude(signatures__signer=user).exclude(campaign__kind=CampaignKind.PRACTICE)
    for draw in unsigned.select_related("campaign").defer("manifest")[:MOST_SHOWN]:
        url = reverse("campaigns:minutes", args=[draw.pk])
        yield ToDo(f"{draw.campaign.title}：抽取记录等待您签字", url, "去签字", Urgency.WHENEVER)


def objection_periods(user: User) -> Iterator[ToDo]:
    """Where the user's institutions stand frozen while the objection period runs."""
    if not user.has_role(*INSTITUTION_PEOPLE):
        return
    open_ones = own_entries(user).filter(draw__state=DrawState.FROZEN, draw__objections_until__gt=timezone.now())
    for entry in open_ones[:MOST_SHOWN]:
        last = entry.draw.last_day_of_objections
        text = f"{entry.draw.campaign.title}：名录已冻结，请核对贵单位的列入情况"
        url = reverse("campaigns:own_draw", args=[entry.pk])
        yield ToDo(text, url, "去核对", urgency_of(last), last, "有异议的，请在异议期内提出")


def county_todos(user: User) -> Iterator[ToDo]:
    """What was assigned to the county, until when, and the list by one button."""
    if not user.has_role(Role.COUNTY_OFFICER):
        return
    for share in _by_campaign(Task.objects.visible_to(user)):
        text = f"{share.campaign.title}：派发到本地区 {share.tasks} 项检查任务{share.rest}"
        url = reverse("reports:own_task_list", args=[share.campaign.pk])
        yield ToDo(text, url, "下载任务清单", urgency_of(share.due_on), share.due_on, share.note)


def notices_to_issue(user: User) -> Iterator[ToDo]:
    if not user.has_role(Role.COUNTY_OFFICER, *LEADS):
        return
    waiting = Task.objects.filter(bureau=user.bureau_id, state=TaskState.DISPATCHED)
    for share in _by_campaign(waiting):
        text = f"{share.campaign.title}：由本单位组织的 {share.tasks} 项任务尚未签发检查通知书"
        url = f"{reverse('campaigns:campaign_tasks', args=[share.campaign.pk])}?state={TaskState.DISPATCHED}"
        window = share.campaign.get_notice_window_display()
        yield ToDo(text, url, "去签发", urgency_of(share.due_on), share.due_on, window)


def inspector_todos(user: User) -> Iterator[ToDo]:
    if not user.has_role(Role.INSPECTOR):
        return
    places = TeamMember.objects.filter(inspector__user=user).order_by()
    own = Task.objects.visible_to(user).filter(pk__in=places.values("task"))
    for share in _by_campaign(own):
        text = f"{share.campaign.title}：抽到您参加 {share.tasks} 项检查{share.rest}"
        url = reverse("campaigns:campaign_tasks", args=[share.campaign.pk])
        yield ToDo(text, url, "查看任务", urgency_of(share.due_on), share.due_on, share.note)


def declarations_to_give(user: User) -> Iterator[ToDo]:
    """The conflict round: no institution is notified before every member of its team has declared."""
    if not user.has_role(Role.INSPECTOR):
        return
    silent = TeamMember.objects.filter(inspector__user=user, declaration="", task__state__in=BEFORE_VISIT)
    for member in silent.select_related("task__campaign")[:MOST_SHOWN]:
        text = f"{member.task.campaign.title}：请就任务 {member.task.number} 作回避声明"
        yield ToDo(text, member.task.get_absolute_url(), "去声明", Urgency.SOON)


def recusals_to_decide(user: User) -> Iterator[ToDo]:
    if not user.has_role(*LEADS):
        return
    asked = TeamMember.objects.filter(
        task__campaign__lead_bureau=user.bureau_id,
        task__state__in=BEFORE_VISIT,
        declaration=Declaration.RECUSAL,
        decision="",
    )
    for member in asked.select_related("task__campaign", "inspector", "expert")[:MOST_SHOWN]:
        text = f"{member.task.campaign.title}：{member}就任务 {member.task.number} 申请回避"
        yield ToDo(text, member.task.get_absolute_url(), "去决定", Urgency.SOON)


def institution_todos(user: User) -> Iterator[ToDo]:
    if not user.has_role(*INSTITUTION_PEOPLE):
        return
    noticed = Task.objects.visible_to(user).for_lists().filter(notice__isnull=False, state__in=BEFORE_VISIT)
    for task in noticed[:MOST_SHOWN]:
        text = f"{task.institution.name}收到{task.bureau.name}的检查通知书 {task.notice.number}"
        yield ToDo(text, task.get_absolute_url(), "查看通知", Urgency.SOON)


@dataclass(frozen=True, slots=True)
class _Share:
    """Of a campaign's released tasks: all, and those not inspected yet with the first day that one of them is due."""

    campaign: Campaign
    tasks: int
    left: int
    due_on: date | None
    is_soft: bool

    @property
    def rest(self) -> str:
        return f"，还有 {self.left} 项没有完成" if self.left < self.tasks else ""

    @property
    def note(self) -> str:
        return "期限为原则上" if self.is_soft else ""


def _by_campaign(tasks: QuerySet[Task]) -> list[_Share]:
    """Only campaigns in which something is left."""
    is_left = Q(state__in=TO_INSPECT)
    rows = tasks.filter(state__in=RELEASED_STATES).order_by().values_list("campaign").annotate(
        tasks=Count("pk"), left=Count("pk", filter=is_left),
        first=Min("due_on", filter=is_left), hard=Count("pk", filter=is_left & Q(is_due_softly=False)),
    )  # fmt: skip
    rows = rows.filter(left__gt=0)
    campaigns = Campaign.objects.in_bulk([pk for pk, *_ in rows])
    return [_Share(campaigns[pk], count, left, first, not hard) for pk, count, left, first, hard in rows]


def urgency_of(due_on: date | None) -> Urgency:
    today = timezone.localdate()
    if due_on is None or due_on > today + SOON:
        return Urgency.WHENEVER
    if due_on > today:
        return Urgency.SOON
    return Urgency.TODAY if due_on == today else Urgency.OVERDUE


def todos(user: User) -> Iterable[ToDo]:
    yield from lead_todos(user)
    yield from objections(user)
    yield from agreements_to_answer(user)
    yield from approvals_to_decide(user)
    yield from objections_to_answer(user)
    yield from contributions_to_give(user)
    yield from minutes_to_sign(user)
    yield from objection_periods(user)
    yield from county_todos(user)
    yield from notices_to_issue(user)
    yield from inspector_todos(user)
    yield from declarations_to_give(user)
    yield from recusals_to_decide(user)
    yield from institution_todos(user)


def campaigns_under_way(user: User) -> Iterator[Running]:
    """Campaigns that have not reached their tasks yet, and whom they wait for."""
    if not user.has_role(*LEADS, Role.PARTNER_LIAISON, Role.SUPERVISOR):
        return
    open_campaigns = Campaign.objects.visible_to(user).exclude(state=CampaignState.DISPATCHED)
    for campaign in open_campaigns[: MOST_SHOWN // 2]:
        tone = CAMPAIGN_TONES[CampaignState(campaign.state)]
        yield Running(
            campaign.title, campaign.get_absolute_url(), campaign.get_state_display(), tone, waiting_for(campaign)
        )


def campaign_figures(user: User) -> Iterator[Figure]:
    if not user.has_role(*OFFICE):
        return
    operating = Institution.objects.visible_to(user).filter(state=InstitutionState.OPERATING).count()
    yield Figure(
        "在营检验检测机构", operating, "家", f"{reverse('institutions:list')}?state={InstitutionState.OPERATING}"
    )
    yield Figure("抽查活动", Campaign.objects.visible_to(user).count(), "项", reverse("campaigns:list"))
    tasks = Task.objects.visible_to(user).filter(state__in=BEFORE_VISIT).order_by()
    states = dict(tasks.values_list("state").annotate(Count("pk")))
    url = reverse("campaigns:tasks")
    yield Figure("待通知的检查任务", states.get(TaskState.DISPATCHED, 0), "项", f"{url}?state={TaskState.DISPATCHED}")
    yield Figure("已通知的检查任务", states.get(TaskState.NOTIFIED, 0), "项", f"{url}?state={TaskState.NOTIFIED}")


workbench.offer(todos=todos, running=campaigns_under_way, figures=campaign_figures)
