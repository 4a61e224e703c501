from django.db import models

from campaigns.models.campaign import Campaign
from institutions.models import Institution


class AllottedInstitution(models.Model):
    """上级分配: an institution that the upper level has drawn. Either it is handed to this campaign's region to
    inspect (received), or the upper level inspects it itself, and then it is only known to be taken."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="allotted", verbose_name="活动")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="allotments", verbose_name="机构")
    is_received = models.BooleanField("分配给本级", default=True)
    origin = models.CharField("来源", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "上级分配对象"
        ordering = ["campaign_id", "institution__county_id", "institution__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "institution"], name="institution_is_allotted_to_a_campaign_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.institution)
