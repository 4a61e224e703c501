"""The workbooks of a campaign. SHEETS lists them by key; make_sheet gives the bytes of one, as its user may see it:

make_sheet("inspection-summary", campaign, user)
"""

import io

from accounts.models import User
from campaigns.models import Campaign
from reports.sheets import (
    annual_plan,
    inspection_summary,
    lists,
    measure_ledger,
    national_statistics,
    officer_workload,
    platform_results,
    problem_ledger,
)
from reports.sheets.kinds import Say, SheetKind, silent, with_provenance
from reports.sheets.wanted import Wanted
from workbooks.statistical import StatisticalSheet, write_statistics

__all__ = ["SHEETS", "SheetKind", "composed", "make_sheet", "sheets_for"]

SHEETS: dict[str, SheetKind] = {
    kind.key: kind
    for kind in (
        inspection_summary.KIND,
        national_statistics.KIND,
        annual_plan.KIND,
        lists.DRAWN_LIST,
        lists.TASK_LIST,
        lists.SELF_CHECKS,
        problem_ledger.KIND,
        measure_ledger.KIND,
        platform_results.KIND,
        officer_workload.KIND,
    )
}


def sheets_for(user: User, campaign: Campaign) -> list[SheetKind]:
    """What this user may have of a campaign that the user sees."""
    return [kind for kind in SHEETS.values() if kind.is_open_to(user, campaign)]


def make_sheet(key: str, campaign: Campaign, user: User, say: Say = silent) -> bytes:
    """An .xlsx. Raises KeyError for an unknown key, PermissionError where the user may not have it."""
    kind = SHEETS[key]
    if not kind.is_open_to(user, campaign):
        raise PermissionError(key)
    wanted = Wanted.now(campaign, user)
    if kind.write is not None:
        return kind.write(wanted, say)
    say("正在读取数据", 0, 0)
    sheets = composed(kind, wanted)
    say("正在生成文件", 0, 0)
    stream = io.BytesIO()
    write_statistics(stream, sheets)
    return stream.getvalue()


def composed(kind: SheetKind, wanted: Wanted) -> list[StatisticalSheet]:
    """With its rule, who made it and from what."""
    return list(with_provenance(kind, wanted, kind.compose(wanted) if kind.compose else ()))
