from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import User
from jobs.models import Job


class ImportState(models.TextChoices):
    CHECKING = "checking", "试运行中"
    REFUSED = "refused", "文件不能读取"
    FAULTY = "faulty", "有错误，不能导入"
    READY = "ready", "可以导入"
    IMPORTED = "imported", "已导入"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: User) -> "ImportRunQuerySet":
        """An upload is its owner's alone: it holds telephone numbers nobody has checked yet."""
        return self.filter(owner=user)


class ImportRun(models.Model):
    """One uploaded workbook of the pool: first a dry run that changes nothing, then all of it or nothing.

    `counts` says what the dry run found, `plan_digest` is the digest of every addition and change it foresaw: the
    import recomputes it and stops when the pool has changed in between.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    file_name = models.CharField("文件名", max_length=150)
    file_digest = models.CharField("文件摘要", max_length=64)
    file = models.FileField("文件", upload_to="imports/%Y%m/")
    staged = models.CharField("暂存数据", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=ImportState.choices, default=ImportState.CHECKING)
    refusal = models.TextField("不能读取的原因", blank=True)
    counts = models.JSONField("统计", default=dict, encoder=DjangoJSONEncoder)
    plan_digest = models.CharField("试运行摘要", max_length=64, blank=True)
    check_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="试运行任务")
    commit_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="导入任务")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    imported_at = models.DateTimeField("导入时间", null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名录库导入"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=ImportState.IMPORTED, imported_at__isnull=False)
                | ~Q(state=ImportState.IMPORTED) & Q(imported_at__isnull=True),
                name="import_is_dated_once_imported",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportFault(models.Model):
    """Something wrong or odd in an uploaded workbook: where, and in words."""

    class Level(models.TextChoices):
        ERROR = "error", "错误"
        WARNING = "warning", "提醒"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="faults", verbose_name="导入")
    level = models.CharField("级别", max_length=10, choices=Level.choices)
    sheet = models.CharField("工作表", max_length=60)
    row = models.PositiveIntegerField("行", null=True)
    column = models.CharField("列", max_length=3, blank=True)
    title = models.CharField("列名", max_length=60, blank=True)
    code = models.CharField("类别", max_length=40)
    message = models.CharField("说明", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "导入问题"
        ordering = ["level", "row", "pk"]

    def __str__(self) -> str:
        return self.message


class ImportDifference(models.Model):
    """What an upload would add or change: one institution or certificate, field by field."""

    class Kind(models.TextChoices):
        ADDED = "added", "新增"
        CHANGED = "changed", "变更"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="differences", verbose_name="导入")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    thing = models.CharField("对象", max_length=20)
    label = models.CharField("名称", max_length=150)
    row = models.PositiveIntegerField("行")
    fields = models.JSONField("变更", default=list, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = verbose_name_plural = "导入变更"
        ordering = ["kind", "row", "pk"]

    def __str__(self) -> str:
        return self.label
