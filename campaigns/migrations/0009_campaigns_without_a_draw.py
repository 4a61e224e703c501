import django.db.models.deletion
from django.db import migrations, models

from accounts import guards


class Migration(migrations.Migration):
    """Full checks: everybody is listed, nobody drawn. What was listed, and why not, stays as it was."""

    dependencies = [
        ("campaigns", "0008_added_checks"),
        ("institutions", "0002_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedInstitution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("excluded", models.CharField(blank=True, max_length=100, verbose_name="不列入的理由")),
            ],
            options={
                "verbose_name": "列入对象",
                "verbose_name_plural": "列入对象",
                "ordering": ["line__position", "institution__county_id", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="campaign",
            name="campaign_is_frozen_once_it_has_a_freeze_time",
        ),
        migrations.RemoveConstraint(
            model_name="campaign",
            name="campaign_is_drawn_once_it_has_a_draw_time",
        ),
        migrations.AddField(
            model_name="campaign",
            name="discipline",
            field=models.TextField(
                blank=True, help_text="通知中的纪律要求，印在检查通知和文书上", verbose_name="工作纪律"
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="draws_lots",
            field=models.BooleanField(
                default=True,
                help_text="不勾选：不冻结、不抽取，各条目的机构全部列入检查（全面检查），由属地县区组织",
                verbose_name="随机抽取",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="looks_back_at",
            field=models.ManyToManyField(
                blank=True,
                help_text="回头看时，复查哪些活动中认定的问题",
                related_name="looked_back_by",
                to="campaigns.campaign",
                verbose_name="回头看的活动",
            ),
        ),
        migrations.AlterField(
            model_name="approval",
            name="act",
            field=models.CharField(
                choices=[
                    ("freeze", "冻结两库"),
                    ("list", "列入全部对象"),
                    ("supplement", "补充抽取"),
                    ("draw", "抽取"),
                    ("void", "作废抽取"),
                    ("substitute", "替换"),
                ],
                max_length=12,
                verbose_name="事项",
            ),
        ),
        migrations.AlterField(
            model_name="exclusion",
            name="kind",
            field=models.CharField(
                choices=[
                    ("owner_department", "所属部门"),
                    ("certificate_state", "资质认定证书不在有效状态"),
                    ("institution_state", "机构不在营"),
                    ("inspected_this_year", "本年度已被检查"),
                    ("drawn_by_upper_level", "已被上级抽取"),
                    ("no_finding_before", "回头看的活动中没有认定问题"),
                ],
                max_length=30,
                verbose_name="情形",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("frozen_at__isnull", True), ("state__in", ["draft", "negotiating"])),
                    models.Q(
                        ("draws_lots", True),
                        ("frozen_at__isnull", False),
                        ("state__in", ["frozen", "drawn", "dispatched"]),
                    ),
                    models.Q(("draws_lots", False), ("frozen_at__isnull", True), ("state", "dispatched")),
                    _connector="OR",
                ),
                name="campaign_is_frozen_once_it_has_a_freeze_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("drawn_at__isnull", True), ("state__in", ["draft", "negotiating", "frozen"])),
                    models.Q(("drawn_at__isnull", False), ("draws_lots", True), ("state__in", ["drawn", "dispatched"])),
                    models.Q(("drawn_at__isnull", True), ("draws_lots", False), ("state", "dispatched")),
                    _connector="OR",
                ),
                name="campaign_is_drawn_once_it_has_a_draw_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("draws_lots", True), models.Q(("kind", "practice"), _negated=True), _connector="OR"
                ),
                name="practice_draws_lots",
                violation_error_message="演练是为了熟悉抽取，不能不抽取。",
            ),
        ),
        migrations.AddField(
            model_name="listedinstitution",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="listed",
                to="campaigns.campaign",
                verbose_name="活动",
            ),
        ),
        migrations.AddField(
            model_name="listedinstitution",
            name="institution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="listings",
                to="institutions.institution",
                verbose_name="机构",
            ),
        ),
        migrations.AddField(
            model_name="listedinstitution",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="listed",
                to="campaigns.planline",
                verbose_name="条目",
            ),
        ),
        migrations.AddConstraint(
            model_name="listedinstitution",
            constraint=models.UniqueConstraint(
                fields=("campaign", "institution"), name="institution_is_listed_once_in_a_campaign"
            ),
        ),
        guards.refuse_delete("campaigns_listedinstitution"),
        guards.refuse_update("campaigns_listedinstitution"),
    ]
