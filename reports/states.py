"""Where an official document stands, and the only legal moves."""

from collections.abc import Mapping

from django.db import models

from campaigns.states import Step


class DocumentState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PRESENTED = "presented", "待签发"
    ISSUED = "issued", "已签发"
    WITHDRAWN = "withdrawn", "已撤回"
    DROPPED = "dropped", "不再办理"


DOCUMENT_STEPS: Mapping[str, Step] = {
    "present": Step("送签", (DocumentState.DRAFT,), DocumentState.PRESENTED),
    "return": Step("退回修改", (DocumentState.PRESENTED,), DocumentState.DRAFT),
    "issue": Step("签发", (DocumentState.PRESENTED,), DocumentState.ISSUED),
    "withdraw": Step("撤回", (DocumentState.ISSUED,), DocumentState.WITHDRAWN),
    "drop": Step("不再办理", (DocumentState.DRAFT, DocumentState.PRESENTED), DocumentState.DROPPED),
}

OUT_STATES = (DocumentState.ISSUED, DocumentState.WITHDRAWN)
"""What left the house and bears a number."""
