import django.db.models.deletion
from django.db import migrations, models

from accounts import guards


class Migration(migrations.Migration):
    """Minutes as they were signed. A table that SQLite builds anew loses its guards: those of signatures stand here
    again."""

    dependencies = [("campaigns", "0005_recusal_decisions")]

    operations = [
        migrations.CreateModel(
            name="DrawMinutes",
            fields=[
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="minutes",
                        serialize=False,
                        to="campaigns.draw",
                        verbose_name="抽取",
                    ),
                ),
                ("text", models.TextField(verbose_name="内容")),
                ("digest", models.CharField(max_length=64, verbose_name="记录摘要")),
                ("fixed_at", models.DateTimeField(verbose_name="定稿时间")),
            ],
            options={"verbose_name": "抽取记录", "verbose_name_plural": "抽取记录"},
        ),
        migrations.AddField(
            model_name="minutessignature",
            name="remark",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.remark",
                verbose_name="保留意见",
            ),
        ),
        *(guards.refuse_delete(table) for table in ("campaigns_drawminutes", "campaigns_minutessignature")),
        *(guards.refuse_update(table) for table in ("campaigns_drawminutes", "campaigns_minutessignature")),
    ]
