from django.db import models
from django.db.models import Q

from accounts.models import Bureau, Role, User
from campaigns.models import Task
from institutions.models import Institution
from visits.models.results import Finding
from visits.states import ComplaintState, ReferralState


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: User) -> "ComplaintQuerySet":
        """Leads and county bureaus of the market regulator, about institutions of their region."""
        if not user.is_market_regulator or user.scope is None:
            return self.none()
        if not user.has_role(Role.LEAD_OFFICER, Role.LEAD_APPROVER, Role.COUNTY_OFFICER):
            return self.none()
        return self.filter(county__code__startswith=user.scope)


class Complaint(models.Model):
    """投诉举报 from the public. Who complained is kept apart (ComplainantIdentity) and encrypted."""

    SECRET_FIELDS = frozenset({"text", "token_digest"})
    """The words may tell who wrote them: the trail says that they came, not what they are."""

    number = models.CharField("编号", max_length=24, unique=True)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name="机构"
    )
    institution_words = models.CharField("反映的机构", max_length=120)
    county = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="所在县区")
    text = models.TextField("反映的问题")
    token_digest = models.CharField("查询码摘要", max_length=64, unique=True)
    state = models.CharField(
        "状态", max_length=10, choices=ComplaintState.choices, default=ComplaintState.RECEIVED, editable=False
    )
    received_at = models.DateTimeField("收到时间", auto_now_add=True)
    answer = models.TextField("答复", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人")
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "投诉举报"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ComplaintState.values), name="complaint_state_is_known")
        ]

    def __str__(self) -> str:
        return self.number


class ComplainantIdentity(models.Model):
    """Who complained, as a sealed text that only named roles open, each time in the audit trail (requirement SX-15)."""

    complaint = models.OneToOneField(Complaint, models.CASCADE, related_name="identity", verbose_name="投诉举报")
    sealed = models.BinaryField("密文")

    class Meta:
        verbose_name = verbose_name_plural = "投诉举报人"

    def __str__(self) -> str:
        return self.complaint.number


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: User) -> "ReferralQuerySet":
        """The bureau that hands over, the one that receives, and market regulators above either."""
        if not user.is_regulator or user.bureau is None:
            return self.none()
        if not user.has_role(Role.LEAD_OFFICER, Role.LEAD_APPROVER, Role.COUNTY_OFFICER, Role.PARTNER_LIAISON):
            return self.none()
        seen = Q(sender=user.bureau) | Q(receiver=user.bureau)
        if user.is_market_regulator and user.has_role(Role.LEAD_OFFICER, Role.LEAD_APPROVER):
            seen |= Q(sender__region__code__startswith=user.scope)
        return self.filter(seen)


class Referral(models.Model):
    """线索移送 to another department or region. `outside` names a receiver that does not use this system (another
    province): it gets a file, and its acknowledgement is entered by hand."""

    number = models.CharField("编号", max_length=40, unique=True)
    sender = models.ForeignKey(Bureau, models.PROTECT, related_name="sent_referrals", verbose_name="移送单位")
    receiver = models.ForeignKey(
        Bureau, models.PROTECT, null=True, blank=True, related_name="received_referrals", verbose_name="接收单位"
    )
    outside = models.CharField("系统外接收单位", max_length=80, blank=True)
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name="来源任务"
    )
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name="来源问题"
    )
    complaint = models.ForeignKey(
        Complaint, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name="来源投诉举报"
    )
    subject = models.CharField("线索涉及的单位", max_length=120, help_text="可以是名录库以外的第三方")
    text = models.TextField("线索内容")
    due_on = models.DateField("反馈期限")
    state = models.CharField(
        "状态", max_length=10, choices=ReferralState.choices, default=ReferralState.SENT, editable=False
    )
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="移送人")
    sent_at = models.DateTimeField("移送时间", auto_now_add=True)
    acknowledgement = models.CharField("回执编号", max_length=60, blank=True)
    feedback = models.TextField("反馈", blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="反馈人"
    )
    answered_at = models.DateTimeField("反馈时间", null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "线索移送"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(receiver__isnull=False, outside="") | Q(receiver__isnull=True) & ~Q(outside=""),
                name="referral_has_one_receiver",
            ),
            models.CheckConstraint(condition=Q(state__in=ReferralState.values), name="referral_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.number
