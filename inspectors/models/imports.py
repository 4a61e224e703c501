from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import User
from institutions.models import ImportState
from jobs.models import Job


class Pool(models.TextChoices):
    INSPECTORS = "inspectors", "检查人员"
    EXPERTS = "experts", "专家"


class PeopleImportQuerySet(models.QuerySet["PeopleImport"]):
    def visible_to(self, user: User) -> "PeopleImportQuerySet":
        """An upload is its owner's alone: it holds names and telephone numbers nobody has checked yet."""
        return self.filter(owner=user)


class PeopleImport(models.Model):
    """One uploaded workbook of inspectors or experts: first a dry run that changes nothing, then all of it or nothing.

    `faults` are {level, place, message}, `differences` {kind, label, row, fields}; only the first of them are kept,
    `counts` counts all. `plan_digest` covers every addition and change foreseen: the import makes its plan anew and
    stops when the digest is another.
    """

    pool = models.CharField("名录库", max_length=12, choices=Pool.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    file_name = models.CharField("文件名", max_length=150)
    file_digest = models.CharField("文件摘要", max_length=64)
    file = models.FileField("文件", upload_to="imports/%Y%m/")
    state = models.CharField("状态", max_length=10, choices=ImportState.choices, default=ImportState.CHECKING)
    refusal = models.TextField("不能读取的原因", blank=True)
    counts = models.JSONField("统计", default=dict, encoder=DjangoJSONEncoder)
    faults = models.JSONField("问题", default=list, encoder=DjangoJSONEncoder)
    differences = models.JSONField("变更", default=list, encoder=DjangoJSONEncoder)
    plan_digest = models.CharField("试运行摘要", max_length=64, blank=True)
    check_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="试运行任务")
    commit_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="导入任务")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    imported_at = models.DateTimeField("导入时间", null=True, blank=True)

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查人员名录库导入"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="people_import_state_is_known"),
            models.CheckConstraint(condition=Q(pool__in=Pool.values), name="people_import_pool_is_known"),
            models.CheckConstraint(
                condition=Q(state=ImportState.IMPORTED, imported_at__isnull=False)
                | ~Q(state=ImportState.IMPORTED) & Q(imported_at__isnull=True),
                name="people_import_is_dated_once_imported",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
