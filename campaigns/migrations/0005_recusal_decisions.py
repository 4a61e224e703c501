import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts import guards


class Migration(migrations.Migration):
    """SQLite builds the table of former members anew and loses its guards: they stand here again."""

    dependencies = [
        ("campaigns", "0004_open_draw_guards"),
        ("inspectors", "0002_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="formermember",
            name="decided_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="决定时间"),
        ),
        migrations.AddField(
            model_name="formermember",
            name="decision",
            field=models.CharField(
                blank=True,
                choices=[("accepted", "准予回避"), ("rejected", "不予回避")],
                max_length=10,
                verbose_name="回避决定",
            ),
        ),
        migrations.AddField(
            model_name="formermember",
            name="decision_words",
            field=models.CharField(blank=True, max_length=500, verbose_name="决定理由"),
        ),
        migrations.AddField(
            model_name="teammember",
            name="decided_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="决定时间"),
        ),
        migrations.AddField(
            model_name="teammember",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="决定人",
            ),
        ),
        migrations.AddField(
            model_name="teammember",
            name="decision",
            field=models.CharField(
                blank=True,
                choices=[("accepted", "准予回避"), ("rejected", "不予回避")],
                max_length=10,
                verbose_name="回避决定",
            ),
        ),
        migrations.AddField(
            model_name="teammember",
            name="decision_words",
            field=models.CharField(blank=True, max_length=500, verbose_name="决定理由"),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decision", "")),
                    models.Q(
                        models.Q(("decision", ""), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("declaration", "recusal"),
                    ),
                    _connector="OR",
                ),
                name="recusal_is_decided_once_asked_for",
            ),
        ),
        guards.refuse_delete("campaigns_formermember"),
        guards.refuse_update("campaigns_formermember"),
    ]
