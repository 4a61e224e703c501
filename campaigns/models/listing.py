from django.db import models

from campaigns.models.campaign import Campaign
from campaigns.models.plan import PlanLine
from institutions.models import Institution


class ListedInstitution(models.Model):
    """列入对象: what a campaign without a draw considered on the day it was listed; with `excluded`, the reason, it has
    no task. Kept as it was, like a frozen pool."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="listed", verbose_name="活动")
    line = models.ForeignKey(PlanLine, models.PROTECT, related_name="listed", verbose_name="条目")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="listings", verbose_name="机构")
    excluded = models.CharField("不列入的理由", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "列入对象"
        ordering = ["line__position", "institution__county_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "institution"], name="institution_is_listed_once_in_a_campaign")
        ]

    def __str__(self) -> str:
        return str(self.institution)
