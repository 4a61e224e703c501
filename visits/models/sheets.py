import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Bureau, User
from campaigns.models import Task
from visits.codes import Agreement, Check
from visits.models.visits import Visit


class Operation(models.Model):
    """One thing that a device entered, kept word for word. The device gives it its number, so that sending it again
    changes nothing; it names the operation on the same line that its author had before them (`base`), so that the
    order of arrival does not matter and a colleague's entry is never overwritten unseen."""

    class State(models.TextChoices):
        APPLIED = "applied", "已记录"
        WAITING = "waiting", "等待之前的录入"
        RIVAL = "rival", "与他人录入不一致"
        SETTLED = "settled", "已处理"

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="operations", verbose_name="现场检查")
    line = models.CharField("行", max_length=60)
    base = models.UUIDField("依据的录入", null=True, blank=True)
    content = models.JSONField("内容", encoder=DjangoJSONEncoder)
    state = models.CharField("状态", max_length=10, choices=State.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="录入人")
    device = models.CharField("设备", max_length=80, blank=True)
    device_at = models.DateTimeField("录入时间（设备）")
    received_at = models.DateTimeField("收到时间", auto_now_add=True)
    settled_by = models.UUIDField("处理它的录入", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "录入"
        ordering = ["received_at", "id"]
        indexes = [models.Index(fields=["visit", "line"], name="operation_by_line")]

    def __str__(self) -> str:
        return f"{self.line} {self.get_state_display()}"


class Entry(models.Model):
    """What stands on one line of the check sheet."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="entries", verbose_name="现场检查")
    line = models.CharField("行", max_length=60)
    answer = models.CharField("检查情况", max_length=10, choices=Check.choices, blank=True)
    facts = models.TextField("情况描述", blank=True)
    agreement = models.CharField("与自查核对", max_length=12, choices=Agreement.choices, blank=True)
    operation = models.OneToOneField(Operation, models.PROTECT, related_name="+", verbose_name="录入")

    class Meta:
        verbose_name = verbose_name_plural = "检查记录"
        ordering = ["visit_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "line"], name="line_has_one_entry"),
            models.CheckConstraint(condition=Q(answer="") | Q(answer__in=Check.values), name="answer_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.get_answer_display()}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> "EvidenceQuerySet":
        """The bureaus and inspectors who see the visit. Institutions see evidence only in the documents they get."""
        return self.filter(visit__in=Visit.objects.visible_to(user))

    def whole(self) -> "EvidenceQuerySet":
        return self.filter(arrived_at__isnull=False)


class Evidence(models.Model):
    """A photo or file taken on site. Its digest is told before its bytes, which come in parts; it counts once all have
    arrived and the digest is right."""

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="evidence", verbose_name="现场检查")
    line = models.CharField("行", max_length=60, blank=True)
    name = models.CharField("文件名", max_length=120)
    media_type = models.CharField("类型", max_length=100, blank=True)
    size = models.PositiveIntegerField("字节数")
    digest = models.CharField("摘要", max_length=64)
    words = models.CharField("说明", max_length=200, blank=True)
    file = models.FileField("文件", upload_to="evidence/%Y/%m", max_length=200, blank=True)
    taken_at = models.DateTimeField("拍摄时间（设备）")
    device = models.CharField("设备", max_length=80, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="取证人")
    told_at = models.DateTimeField("登记时间", auto_now_add=True)
    arrived_at = models.DateTimeField("收齐时间", null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证据"
        ordering = ["visit_id", "taken_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True) | ~Q(file=""), name="evidence_that_arrived_has_a_file"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ReportSample(models.Model):
    """报告抽样: drawn on site from the institution's register, by the method of the draw, so that both can check it.

    `register` is the numbers as the institution gave them, in order; `chosen` those drawn, in the order drawn.
    """

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="report_sample", verbose_name="现场检查")
    period = models.CharField("报告期间", max_length=60, blank=True)
    register = models.JSONField("报告编号清单")
    seed = models.CharField("随机种子", max_length=64)
    institution_words = models.CharField("机构提供的文字", max_length=100)
    chosen = models.JSONField("抽中的报告")
    checked = models.JSONField("检查情况", default=dict, help_text="报告编号 → {severity, facts}")
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="抽取人")
    drawn_at = models.DateTimeField("抽取时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "报告抽样"

    def __str__(self) -> str:
        return f"{len(self.chosen)} / {len(self.register)}"


class Activity(models.Model):
    """盲样考核 or 授权签字人考试 during the visit, with its result."""

    class Kind(models.TextChoices):
        BLIND_SAMPLE = "blind_sample", "盲样考核"
        SIGNATORY_EXAM = "signatory_exam", "授权签字人考试"

    class Result(models.TextChoices):
        PASSED = "passed", "合格"
        FAILED = "failed", "不合格"
        PENDING = "pending", "结果待出"

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="activities", verbose_name="现场检查")
    kind = models.CharField("方式", max_length=16, choices=Kind.choices)
    subject = models.CharField("考核对象", max_length=80, help_text="样品和项目，或签字人姓名")
    result = models.CharField("结果", max_length=10, choices=Result.choices)
    words = models.TextField("说明", blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "考核活动"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"


class VisitSignature(models.Model):
    """签字 under the record as the signer saw it: `record` is its canonical JSON, `digest` that of it. What is entered or
    arrives later is shown beside it and has to be signed again or explained. The institution may refuse before a
    witness."""

    class Signer(models.TextChoices):
        OFFICER = "officer", "执法检查人员"
        INSTITUTION = "institution", "被检查机构"
        WITNESS = "witness", "见证人"

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="signatures", verbose_name="现场检查")
    signer = models.CharField("签字方", max_length=12, choices=Signer.choices)
    name = models.CharField("姓名", max_length=30)
    record = models.TextField("所签记录")
    digest = models.CharField("记录摘要", max_length=64)
    image = models.FileField("签名", upload_to="visit-signatures/%Y/%m", max_length=200, blank=True)
    image_digest = models.CharField("签名摘要", max_length=64, blank=True)
    has_refused = models.BooleanField("拒绝签字", default=False)
    words = models.CharField("拒签理由", max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "现场签字"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "signer", "name", "digest"], name="person_signs_a_record_once"),
            models.CheckConstraint(
                condition=Q(has_refused=True, signer="institution") | ~Q(image=""), name="signature_has_an_image"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Adoption(models.Model):
    """结果采纳: another task's result stands for this one, instead of a second visit."""

    task = models.OneToOneField(Task, models.PROTECT, related_name="adoption", verbose_name="任务")
    source = models.ForeignKey(Task, models.PROTECT, related_name="adopted_by", verbose_name="采纳自")
    reason = models.CharField("理由", max_length=500)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间", auto_now_add=True)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name="提出单位")
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    declined_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="不予采纳决定人"
    )
    declined_at = models.DateTimeField("不予采纳时间", null=True, blank=True)
    declined_because = models.CharField("不予采纳的理由", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "结果采纳"
        constraints = [
            models.CheckConstraint(condition=~Q(task=models.F("source")), name="task_adopts_another"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("asked_by")),
                name="adoption_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(declined_at__isnull=True), name="adoption_has_one_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} ← {self.source}"

    @property
    def is_waiting(self) -> bool:
        return self.approved_at is None and self.declined_at is None
