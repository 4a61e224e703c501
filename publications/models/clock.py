from django.db import models

from accounts.models import User
from campaigns.models import Task


class Lateness(models.Model):
    """Why the result of a task is not public within its term; the last words stand."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="lateness", verbose_name="任务")
    words = models.CharField("逾期原因", max_length=500)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="说明人")
    at = models.DateTimeField("说明时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示逾期说明"
        ordering = ["task_id", "pk"]

    def __str__(self) -> str:
        return self.words[:30]
