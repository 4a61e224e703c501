from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_campaigns_without_a_draw"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="blueprint",
            field=models.CharField(blank=True, editable=False, max_length=30, verbose_name="依据的通知模板"),
        ),
    ]
