"""What stands beside a draw: the public log, remarks of those who watch, signatures under the minutes."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Bureau, User
from campaigns.models.draws import DIGEST_LENGTH, Draw
from institutions.models import Institution


class LogEvent(models.TextChoices):
    FROZEN = "frozen", "冻结"
    COMMITTED = "committed", "承诺随机数"
    PUBLIC_VALUE = "public_value", "录入公开数值"
    REVEALED = "revealed", "揭示随机数"
    REFUSED = "refused", "拒绝揭示"
    DRAWN = "drawn", "抽取"
    SUBSTITUTED = "substituted", "替换"
    VOIDED = "voided", "作废"
    DISCLOSED = "disclosed", "公开全文"


class LogEntry(models.Model):
    """抽取公开日志: one link of the hash chain of everything that happened to any draw (`lianchou-log/1`,
    campaigns.draw.log). Public from its first moment, so it holds nothing from which a drawn list could be learnt."""

    number = models.PositiveIntegerField("序号", unique=True)
    at = models.CharField("时间", max_length=40, help_text="RFC 3339")
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="log", verbose_name="抽取")
    event = models.CharField("事项", max_length=16, choices=LogEvent.choices)
    facts = models.JSONField("内容", default=dict, encoder=DjangoJSONEncoder)
    previous = models.CharField("前一条摘要", max_length=DIGEST_LENGTH)
    digest = models.CharField("摘要", max_length=DIGEST_LENGTH, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽取公开日志"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.get_event_display()}"


class Remark(models.Model):
    """意见: a comment or an objection, of a supervisor or of an institution. An objection is answered before the draw;
    an accepted one voids the freeze."""

    class Kind(models.TextChoices):
        COMMENT = "comment", "意见"
        OBJECTION = "objection", "异议"

    class Outcome(models.TextChoices):
        OPEN = "open", "待答复"
        REJECTED = "rejected", "不予采纳"
        ACCEPTED = "accepted", "采纳"

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="remarks", verbose_name="抽取")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="机构"
    )
    words = models.CharField("内容", max_length=1000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    at = models.DateTimeField("提出时间")
    outcome = models.CharField("处理", max_length=10, choices=Outcome.choices, blank=True)
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "意见和异议"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="comment", outcome="") | Q(kind="objection") & ~Q(outcome=""),
                name="objection_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "open"], answered_at__isnull=True)
                | Q(outcome__in=["rejected", "accepted"], answered_at__isnull=False) & ~Q(answer=""),
                name="objection_is_answered_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.words[:40]}"


class DrawMinutes(models.Model):
    """抽取记录 as the first signature fixed it, word for word: canonical JSON, never changed (campaigns.minutes).

    Names of people and bureaus stand in it as they were, whatever they are called later.
    """

    draw = models.OneToOneField(Draw, models.PROTECT, related_name="minutes", primary_key=True, verbose_name="抽取")
    text = models.TextField("内容")
    digest = models.CharField("记录摘要", max_length=DIGEST_LENGTH)
    fixed_at = models.DateTimeField("定稿时间")

    class Meta:
        verbose_name = verbose_name_plural = "抽取记录"

    def __str__(self) -> str:
        return str(self.draw_id)


class MinutesSignature(models.Model):
    """A signature under the minutes of a draw, bound to the digest of what was signed; `remark` are the words with
    which somebody signed under reserve."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="signatures", verbose_name="抽取")
    signer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="签字人")
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位")
    capacity = models.CharField("身份", max_length=20)
    digest = models.CharField("记录摘要", max_length=DIGEST_LENGTH)
    remark = models.ForeignKey(Remark, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="保留意见")
    at = models.DateTimeField("签字时间")

    class Meta:
        verbose_name = verbose_name_plural = "抽取记录签字"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["draw", "signer"], name="minutes_are_signed_once_by_a_person")]

    def __str__(self) -> str:
        return f"{self.signer} {self.capacity}"
