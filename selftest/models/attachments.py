from django.db import models
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, StrIndex

from accounts.models import User
from accounts.models.users import INSTITUTION_PEOPLE
from selftest.models.selfchecks import SelfCheck
from selftest.models.submissions import Submission


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> "AttachmentQuerySet":
        """The institution's own people: what is on the form, and what a version names. Regulators and inspectors: only
        what a signed version names, never the draft's."""
        seen = self.filter(self_check__in=SelfCheck.objects.visible_to(user))
        if user.has_role(*INSTITUTION_PEOPLE):
            return seen.filter(Q(removed_at=None) | _named_in(Submission.objects.all()))
        return seen.filter(_named_in(Submission.objects.filter(signature__isnull=False)))

    def live(self) -> "AttachmentQuerySet":
        """On the form as it stands now."""
        return self.filter(removed_at=None)

    def named_by_a_version(self) -> "AttachmentQuerySet":
        return self.filter(_named_in(Submission.objects.all()))


def _named_in(versions: QuerySet[Submission]) -> Exists:
    """Whether the text of one of these versions holds the file's digest at its item, written as
    selftest.submitting.compose and canonical JSON do: no answer's own words can look like that, their quotation marks
    are escaped."""
    item = Cast(OuterRef("item"), CharField())
    words = Concat(
        Value('"digest":"'), OuterRef("digest"), Value('","item":'), item, Value(',"name":'), output_field=CharField()
    )
    own = versions.filter(self_check=OuterRef("self_check")).alias(place=StrIndex("text", words))
    return Exists(own.filter(place__gt=0))


class Attachment(models.Model):
    """Evidence for an item (and one of its sub-points, counted from 0), or a paper: `removed_at` takes it off the
    form, the file stays for the versions that name it."""

    self_check = models.ForeignKey(SelfCheck, models.PROTECT, related_name="attachments", verbose_name="自查")
    item = models.PositiveSmallIntegerField("序号")
    point = models.PositiveSmallIntegerField("要点", null=True, blank=True)
    name = models.CharField("文件名", max_length=120)
    file = models.FileField("文件", upload_to="self-checks/%Y/%m", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    digest = models.CharField("摘要", max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自查材料"
        ordering = ["item", "point", "pk"]

    def __str__(self) -> str:
        return self.name
