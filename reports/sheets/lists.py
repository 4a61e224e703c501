"""The lists that were there before the register: drawn institutions, tasks, self-checks."""

import io

from accounts.models import Role, User
from accounts.models.users import LEADS
from campaigns.models import Campaign, Task
from jobs.running import Progress
from reports import datasets, requests, xlsx
from reports.self_check_workbook import write_workbook
from reports.sheets.kinds import Say, SheetKind
from reports.sheets.wanted import Wanted
from selftest.models import Round, SelfCheck

ROUND_READERS = LEADS | {Role.COUNTY_OFFICER, Role.SUPERVISOR}


def drawn_list(wanted: Wanted, say: Say) -> bytes:
    say("正在读取抽取结果", 0, 0)
    rows = datasets.drawn_rows(wanted.user, wanted.campaign)
    return xlsx.drawn_list_workbook(datasets.list_head(wanted.campaign, wanted.user), rows)


def task_list(wanted: Wanted, say: Say) -> bytes:
    """Of all counties whose tasks the user sees."""
    say("正在读取任务", 0, 0)
    rows = datasets.task_rows(wanted.user, wanted.campaign)
    head = datasets.list_head(wanted.campaign, wanted.user)
    return xlsx.task_list_workbook(head, rows, by_county=True)


def self_checks(wanted: Wanted, say: Say) -> bytes:
    """Of the newest round in which the user sees institutions."""
    say("正在汇总自查", 0, 0)
    round = rounds_of(wanted.user, wanted.campaign)[0]
    seen = SelfCheck.objects.visible_to(wanted.user).filter(round=round)
    stream = io.BytesIO()
    progress = say if isinstance(say, Progress) else None
    write_workbook(stream, round, seen, by=wanted.user, progress=progress)
    return stream.getvalue()


def rounds_of(user: User, campaign: Campaign) -> list[Round]:
    """Newest first."""
    if not user.has_role(*ROUND_READERS):
        return []
    checks = SelfCheck.objects.visible_to(user).filter(round__campaign=campaign).order_by().values("round")
    rounds = Round.objects.visible_to(user).filter(campaign=campaign, pk__in=checks)
    return list(rounds.select_related("form").order_by("-pk"))


def has_drawn(user: User, campaign: Campaign) -> bool:
    drawn = campaign.drawn_at is not None
    return drawn and requests.may_have(user, requests.DRAWN_LIST, campaign)


def has_tasks(user: User, campaign: Campaign) -> bool:
    tasks = Task.objects.visible_to(user).live().filter(campaign=campaign)
    return requests.may_have(user, requests.TASK_LIST, campaign) and tasks.exists()


DRAWN_LIST = SheetKind(
    key="drawn-list",
    label="抽取名单",
    about="本次抽取抽中的机构，列领域、名次和每家的签，供与公开的抽取记录核对。",
    rule="按计划条目和名次列出抽中的机构，候补不列入。",
    write=drawn_list,
    is_there=has_drawn,
)
TASK_LIST = SheetKind(
    key="task-list",
    label="任务清单",
    about="您可以查看的全部检查任务：机构、证书、联系人、检查组和期限，另附明细和各县区任务数。",
    rule="一家机构一项任务；不含已替换和已撤销的任务。",
    write=task_list,
    is_there=has_tasks,
)
SELF_CHECKS = SheetKind(
    key="self-check-summary",
    label="自查汇总表",
    about="本次活动最近一轮机构自查：各县区和各领域进度、各项统计、每家机构的回答和自查问题台账。",
    rule="回答以法定代表人最近一次签署的版本为准，草稿不计；待审核和已通过的计入各项统计，已退回的不计。",
    write=self_checks,
    is_there=lambda user, campaign: bool(rounds_of(user, campaign)),
)
