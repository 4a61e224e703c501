import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts import guards


class Migration(migrations.Migration):
    """Key, full-coverage and extended checks beside the random ones; why they were added is never changed."""

    dependencies = [
        ("campaigns", "0007_tasks_are_visited"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="task", name="task_is_drawn_once_it_has_a_draw"),
        migrations.AlterField(
            model_name="task",
            name="mode",
            field=models.CharField(
                choices=[
                    ("drawn", "随机抽取"),
                    ("allotted", "上级分配"),
                    ("key", "重点检查"),
                    ("full", "全覆盖检查"),
                    ("extended", "延伸检查"),
                ],
                max_length=10,
                verbose_name="方式",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("draw__isnull", False),
                    ("mode", "drawn"),
                )
                | models.Q(
                    models.Q(("mode", "drawn"), _negated=True),
                    ("draw__isnull", True),
                ),
                name="task_is_drawn_once_it_has_a_draw",
            ),
        ),
        migrations.CreateModel(
            name="Addition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("repeated_because", models.CharField(blank=True, max_length=500, verbose_name="重复检查的理由")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="增列时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="增列人",
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addition",
                        to="campaigns.task",
                        verbose_name="任务",
                    ),
                ),
            ],
            options={"verbose_name": "增列", "verbose_name_plural": "增列", "ordering": ["pk"]},
        ),
        guards.refuse_delete("campaigns_addition"),
        guards.refuse_update("campaigns_addition"),
    ]
