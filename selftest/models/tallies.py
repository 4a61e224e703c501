from django.db import models

from selftest.models.rounds import Round


class Tally(models.Model):
    """How a large round stands in one area, counted by the worker so that no page has to (selftest/progress.py).

    `area` is the prefix that the area's region codes share, empty for the nation; `depth` its length. `progress`:
    figure → number; `domains`: code of a top domain → the same; `items`: item → choice → number.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="tallies", verbose_name="自查轮次")
    area = models.CharField("地区", max_length=6, blank=True)
    depth = models.PositiveSmallIntegerField("级别")
    progress = models.JSONField("进度", default=dict)
    domains = models.JSONField("各领域进度", default=dict)
    items = models.JSONField("各项目回答", default=dict)
    counted_at = models.DateTimeField("统计时间")

    class Meta:
        verbose_name = verbose_name_plural = "自查进度统计"
        ordering = ["round_id", "area"]
        constraints = [models.UniqueConstraint(fields=["round", "area"], name="area_is_tallied_once_a_round")]
        indexes = [models.Index(fields=["round", "depth", "area"], name="tally_by_depth")]

    def __str__(self) -> str:
        return f"{self.round} {self.area or '全国'}"
