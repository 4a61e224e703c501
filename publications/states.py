"""The life of one version of a publication, and the only legal moves."""

from django.db import models

from campaigns.states import Step


class VersionState(models.TextChoices):
    DRAFT = "draft", "起草"
    PROPOSED = "proposed", "待审批"
    APPROVED = "approved", "待公布"
    PUBLISHED = "published", "已公示"
    SUPERSEDED = "superseded", "已更正"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN_VERSIONS = (VersionState.DRAFT, VersionState.PROPOSED, VersionState.APPROVED)
"""In the making: a publication has at most one of them beside the one that is public."""

PAST_VERSIONS = (VersionState.SUPERSEDED, VersionState.WITHDRAWN)
"""Once public: the public site keeps saying that they were, with the reason why they are no more."""

VERSION_STEPS = {
    "propose": Step("提请审批", (VersionState.DRAFT,), VersionState.PROPOSED),
    "return": Step("退回修改", (VersionState.PROPOSED, VersionState.APPROVED), VersionState.DRAFT),
    "approve": Step("批准公示", (VersionState.PROPOSED,), VersionState.APPROVED),
    "publish": Step("公布", (VersionState.APPROVED,), VersionState.PUBLISHED),
    "supersede": Step("更正", (VersionState.PUBLISHED,), VersionState.SUPERSEDED),
    "withdraw": Step("撤回公示", (VersionState.PUBLISHED,), VersionState.WITHDRAWN),
}
"""`publish` follows `approve` at once, or on the day before which nothing may be published; `supersede` is what the
publishing of the next version does to the one before it."""


class RepairState(models.TextChoices):
    """信用修复: whether a penalty that was published is still shown."""

    ASKED = "asked", "待审核"
    GRANTED = "granted", "已修复"
    DENIED = "denied", "不予修复"


class DisclosureState(models.TextChoices):
    """What an institution itself makes public, after the bureau has looked at it."""

    SUBMITTED = "submitted", "待审核"
    PUBLISHED = "published", "已公开"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤下"
