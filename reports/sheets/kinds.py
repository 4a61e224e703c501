"""What a sheet is, and who may have it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from accounts.models import Role, User
from accounts.models.users import LEADS
from campaigns.models import Campaign
from campaigns.states import CampaignState, DrawState
from jobs.running import Progress
from reports.datasets import signed
from reports.sheets.facts import concluded_of
from reports.sheets.wanted import Wanted
from visits.boards import Rows
from workbooks.statistical import StatisticalSheet

READERS = LEADS | {Role.PARTNER_LIAISON, Role.COUNTY_OFFICER, Role.SUPERVISOR}
"""Who works with sheets; each holds what its reader may see."""
WITH_TASKS = (CampaignState.DRAWN, CampaignState.DISPATCHED)
NOTHING = "没有符合条件的记录。"

Say = Progress | Callable[[str, int, int], None]


def silent(message: str, done: int = 0, total: int = 0) -> None:
    """Progress of what nobody waits for."""


def has_tasks(user: User, campaign: Campaign) -> bool:
    return campaign.state in WITH_TASKS


@dataclass(frozen=True, slots=True)
class SheetKind:
    """about: one sentence on what it is; rule: how it counts. is_there: whether this user, who sees the campaign, can
    have it now. Tables are given by `compose` (and `rows_of` the rows behind a figure: figure, code of a plan line
    or ""), other workbooks by `write`."""

    key: str
    label: str
    about: str
    rule: str
    compose: Callable[[Wanted], Sequence[StatisticalSheet]] | None = None
    write: Callable[[Wanted, Say], bytes] | None = None
    rows_of: Callable[[Wanted, str, str], Rows] | None = None
    is_there: Callable[[User, Campaign], bool] = has_tasks

    @property
    def has_preview(self) -> bool:
        return self.compose is not None

    def is_open_to(self, user: User, campaign: Campaign) -> bool:
        """`campaign`: one that the user sees."""
        return user.is_active and user.has_role(*READERS) and self.is_there(user, campaign)


def with_provenance(kind: SheetKind, wanted: Wanted, sheets: Sequence[StatisticalSheet]) -> Iterator[StatisticalSheet]:
    """Each states its rule, who made it, when, and from what state of data."""
    made = f"由 {signed(wanted.user)} 于 {wanted.at:%Y-%m-%d %H:%M} 生成；{state_words(wanted)}"
    for sheet in sheets:
        yield replace(sheet, notes=(f"统计口径：{kind.rule}", *sheet.notes, made))


def state_words(wanted: Wanted) -> str:
    """数据截至…: of which draw, and how far its tasks are, as far as this user sees them."""
    done, of = concluded_of(wanted)
    draw = wanted.campaign.draws.filter(state=DrawState.DRAWN).first()
    drawn = f"抽取 {draw.code}（结果摘要 {draw.result_digest[:8]}），" if draw else ""
    scope = wanted.user.region.name if wanted.user.region else ""
    return f"数据截至生成之时：{drawn}制表人（{scope}）可以查看的任务 {of} 项，其中已认定结果 {done} 项"
