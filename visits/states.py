"""The stages of a visit and of everything that follows from it, and the only legal moves between them."""

from collections.abc import Mapping

from django.db import models

from campaigns.states import Step


class VisitState(models.TextChoices):
    PLANNED = "planned", "已安排"
    STARTED = "started", "检查中"
    ENDED = "ended", "已结束"
    CANCELLED = "cancelled", "已取消"


class ResultState(models.TextChoices):
    """检查结果 of one department."""

    DRAFT = "draft", "待填写"
    SUBMITTED = "submitted", "待组长审核"
    RETURNED = "returned", "已退回"
    REVIEWED = "reviewed", "待联合研判"
    FINAL = "final", "已认定"


class FindingState(models.TextChoices):
    OPEN = "open", "待处理"
    RECTIFYING = "rectifying", "整改中"
    CLOSED = "closed", "已办结"
    WITHDRAWN = "withdrawn", "已撤销"


class MeasureState(models.TextChoices):
    PLANNED = "planned", "拟办理"
    DECIDED = "decided", "已决定"
    DONE = "done", "已执行"
    DROPPED = "dropped", "不再办理"


class RectificationState(models.TextChoices):
    ORDERED = "ordered", "整改中"
    REPORTED = "reported", "待复查"
    RETURNED = "returned", "整改不到位"
    VERIFIED = "verified", "已整改到位"


class ReferralState(models.TextChoices):
    SENT = "sent", "待接收"
    ACCEPTED = "accepted", "办理中"
    DECLINED = "declined", "不予接收"
    ANSWERED = "answered", "已反馈"
    CLOSED = "closed", "已办结"


class ComplaintState(models.TextChoices):
    RECEIVED = "received", "待受理"
    ACCEPTED = "accepted", "已受理"
    REJECTED = "rejected", "不予受理"
    ANSWERED = "answered", "已答复"


Steps = Mapping[str, Step]

VISIT_STEPS: Steps = {
    "start": Step("开始检查", (VisitState.PLANNED,), VisitState.STARTED),
    "end": Step("结束检查", (VisitState.STARTED,), VisitState.ENDED),
    "cancel": Step("取消安排", (VisitState.PLANNED,), VisitState.CANCELLED),
}
RESULT_STEPS: Steps = {
    "submit": Step("提交结果", (ResultState.DRAFT, ResultState.RETURNED), ResultState.SUBMITTED),
    "return": Step("退回修改", (ResultState.SUBMITTED, ResultState.REVIEWED), ResultState.RETURNED),
    "pass": Step("审核通过", (ResultState.SUBMITTED,), ResultState.REVIEWED),
    "conclude": Step("认定", (ResultState.REVIEWED,), ResultState.FINAL),
    "amend": Step("更正", (ResultState.FINAL,), ResultState.DRAFT),
}
"""A result that is amended is submitted, reviewed and concluded again, as a new version beside the former."""

FINDING_STEPS: Steps = {
    "order": Step("责令整改", (FindingState.OPEN,), FindingState.RECTIFYING),
    "close": Step("办结", (FindingState.OPEN, FindingState.RECTIFYING), FindingState.CLOSED),
    "withdraw": Step("撤销", (FindingState.OPEN, FindingState.RECTIFYING), FindingState.WITHDRAWN),
}
MEASURE_STEPS: Steps = {
    "decide": Step("登记决定", (MeasureState.PLANNED,), MeasureState.DECIDED),
    "carry_out": Step("登记执行", (MeasureState.DECIDED,), MeasureState.DONE),
    "drop": Step("不再办理", (MeasureState.PLANNED,), MeasureState.DROPPED),
}
RECTIFICATION_STEPS: Steps = {
    "report": Step("报告整改", (RectificationState.ORDERED, RectificationState.RETURNED), RectificationState.REPORTED),
    "return": Step("退回整改", (RectificationState.REPORTED,), RectificationState.RETURNED),
    "verify": Step("确认整改", (RectificationState.REPORTED,), RectificationState.VERIFIED),
}
REFERRAL_STEPS: Steps = {
    "accept": Step("接收线索", (ReferralState.SENT,), ReferralState.ACCEPTED),
    "decline": Step("不予接收", (ReferralState.SENT,), ReferralState.DECLINED),
    "answer": Step("反馈", (ReferralState.ACCEPTED,), ReferralState.ANSWERED),
    "close": Step("办结", (ReferralState.ANSWERED, ReferralState.DECLINED), ReferralState.CLOSED),
}
COMPLAINT_STEPS: Steps = {
    "accept": Step("受理", (ComplaintState.RECEIVED,), ComplaintState.ACCEPTED),
    "reject": Step("不予受理", (ComplaintState.RECEIVED,), ComplaintState.REJECTED),
    "answer": Step("答复", (ComplaintState.ACCEPTED,), ComplaintState.ANSWERED),
}

OPEN_FINDINGS = (FindingState.OPEN, FindingState.RECTIFYING)
OPEN_MEASURES = (MeasureState.PLANNED, MeasureState.DECIDED)
OPEN_RECTIFICATIONS = (RectificationState.ORDERED, RectificationState.REPORTED, RectificationState.RETURNED)
OPEN_REFERRALS = (ReferralState.SENT, ReferralState.ACCEPTED)
