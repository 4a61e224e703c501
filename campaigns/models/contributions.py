from django.db import models
from django.db.models import Q

from accounts.models import Bureau, User
from campaigns.models.campaign import Source
from campaigns.models.draws import DIGEST_LENGTH, Draw


class Contribution(models.Model):
    """One source's share of the randomness (draw-protocol.md section 3).

    People commit first (`commitment`), then the public value is entered, then people reveal (`value`). What is given
    once is never changed; who refuses to reveal voids the draw.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="contributions", verbose_name="抽取")
    position = models.PositiveSmallIntegerField("排序", default=0)
    source = models.CharField("来源", max_length=64)
    kind = models.CharField("类别", max_length=10)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位")
    commitment = models.CharField("承诺摘要", max_length=DIGEST_LENGTH, blank=True)
    committed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承诺人"
    )
    committed_at = models.DateTimeField("承诺时间", null=True, blank=True)
    value = models.CharField("数值", max_length=256, blank=True)
    origin = models.CharField("出处", max_length=200, blank=True, help_text="公开数值在哪里可以查到")
    occurred_at = models.DateTimeField(
        "产生时间", null=True, blank=True, help_text="公开数值产生的时间，须在承诺齐全之后"
    )
    given_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提交人")
    given_at = models.DateTimeField("提交时间", null=True, blank=True)
    refused_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="拒绝揭示人"
    )
    refused_at = models.DateTimeField("拒绝揭示时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "随机数贡献"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "source"], name="source_contributes_once"),
            models.CheckConstraint(
                condition=Q(value="", given_at__isnull=True) | (~Q(value="") & Q(given_at__isnull=False)),
                name="contribution_has_a_time_once_it_has_a_value",
            ),
            models.CheckConstraint(
                condition=Q(kind="public", commitment="") | Q(value="") | ~Q(commitment=""),
                name="people_commit_before_they_reveal",
            ),
            models.CheckConstraint(
                condition=Q(value="") | Q(refused_at__isnull=True), name="who_refused_did_not_reveal"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_public(self) -> bool:
        return self.kind == Source.Kind.PUBLIC

    @property
    def label(self) -> str:
        """大同市公安局; 见证人 纪检; 公开数值 双色球2025105期."""
        if self.kind == Source.Kind.BUREAU:
            return str(self.bureau)
        return f"{Source.Kind(self.kind).label} {self.source.partition(':')[2]}"
