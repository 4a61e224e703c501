"""Why (not) me: what an institution and an inspector are told of a draw they stood in.

Before the draw is disclosed nothing here depends on its result: an institution that was drawn reads the same bytes as
one that was not. What is read is the draw's own frozen rows and, once disclosed, its stored result.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Bureau, Region, User
from campaigns.chances import Chance, chance_of, standing_of
from campaigns.draw.ranking import make_tickets, ticket_maker
from campaigns.draw.sizes import EVERYONE
from campaigns.errors import CampaignError, WrongState
from campaigns.frozen import size_in_words
from campaigns.inclusion import pool_of
from campaigns.models import (
    CampaignKind,
    Draw,
    DrawKind,
    DrawnInstitution,
    FrozenInspector,
    FrozenInstitution,
    InspectionNotice,
    Remark,
    Task,
    TeamMember,
)
from campaigns.phases import is_open_for_objections
from campaigns.population import LISTED_ELSEWHERE, LISTED_HERE
from campaigns.remarks import add_remark
from campaigns.states import DrawState
from institutions.models import Institution

TIERS = {
    0: "上级分配、且列为重点抽查对象",
    1: "上级分配",
    2: "列为重点抽查对象",
    3: "其他",
}
"""Who goes first in a line (campaigns.population): what the upper level handed down, key targets first in each."""

JSON = dict[str, Any]


def own_entries(user: User) -> QuerySet[FrozenInstitution]:
    """Where the institutions this user acts for stand, in draws that explain themselves; newest first.

    Not yet, before the draw is disclosed: entries that would tell of another draw, and all of supplementary draws,
    where even standing in the pool or not tells who was drawn before.
    """
    own = Institution.objects.visible_to(user).filter(representatives__user=user)
    entries = FrozenInstitution.objects.filter(institution__in=own, draw__campaign__explains_draw=True)
    telling = Q(draw__kind=DrawKind.SUPPLEMENT) | Q(excluded__in=(LISTED_HERE, LISTED_ELSEWHERE))
    entries = entries.exclude(draw__campaign__kind=CampaignKind.PRACTICE).exclude(telling, draw__disclosed_at=None)
    return entries.select_related("draw__campaign__lead_bureau__region", "institution").order_by("-draw_id", "pk")


def own_inspector_entries(user: User) -> QuerySet[FrozenInspector]:
    """Where this inspector stands in second pools, newest first."""
    entries = FrozenInspector.objects.filter(inspector__user=user).exclude(draw__campaign__kind=CampaignKind.PRACTICE)
    return entries.select_related("draw__campaign__lead_bureau", "inspector__bureau").order_by("-draw_id", "pk")


def is_disclosed(draw: Draw) -> bool:
    return draw.disclosed_at is not None and draw.state == DrawState.DRAWN


@dataclass(frozen=True, slots=True)
class Place:
    """Where an institution stands in a frozen pool. chance is None for one that takes no part.

    tier: in words, empty where all of the line rank alike; lots: how many this one has in the urn.
    """

    entry: FrozenInstitution
    title: str
    rule: str
    population: int
    tier: str
    lots: int
    chance: Chance | None


def place_of(entry: FrozenInstitution) -> Place:
    rule = _line_of(entry.draw, entry.line_code)
    counts = pool_of(entry.draw, "institution").counts
    of_line = {standing: count for standing, count in counts.items() if standing.line == entry.line_code}
    are_alike = len({standing.tier for standing in of_line}) < 2
    takes_part = not entry.excluded
    standing = standing_of(entry.entry, entry.draw.manifest)
    return Place(
        entry=entry,
        title=rule["title"],
        rule=size_in_words(rule["size"]),
        population=sum(of_line.values()),
        tier="" if are_alike or not takes_part else TIERS.get(standing.tier, str(standing.tier)),
        lots=rule.get("lots", {}).get(standing.risk, 1) if takes_part else 0,
        chance=chance_of(standing, entry.draw.manifest, counts) if takes_part else None,
    )


def _line_of(draw: Draw, code: str) -> JSON:
    return next(line for line in draw.manifest["lines"] if line["code"] == code)


def percent(chance: Chance) -> str:
    """50%; 约 33.3%; 不到 0.1%; empty where there is no figure."""
    if chance.figure is None:
        return ""
    figure = float(100 * chance.figure)
    if figure.is_integer():
        return f"{figure:.0f}%"
    return f"约 {figure:.1f}%" if figure >= 0.1 else "不到 0.1%"


def chance_in_words(place: Place) -> str:
    """How the figure comes about, in one sentence."""
    chance = place.chance
    if chance is None:
        return "不参加抽取的机构不会被抽中。"
    if not chance.members:
        return "本条目按信用风险分类抽取，您所在的类别不抽取。"
    who = f"{_among(place, chance)} {chance.members} 家"
    if chance.places >= chance.members:
        return f"{who}全部检查。"
    words = f"{who}中抽 {chance.places} 家"
    if chance.figure is None:
        return f"{words}；其中既有名额保证又有先后层次，机会没有简单的算式，规则见冻结清单。"
    if chance.ahead >= chance.places:
        return f"{words}，排在前面层次的有 {chance.ahead} 家，名额已经用完。"
    if chance.ahead:
        words += f"，排在前面层次的 {chance.ahead} 家先占名额，其余 {chance.places - chance.ahead} 个名额在同一层次的 {chance.equals} 家中抽"
    if _has_lots(place):
        return f"{words}；按签数逐个抽取，您有 {place.lots} 签，签多的机会大。"
    return f"{words}，每家机会相等。"


def _among(place: Place, chance: Chance) -> str:
    quota = place.entry.draw.manifest["quota"]
    if quota is None or not chance.plan.cells[0].size:
        return f"本条目参加抽取的{'同类' if chance.members < place.population else ''}机构"
    is_flagged = quota["flag"] in place.entry.entry["flags"]
    if quota["mode"] == "exactly":
        return f"本条目参加抽取的{'国家质检中心' if is_flagged else '其他机构'}"
    return f"本条目参加抽取的机构（至少抽 {chance.plan.cells[0].size} 家国家质检中心，您{'是' if is_flagged else '不是'}国家质检中心）共"


def _has_lots(place: Place) -> bool:
    return bool(_line_of(place.entry.draw, place.entry.line_code).get("lots")) and place.chance is not None


@dataclass(frozen=True, slots=True)
class Limit:
    """The last one drawn in a cell: whoever stood before it was drawn. name: of the cell, empty where there is one."""

    name: str
    drawn: int
    tier: int
    ticket: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the disclosed draw says of one institution. rank: in its line (by class, in its class), of `members`.

    substitution: how it left or entered afterwards, in words.
    """

    is_drawn: bool
    ticket: str
    tier: int
    rank: int
    members: int
    limits: tuple[Limit, ...]
    substitution: str


def outcome_of(entry: FrozenInstitution) -> Outcome | None:
    """None before the draw is disclosed, and for one that took no part."""
    draw = entry.draw
    if not is_disclosed(draw) or entry.excluded:
        return None
    rule, own = _line_of(draw, entry.line_code), entry.entry
    rivals = _rivals(entry, rule)
    seed, lots = draw.seed, rule.get("lots", {})
    tickets = make_tickets(rivals, range(len(rivals)), lots=lots, seed=seed)
    mine = (own["tier"], make_tickets([own], [0], lots=lots, seed=seed)[0])
    better = sum((rival["tier"], ticket) < mine for rival, ticket in zip(rivals, tickets, strict=True))
    drawn = draw.drawn_institutions.filter(line_code=entry.line_code, is_reserve=False)
    return Outcome(
        is_drawn=drawn.filter(institution=entry.institution_id).exists(),
        ticket=mine[1].hex(),
        tier=own["tier"],
        rank=better + 1,
        members=len(rivals),
        limits=tuple(_limits(drawn, own, rule, draw.manifest["quota"])),
        substitution=_substitution(draw, entry.identifier),
    )


def _rivals(entry: FrozenInstitution, rule: JSON) -> list[JSON]:
    """Everybody it was ranked with: the drawable ones of its line, of its class where classes are drawn apart."""
    rows = entry.draw.frozen_institutions.filter(line_code=entry.line_code, excluded="")
    entries = list(rows.order_by("position").values_list("entry", flat=True))
    if isinstance(rule["size"].get("ratio"), dict):
        return [other for other in entries if other["risk"] == entry.entry["risk"]]
    return entries


def _limits(drawn: QuerySet[DrawnInstitution], own: JSON, rule: JSON, quota: JSON | None) -> list[Limit]:
    """Of each cell that could have drawn it."""
    found: dict[str, list[DrawnInstitution]] = {}
    for row in drawn.order_by("rank"):
        found.setdefault(row.cell, []).append(row)
    return [
        Limit(_cell_in_words(cell, quota), len(rows), rows[-1].tier, rows[-1].ticket)
        for cell, rows in found.items()
        if _is_open_to(cell, own, rule, quota)
    ]


def _cell_in_words(cell: str, quota: JSON | None) -> str:
    if quota is not None:
        return "国家质检中心" if cell == quota["flag"] else "其余名额"
    return "" if cell == EVERYONE else f"{cell} 类"


def _is_open_to(cell: str, own: JSON, rule: JSON, quota: JSON | None) -> bool:
    if isinstance(rule["size"].get("ratio"), dict):
        return bool(cell == own["risk"])
    if quota is None:
        return True
    is_flagged: bool = quota["flag"] in own["flags"]
    return is_flagged if cell == quota["flag"] else quota["mode"] == "at_least" or not is_flagged


def _substitution(draw: Draw, identifier: str) -> str:
    for row in draw.substitutions.filter(kind="institution").order_by("number"):
        if row.record["out"] == identifier:
            return f"抽中后因“{row.record['reason']}”退出，由下一名递补（第 {row.number} 次替换）"
        if row.record["in"] == identifier:
            return f"第 {row.number} 次替换时按名次递补进入"
    return ""


def can_object(entry: FrozenInstitution) -> bool:
    """The objection period runs, and no objection of this institution waits for its answer."""
    return is_open_for_objections(entry.draw) and not own_objections(entry).filter(outcome=Remark.Outcome.OPEN).exists()


def own_objections(entry: FrozenInstitution) -> QuerySet[Remark]:
    return Remark.objects.filter(draw=entry.draw, institution=entry.institution_id).select_related("by", "answered_by")


@transaction.atomic
def object_to(entry: FrozenInstitution, *, words: str, by: User) -> Remark:
    """The institution's objection to how it was frozen; one at a time."""
    Draw.objects.select_for_update(of=("self",), no_key=True).get(pk=entry.draw_id)
    if own_objections(entry).filter(outcome=Remark.Outcome.OPEN).exists():
        raise WrongState("贵单位的异议正在等待答复，答复后才能再次提出。")
    if not own_entries(by).filter(pk=entry.pk).exists():
        raise CampaignError("您不是该机构的人员，不能代其提出异议。")
    return add_remark(entry.draw, kind=Remark.Kind.OBJECTION, words=words, by=by, institution=entry.institution)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One team this inspector was put into, once the draw is disclosed.

    turn: which team it was, in the order in which teams were formed; load: how many the person had before it;
    ticket: what decided between people with as few. is_changed: a substitution touched the team.
    """

    task: Task
    member: TeamMember
    turn: int
    load: int
    ticket: str
    is_changed: bool


def assignments_of(entry: FrozenInspector) -> list[Assignment]:
    """In the order in which teams were formed; empty before the draw is disclosed.

    The load is counted over the teams as they are now: where the refilling search or a substitution moved people, it
    may differ from what counted at the moment.
    """
    draw = entry.draw
    if not is_disclosed(draw):
        return []
    make_ticket = ticket_maker(draw.seed, "inspector")
    turns = {pk: turn for turn, pk in enumerate(draw.tasks.order_by("pk").values_list("pk", flat=True), start=1)}
    members = TeamMember.objects.filter(task__in=draw.tasks.live(), inspector=entry.inspector_id)
    members = members.select_related("task__institution", "task__line").order_by("task_id")
    changed = _changed_teams(draw)
    return [
        Assignment(
            task=member.task,
            member=member,
            turn=turns[member.task_id],
            load=load,
            ticket=make_ticket(entry.identifier, load).hex(),
            is_changed=member.task.institution.identifier in changed,
        )
        for load, member in enumerate(members)
    ]


def _changed_teams(draw: Draw) -> set[str]:
    records = draw.substitutions.values_list("record", flat=True)
    return {team["institution"] for record in records for team in record.get("teams", [])}


def notice_by_token(token: str) -> InspectionNotice | None:
    """The notice whose paper holds this token; whoever holds it may see what concerns its institution."""
    notices = InspectionNotice.objects.exclude(task__campaign__kind=CampaignKind.PRACTICE)
    return (
        notices.select_related("bureau", "task__institution", "task__draw", "task__campaign")
        .filter(token=token)
        .first()
    )


def entry_of_notice(notice: InspectionNotice) -> FrozenInstitution | None:
    """Where the notice's institution stood in the draw; None for a task that the upper level handed down."""
    task = notice.task
    if task.draw is None:
        return None
    entries = FrozenInstitution.objects.filter(draw=task.draw, institution=task.institution_id)
    return entries.select_related("draw__campaign", "institution").first()


def known_tasks(entry: FrozenInspector, user: User) -> QuerySet[Task]:
    """The tasks the person knows of anyhow."""
    tasks = Task.objects.visible_to(user).filter(draw=entry.draw, members__inspector=entry.inspector_id)
    return tasks.select_related("institution__county", "line")


def pools_in_words(entry: FrozenInspector) -> list[str]:
    """The pools this person was taken from: 机动车检验：大同市公安局."""
    titles = {line["code"]: line["title"] for line in entry.draw.manifest["lines"]}
    parts = [pool.rpartition(":") for pool in entry.entry["pools"]]
    names = dict(Bureau.objects.filter(pk__in=[source for source, _, _ in parts]).values_list("pk", "name"))
    return [f"{titles.get(line, line)}：{names.get(source, source)}" for source, _, line in parts]


def recusals_in_words(entry: FrozenInspector) -> list[str]:
    """The institutions and counties that this person could not be sent to."""
    tokens = entry.entry["recused"]
    counties = [token.removeprefix("county:") for token in tokens if token.startswith("county:")]
    rows = entry.draw.frozen_institutions.filter(identifier__in=tokens).values_list("entry", flat=True)
    places = Region.objects.filter(pk__in=counties).values_list("name", flat=True)
    return [*places, *(row.get("name", row["id"]) for row in rows)]
