"""What is public when: the one rule of the public record (draw-protocol.md section 7).

From the freeze: manifest, commitment, what the sources committed to and then gave, state, voids. Once disclosed: the
secret, the transcript, the drawn list. Before that nothing from which the list could be learnt, and a practice never.
Credit classes and the names of officials stand on no public page; inspectors are known by their opaque ids alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet

from campaigns.addresses import log_url, public_address, record_url
from campaigns.models import CampaignKind, Contribution, Draw, DrawnInstitution, LogEvent, Stage, Substitution
from campaigns.states import DrawState

__all__ = [
    "disclosed_draws",
    "drawn_rows",
    "first_day",
    "log_url",
    "public_address",
    "public_draws",
    "public_record",
    "record_url",
    "standing",
]


def first_day(draw: Draw) -> date | None:
    """The first day on which it may be disclosed: the campaign's date, else the day after the on-site stages."""
    campaign = draw.campaign
    if campaign.discloses_on:
        return campaign.discloses_on
    stages = campaign.stages.filter(kind=Stage.Kind.ON_SITE).order_by("-ends_on")
    last = stages.first()
    return date.fromordinal(last.ends_on.toordinal() + 1) if last else None


def public_draws() -> QuerySet[Draw]:
    """Every draw that has a public record, newest first."""
    draws = Draw.objects.exclude(campaign__kind=CampaignKind.PRACTICE).select_related("campaign__lead_bureau__region")
    return draws.order_by("-frozen_at", "-pk")


def disclosed_draws() -> QuerySet[Draw]:
    """Those whose transcript and list everybody may have."""
    return public_draws().filter(disclosed_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a draw stands, in the words of the public record."""

    word: str
    tone: str


def standing(draw: Draw) -> Standing:
    if draw.state == DrawState.VOID:
        return Standing("已作废", "refused")
    if draw.disclosed_at:
        return Standing("已公开", "done")
    if draw.drawn_at:
        return Standing("已抽取，名单尚未公开", "waiting")
    return Standing("已冻结，尚未抽取", "current")


@dataclass(frozen=True, slots=True)
class Rule:
    """One plan line as the manifest states it."""

    title: str
    size: str
    reserve: int
    seats: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one source gave; no name of a person."""

    label: str
    source: str
    is_public: bool
    commitment: str
    committed_at: datetime | None
    value: str
    origin: str
    occurred_at: datetime | None
    given_at: datetime | None
    refused_at: datetime | None


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A drawn institution; `note` says what became of it in a substitution. No name where the plan publishes none."""

    line: str
    rank: int
    identifier: str
    name: str
    county: str
    ticket: str
    note: str


@dataclass(frozen=True, slots=True)
class DrawnLine:
    title: str
    population: int
    rows: tuple[DrawnRow, ...]
    excluded: tuple[tuple[str, int], ...]
    """(reason, how many) of those that took no part."""

    @property
    def drawn(self) -> int:
        return sum(not row.note.startswith("替换") for row in self.rows)

    @property
    def share(self) -> int:
        """Drawn per hundred of the population, for the figure."""
        return round(100 * self.drawn / self.population) if self.population else 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What disclosing adds."""

    at: datetime
    secret: str
    seed: str
    transcript_digest: str
    lines: tuple[DrawnLine, ...]
    replaced_people: int
    """How many substitutions changed teams only."""

    @property
    def drawn(self) -> int:
        return sum(line.drawn for line in self.lines)

    @property
    def population(self) -> int:
        return sum(line.population for line in self.lines)


@dataclass(frozen=True, slots=True)
class PublicRecord:
    """Everything that the public sees of one draw now. `outcome` is None until it is disclosed."""

    code: str
    title: str
    kind: str
    bureau: str
    standing: Standing
    commitment: str
    institutions: int
    inspectors: int
    rules: tuple[Rule, ...]
    frozen_at: datetime
    objections_until: datetime | None
    reveal_until: datetime | None
    shares: tuple[Share, ...]
    drawn_at: datetime | None
    result_digest: str
    voided_at: datetime | None
    void_reason: str
    discloses_from: date | None
    """The first day on which the list may become public; None where the plan has no on-site stage."""
    outcome: Outcome | None

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None

    @property
    def refusals(self) -> list[str]:
        return [share.label for share in self.shares if share.refused_at]

    @property
    def committed(self) -> int:
        return sum(bool(share.commitment) for share in self.shares)

    @property
    def people(self) -> int:
        return sum(not share.is_public for share in self.shares)

    @property
    def given(self) -> int:
        return sum(bool(share.value) for share in self.shares)


def public_record(draw: Draw) -> PublicRecord:
    manifest = draw.manifest
    return PublicRecord(
        code=draw.code,
        title=manifest["title"],
        kind=draw.get_kind_display(),
        bureau=draw.campaign.lead_bureau.name,
        standing=standing(draw),
        commitment=draw.commitment,
        institutions=manifest["institutions"]["count"],
        inspectors=manifest["inspectors"]["count"],
        rules=tuple(_rule(line) for line in manifest["lines"]),
        frozen_at=draw.frozen_at,
        objections_until=draw.objections_until,
        reveal_until=draw.reveal_until,
        shares=tuple(_share(each) for each in draw.contributions.select_related("bureau")),
        drawn_at=draw.drawn_at,
        result_digest=draw.result_digest,
        voided_at=draw.voided_at,
        void_reason=draw.void_reason,
        discloses_from=None if draw.disclosed_at else first_day(draw),
        outcome=outcome(draw),
    )


def outcome(draw: Draw) -> Outcome | None:
    if draw.disclosed_at is None:
        return None
    return Outcome(
        at=draw.disclosed_at,
        secret=draw.secret.value,
        seed=draw.seed,
        transcript_digest=_transcript_digest(draw),
        lines=tuple(_drawn_lines(draw)),
        replaced_people=draw.substitutions.exclude(kind="institution").count(),
    )


def drawn_rows(draw: Draw) -> list[DrawnRow]:
    """The drawn list of a disclosed draw: as it was drawn, with what was replaced since, in order.

    The name is left out where the plan does not publish names; the code still says who it is, since anyone can look
    it up in the transcript.
    """
    drawn = list(draw.drawn_institutions.filter(is_reserve=False).order_by("pk"))
    replaced = list(draw.substitutions.filter(kind="institution").order_by("number"))
    wanted = {row.institution_id for row in drawn}
    entering = {each.record["in"] for each in replaced}
    frozen = draw.frozen_institutions
    by_key = {each.institution_id: each.entry for each in frozen.filter(institution__in=wanted)}
    by_code = {each.identifier: each.entry for each in frozen.filter(identifier__in=entering)}
    left = {each.record["out"]: f"已由 {each.record['in']} 替换：{each.get_cause_display()}" for each in replaced}
    has_names = draw.campaign.publishes_drawn_list
    rows = [_row(by_key[row.institution_id], row, left, has_names=has_names) for row in drawn]
    return [*rows, *_entered(replaced, by_code, left, has_names=has_names)]


def _row(entry: dict[str, str], row: DrawnInstitution, left: dict[str, str], *, has_names: bool) -> DrawnRow:
    code, name = entry["id"], entry.get("name", "") if has_names else ""
    return DrawnRow(entry["line"], row.rank, code, name, entry["county"], row.ticket, left.get(code, ""))


def _entered(
    replaced: list[Substitution], entries: dict[str, dict[str, str]], left: dict[str, str], *, has_names: bool
) -> Iterator[DrawnRow]:
    for each in replaced:
        entry = entries[each.record["in"]]
        name = entry.get("name", "") if has_names else ""
        note = left.get(entry["id"], f"替换进入，代替 {each.record['out']}")
        yield DrawnRow(entry["line"], 0, entry["id"], name, entry["county"], "", note)


def _drawn_lines(draw: Draw) -> Iterator[DrawnLine]:
    rows = drawn_rows(draw)
    counts = draw.frozen_institutions.order_by("line_code", "excluded").values_list("line_code", "excluded")
    found = list(counts.annotate(number=Count("pk")))
    for line in draw.manifest["lines"]:
        of_line = {reason: number for code, reason, number in found if code == line["code"]}
        yield DrawnLine(
            title=line["title"],
            population=of_line.pop("", 0),
            rows=tuple(row for row in rows if row.line == line["code"]),
            excluded=tuple(sorted(of_line.items(), key=lambda pair: (-pair[1], pair[0]))),
        )


def _transcript_digest(draw: Draw) -> str:
    """That of the transcript as it stands now, as the public log has it."""
    told = draw.log.filter(event__in=[LogEvent.DISCLOSED, LogEvent.SUBSTITUTED]).order_by("-number").first()
    return str(told.facts.get("transcript", "")) if told else ""


def _rule(line: dict[str, object]) -> Rule:
    team = line["team"]
    seats = sum(slot["number"] for slot in team) if isinstance(team, list) else 0
    return Rule(str(line["title"]), _size_in_words(line["size"]), int(str(line["reserve"])), seats)


def _size_in_words(size: object) -> str:
    match size:
        case {"count": count}:
            return f"抽取 {count} 家"
        case {"ratio": str(ratio)}:
            return f"按 {ratio} 的比例抽取"
        case {"ratio": _}:
            return "分类确定比例，见规则清单"
    return "全部检查"


def _share(each: Contribution) -> Share:
    return Share(
        label=each.label,
        source=each.source,
        is_public=each.is_public,
        commitment=each.commitment,
        committed_at=each.committed_at,
        value=each.value,
        origin=each.origin,
        occurred_at=each.occurred_at,
        given_at=each.given_at,
        refused_at=each.refused_at,
    )
