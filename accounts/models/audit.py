from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.models.users import Role, User

DIGEST_LENGTH = 64


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: User) -> "AuditEventQuerySet":
        """The whole trail is the auditor's; what concerns one object is shown with that object (`about`)."""
        return self.all() if user.has_role(Role.AUDITOR) else self.none()

    def about(self, subject: models.Model) -> "AuditEventQuerySet":
        """Events that name this object as their subject or changed it."""
        own = models.Q(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
        touched = AuditChange.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).values(
            "event"
        )
        return self.filter(own | models.Q(pk__in=touched))


class AuditEvent(models.Model):
    """One act: who did what to which object when. A link of the hash chain; never changed, never deleted.

    `digest` = SHA-256 over the canonical JSON of the event with `previous`, the digest of the event before it
    (accounts/chain.py). Names, phones and the like are not in it: they stand in AuditChange.personal.
    """

    number = models.BigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="audit_events",
        verbose_name="操作人",
    )
    action = models.CharField("操作", max_length=60)
    subject_type = models.CharField("对象类别", max_length=60)
    subject_id = models.CharField("对象标识", max_length=64)
    subject_label = models.CharField("对象", max_length=200, blank=True)
    facts = models.JSONField("事实", default=dict, encoder=DjangoJSONEncoder)
    changes_digest = models.CharField("变更摘要", max_length=DIGEST_LENGTH, blank=True)
    previous = models.CharField("前一摘要", max_length=DIGEST_LENGTH)
    digest = models.CharField("摘要", max_length=DIGEST_LENGTH, unique=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-number"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="audit_event_by_subject")]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"


class AuditChange(models.Model):
    """What an event changed on one object: {field: [before, after]}.

    Personal values stand apart in `personal`; the chain covers them only through `personal_digest`,
    the SHA-256 of `salt` and their canonical JSON, so that they can be erased without breaking the chain.
    """

    event = models.ForeignKey(AuditEvent, models.PROTECT, related_name="changes", verbose_name="审计记录")
    subject_type = models.CharField("对象类别", max_length=60)
    subject_id = models.CharField("对象标识", max_length=64)
    fields = models.JSONField("变更", default=dict, encoder=DjangoJSONEncoder)
    personal = models.JSONField("个人信息变更", null=True, blank=True, encoder=DjangoJSONEncoder)
    salt = models.CharField("盐", max_length=32, blank=True)
    personal_digest = models.CharField("个人信息摘要", max_length=DIGEST_LENGTH, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "变更明细"
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="audit_change_by_subject")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an event is added, so numbers have no gaps."""

    number = models.BigIntegerField("序号")
    digest = models.CharField("摘要", max_length=DIGEST_LENGTH)

    class Meta:
        verbose_name = verbose_name_plural = "审计链尾"

    def __str__(self) -> str:
        return str(self.number)
