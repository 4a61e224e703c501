"""The stages of a form, a round and a self-check, and the only legal moves of a self-check."""

from dataclasses import dataclass

from django.db import models


class FormState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"


class RoundState(models.TextChoices):
    DRAFT = "draft", "筹备"
    OPEN = "open", "进行中"
    CLOSED = "closed", "已结束"


class SelfCheckState(models.TextChoices):
    INVITED = "invited", "未开始"
    FILLING = "filling", "填报中"
    SIGNING = "signing", "待签署"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "已通过"


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    sources: tuple[SelfCheckState, ...]
    target: SelfCheckState


STEPS = {
    "begin": Step("开始填报", (SelfCheckState.INVITED,), SelfCheckState.FILLING),
    "submit": Step("提交签署", (SelfCheckState.FILLING, SelfCheckState.RETURNED), SelfCheckState.SIGNING),
    "withdraw": Step("撤回修改", (SelfCheckState.SIGNING,), SelfCheckState.FILLING),
    "withdraw_again": Step("撤回修改", (SelfCheckState.SIGNING,), SelfCheckState.RETURNED),
    "sign": Step("签署报送", (SelfCheckState.SIGNING,), SelfCheckState.SUBMITTED),
    "return": Step("退回补正", (SelfCheckState.SUBMITTED,), SelfCheckState.RETURNED),
    "accept": Step("审核通过", (SelfCheckState.SUBMITTED,), SelfCheckState.ACCEPTED),
}
"""`withdraw_again` is the withdrawal of a version that answers a return: only the named items stay open."""

OPEN_STATES = (SelfCheckState.FILLING, SelfCheckState.RETURNED)
"""The institution may write."""

SIGNED_STATES = (SelfCheckState.SUBMITTED, SelfCheckState.RETURNED, SelfCheckState.ACCEPTED)
"""At least one version was signed and handed in."""
