from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

SEEN_WITHIN = timedelta(seconds=60)
"""Whoever has not beaten for so long is taken for gone."""


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def alive(self) -> "HeartbeatQuerySet":
        return self.filter(seen_at__gte=Now() - SEEN_WITHIN)


class Heartbeat(models.Model):
    """运行心跳: a process of ours that tells every few seconds that it runs, and what its host's clock says."""

    class Kind(models.TextChoices):
        WEB = "web", "网页服务"
        WORKER = "worker", "工作进程"
        CLOCK = "clock", "定时器"

    name = models.CharField("进程", max_length=150, primary_key=True)
    kind = models.CharField("种类", max_length=6, choices=Kind.choices)
    host = models.CharField("主机", max_length=100)
    queues = models.JSONField("队列", default=list)
    seen_at = models.DateTimeField("最近一次")
    ahead_milliseconds = models.BigIntegerField("时钟偏差", default=0)
    """How far the host's clock is ahead of the database's, by whose clock seen_at is."""

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "运行心跳"
        ordering = ["kind", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["web", "worker", "clock"]), name="heartbeat_kind_is_known")
        ]

    def __str__(self) -> str:
        return self.name
