"""The stages of a campaign and of a task, and the only legal moves between them."""

from dataclasses import dataclass

from django.db import models


class CampaignState(models.TextChoices):
    DRAFT = "draft", "计划"
    NEGOTIATING = "negotiating", "协商"
    FROZEN = "frozen", "冻结"
    DRAWN = "drawn", "抽取"
    DISPATCHED = "dispatched", "派发"


class DrawState(models.TextChoices):
    FROZEN = "frozen", "已冻结"
    DRAWN = "drawn", "已抽取"
    VOID = "void", "已作废"


class TaskState(models.TextChoices):
    PENDING = "pending", "待派发"
    DISPATCHED = "dispatched", "待检查"
    NOTIFIED = "notified", "已通知"
    INSPECTING = "inspecting", "检查中"
    REVIEWING = "reviewing", "待组长审核"
    JOINT = "joint", "待联合研判"
    CONCLUDED = "concluded", "后续处理中"
    CLOSED = "closed", "已办结"
    ADOPTED = "adopted", "采纳结果"
    REPLACED = "replaced", "已替换"
    CANCELLED = "cancelled", "已撤销"


@dataclass(frozen=True, slots=True)
class Step:
    """A legal move. `sources` and `target` are of one enum of states."""

    label: str
    sources: tuple[models.TextChoices, ...]
    target: models.TextChoices

    def states(self, value: str) -> models.TextChoices:
        return type(self.target)(value)


CAMPAIGN_STEPS = {
    "propose": Step("提请协商", (CampaignState.DRAFT,), CampaignState.NEGOTIATING),
    "withdraw": Step("撤回修改", (CampaignState.NEGOTIATING,), CampaignState.DRAFT),
    "list": Step("列入全部对象", (CampaignState.NEGOTIATING,), CampaignState.DISPATCHED),
    "freeze": Step("冻结两库", (CampaignState.NEGOTIATING,), CampaignState.FROZEN),
    "draw": Step("抽取", (CampaignState.FROZEN,), CampaignState.DRAWN),
    "dispatch": Step("派发任务", (CampaignState.DRAWN, CampaignState.DISPATCHED), CampaignState.DISPATCHED),
    "void": Step(
        "作废抽取",
        (CampaignState.FROZEN, CampaignState.DRAWN, CampaignState.DISPATCHED),
        CampaignState.NEGOTIATING,
    ),
}
"""A campaign that is dispatched is dispatched again when a supplementary draw has brought new tasks. One without a draw
has "list" in place of freeze, draw and dispatch (ADR 0011)."""

DRAW_STEPS = {
    "draw": Step("抽取", (DrawState.FROZEN,), DrawState.DRAWN),
    "void": Step("作废", (DrawState.FROZEN, DrawState.DRAWN), DrawState.VOID),
}

TASK_STEPS = {
    "dispatch": Step("派发", (TaskState.PENDING,), TaskState.DISPATCHED),
    "notify": Step("通知", (TaskState.DISPATCHED,), TaskState.NOTIFIED),
    "start": Step("开始检查", (TaskState.NOTIFIED,), TaskState.INSPECTING),
    "hand_in": Step("提交检查结果", (TaskState.INSPECTING,), TaskState.REVIEWING),
    "return": Step("退回检查结果", (TaskState.REVIEWING, TaskState.JOINT), TaskState.INSPECTING),
    "pass": Step("组长审核通过", (TaskState.REVIEWING,), TaskState.JOINT),
    "conclude": Step("认定检查结果", (TaskState.JOINT,), TaskState.CONCLUDED),
    "amend": Step("更正检查结果", (TaskState.CONCLUDED, TaskState.CLOSED), TaskState.INSPECTING),
    "close": Step("办结", (TaskState.CONCLUDED,), TaskState.CLOSED),
    "reopen": Step("恢复办理", (TaskState.CLOSED,), TaskState.CONCLUDED),
    "adopt": Step("采纳结果", (TaskState.DISPATCHED, TaskState.NOTIFIED), TaskState.ADOPTED),
    "replace": Step("替换", (TaskState.PENDING, TaskState.DISPATCHED, TaskState.NOTIFIED), TaskState.REPLACED),
    "cancel": Step("撤销", (TaskState.PENDING, TaskState.DISPATCHED), TaskState.CANCELLED),
}

RAIL = ("计划", "协商", "冻结", "抽取", "派发", "检查", "处置", "公示", "归档")
RAIL_WITHOUT_DRAW = ("计划", "协商", "列入", *RAIL[5:])
"""The whole life of a campaign as users see it; the last four are reached by the tasks' own states."""
