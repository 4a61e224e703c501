import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts import guards

FROZEN = guards.differs(
    "kind", "bureau_id", "campaign_id", "title", "series_id", "serial", "number", "issued_on", "issued_version_id",
    "issued_by_id", "issued_at",
)  # fmt: skip

GUARDS = [
    guards.refuse_delete("reports_document"),
    guards.refuse_delete("reports_documentversion"),
    guards.refuse_delete("reports_documentseries"),
    guards.refuse_update("reports_documentversion"),
    guards.refuse_update(
        "reports_document",
        when=f"(OLD.state IN ('issued', 'withdrawn') AND ({FROZEN}))"
        " OR (OLD.state = 'issued' AND NEW.state NOT IN ('issued', 'withdrawn'))"
        " OR (OLD.state IN ('withdrawn', 'dropped') AND (" + guards.differs("state", "words") + "))",
    ),
    guards.refuse_update(
        "reports_documentseries",
        when="NEW.next_serial < OLD.next_serial OR " + guards.differs("bureau_id", "code_word", "year"),
    ),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_email"),
        ("campaigns", "0008_added_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_word", models.CharField(help_text="如：同市监认证", max_length=20, verbose_name="发文代字")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("next_serial", models.PositiveIntegerField(default=1, verbose_name="下一个顺序号")),
                (
                    "bureau",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="document_series",
                        to="accounts.bureau",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "发文字号",
                "verbose_name_plural": "发文字号",
                "ordering": ["bureau", "-year", "code_word"],
                "constraints": [
                    models.UniqueConstraint(fields=("bureau", "code_word", "year"), name="series_is_kept_once"),
                    models.CheckConstraint(condition=models.Q(("next_serial__gte", 1)), name="series_counts_from_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("notice", "抽查通知"),
                            ("transmittal", "转发通知"),
                            ("plan_announcement", "抽查计划公告"),
                            ("draw_announcement", "抽取结果公告"),
                            ("result_announcement", "检查结果公告"),
                            ("summary", "工作总结"),
                            ("bulletin", "情况通报"),
                            ("urgent_report", "重大案件专报"),
                        ],
                        max_length=20,
                        verbose_name="文种",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("presented", "待签发"),
                            ("issued", "已签发"),
                            ("withdrawn", "已撤回"),
                            ("dropped", "不再办理"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("serial", models.PositiveIntegerField(blank=True, null=True, verbose_name="顺序号")),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="发文字号")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="成文日期")),
                ("issued_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="签发时间")),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="意见或理由")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="起草时间")),
                (
                    "bureau",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="accounts.bureau",
                        verbose_name="发文单位",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="campaigns.campaign",
                        verbose_name="抽查活动",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟稿人",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签发人",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="reports.documentseries",
                        verbose_name="发文字号序列",
                    ),
                ),
            ],
            options={
                "verbose_name": "公文",
                "verbose_name_plural": "公文",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("series", "serial"), name="document_number_is_used_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "presented", "issued", "withdrawn", "dropped"])),
                        name="document_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["withdrawn", "dropped"]), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="document_leaves_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="版本")),
                ("content", models.JSONField(verbose_name="内容")),
                ("digest", models.CharField(max_length=64, verbose_name="摘要")),
                ("words", models.CharField(blank=True, max_length=200, verbose_name="修改说明")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="修改时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="修改人",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="reports.document",
                        verbose_name="公文",
                    ),
                ),
            ],
            options={
                "verbose_name": "公文版本",
                "verbose_name_plural": "公文版本",
                "ordering": ["document_id", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("document", "number"), name="document_version_is_numbered_once"),
                ],
            },
        ),
        migrations.AddField(
            model_name="document",
            name="issued_version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reports.documentversion",
                verbose_name="签发的版本",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("issued_at__isnull", False),
                        ("issued_by__isnull", False),
                        ("issued_on__isnull", False),
                        ("issued_version__isnull", False),
                        ("serial__isnull", False),
                        ("series__isnull", False),
                        ("state__in", ["issued", "withdrawn"]),
                        models.Q(("number", ""), _negated=True),
                    ),
                    models.Q(
                        ("issued_at__isnull", True),
                        ("issued_by__isnull", True),
                        ("issued_on__isnull", True),
                        ("issued_version__isnull", True),
                        ("number", ""),
                        ("serial__isnull", True),
                        ("series__isnull", True),
                        ("state__in", ["draft", "presented", "dropped"]),
                    ),
                    _connector="OR",
                ),
                name="document_has_a_number_once_issued",
            ),
        ),
        *GUARDS,
    ]
