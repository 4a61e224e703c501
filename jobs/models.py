from datetime import datetime, timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Role, User

LEASE = timedelta(seconds=30)
"""A worker that has not renewed its claim for this long, by the database's clock, is taken for dead, and the job is
run again."""

KEEP_FILES = timedelta(days=30)
"""How long a result file can be downloaded."""

ATTENTION_AFTER = timedelta(seconds=60)
"""What nobody has taken up, or nobody has taken over, for this long is shown to the system administrator."""


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    CANCELLED = "cancelled", "已取消"


class JobQueue(models.TextChoices):
    """The queues of settings.JOB_QUEUES. A production site may give each a worker of its own."""

    DRAWS = "draws", "冻结与抽取"
    DOCUMENTS = "documents", "文件与导入"
    MAIL = "mail", "通知与提醒"
    CLOCK = "celery", "定时巡检"


class Failure(models.TextChoices):
    """Why a job has failed, without what it was about: what an administrator may know of another's job."""

    REFUSED = "refused", "不符合业务条件"
    TOO_LONG = "too_long", "处理时间过长"
    TOO_LARGE = "too_large", "所需内存过大"
    NO_SPACE = "no_space", "存储空间不足"
    BROKEN = "broken", "系统内部错误"
    INTERRUPTED = "interrupted", "多次执行中断"


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> "JobQuerySet":
        return self.filter(owner=user)

    def overseen_by(self, user: User) -> "JobQuerySet":
        """Of everybody, for whoever keeps the system going; what they are about is not shown there."""
        return self.all() if user.has_role(Role.SYSTEM_ADMINISTRATOR) else self.none()

    def open(self) -> "JobQuerySet":
        return self.filter(state__in=[JobState.QUEUED, JobState.RUNNING])

    def waiting(self) -> "JobQuerySet":
        return self.filter(state=JobState.QUEUED)

    def orphaned(self) -> "JobQuerySet":
        """Running under a lease that has run out."""
        return self.filter(state=JobState.RUNNING, lease_until__lt=Now())

    def claimable(self) -> "JobQuerySet":
        """Waiting or orphaned, unless it is to stop."""
        expired = Q(state=JobState.RUNNING, lease_until__lt=Now())
        return self.filter(Q(state=JobState.QUEUED) | expired, cancel_asked=False)

    def needing_attention(self) -> "JobQuerySet":
        """Not taken up, or not taken over from a dead worker, for longer than the system needs to mend itself."""
        waits = Q(state=JobState.QUEUED, waiting_since__lt=Now() - ATTENTION_AFTER)
        abandoned = Q(state=JobState.RUNNING, lease_until__lt=Now() - (ATTENTION_AFTER - LEASE))
        return self.filter(waits | abandoned)


class Job(models.Model):
    """长时任务: work that a person started and need not wait for: a freeze, a draw, an import, a batch of files.

    The row is written in the transaction that asks for the work, so nothing is lost when the broker is down.
    One worker at a time holds it by a lease and a token; a job whose key is still open is not started twice.
    """

    kind = models.CharField("类别", max_length=40)
    queue = models.CharField(
        "队列", max_length=20, choices=JobQueue.choices, default=JobQueue.DOCUMENTS, db_default=JobQueue.DOCUMENTS
    )
    title = models.CharField("名称", max_length=120)
    key = models.CharField("唯一键", max_length=120, blank=True)
    parameters = models.JSONField("参数", default=dict, encoder=DjangoJSONEncoder)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs", verbose_name="发起人")
    state = models.CharField("状态", max_length=10, choices=JobState.choices, default=JobState.QUEUED, editable=False)
    done = models.PositiveIntegerField("已完成数", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("进展", max_length=200, blank=True)
    error = models.TextField("原因", blank=True)
    failure = models.CharField(
        "失败类型", max_length=12, choices=Failure.choices, blank=True, default="", db_default=""
    )
    cancel_asked = models.BooleanField("已要求取消", default=False, db_default=False)
    result = models.JSONField("结果", default=dict, encoder=DjangoJSONEncoder)
    file = models.FileField("文件", upload_to="jobs/%Y%m/", blank=True)
    file_name = models.CharField("文件名", max_length=150, blank=True)
    next_url = models.CharField("后续页面", max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    token = models.CharField("执行令牌", max_length=32, blank=True)
    lease_until = models.DateTimeField("租期至", null=True, blank=True)
    created_at = models.DateTimeField("发起时间", auto_now_add=True)
    waiting_since = models.DateTimeField("排队自", db_default=Now())
    sent_at = models.DateTimeField("送出时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "长时任务"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_is_known"),
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(state__in=["queued", "running"]) & ~Q(key=""),
                name="job_with_a_key_is_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="job_by_state_and_lease"),
            models.Index(fields=["finished_at"], name="job_by_end"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING}

    @property
    def came_to_nothing(self) -> bool:
        return self.state in {JobState.FAILED, JobState.CANCELLED}

    @property
    def expires_at(self) -> datetime | None:
        """Until when the result file is kept; None without one."""
        return self.finished_at + KEEP_FILES if self.file and self.finished_at else None

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class JobRun(models.Model):
    """执行记录: one time that a worker took a job up, and how that ended. A retry adds to them."""

    class End(models.TextChoices):
        DONE = "done", "完成"
        FAILED = "failed", "未完成"
        CANCELLED = "cancelled", "已取消"
        LOST = "lost", "执行中断"

    job = models.ForeignKey(Job, models.CASCADE, related_name="runs", verbose_name="任务")
    token = models.CharField("执行令牌", max_length=32)
    worker = models.CharField("执行进程", max_length=80)
    started_at = models.DateTimeField("开始时间", db_default=Now())
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    end = models.CharField("结局", max_length=10, choices=End.choices, blank=True)
    failure = models.CharField("失败类型", max_length=12, choices=Failure.choices, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "执行记录"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__in=["", "done", "failed", "cancelled", "lost"]), name="job_run_end_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.get_end_display()}"
