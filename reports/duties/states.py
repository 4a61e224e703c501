"""How far a submission is, and the only legal moves."""

from collections.abc import Mapping

from django.db import models

from campaigns.states import Step


class SubmissionState(models.TextChoices):
    DRAFT = "draft", "准备中"
    HANDED_IN = "handed_in", "已报送"
    RETURNED = "returned", "已退回"
    RECEIVED = "received", "已签收"


SUBMISSION_STEPS: Mapping[str, Step] = {
    "hand_in": Step("报送", (SubmissionState.DRAFT,), SubmissionState.HANDED_IN),
    "return": Step("退回", (SubmissionState.HANDED_IN,), SubmissionState.RETURNED),
    "receive": Step("签收", (SubmissionState.HANDED_IN,), SubmissionState.RECEIVED),
}
"""What was returned is handed in again as a new submission; the returned one stays."""
