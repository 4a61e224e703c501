from django.db import migrations, models


class Migration(migrations.Migration):
    """Nullable: SQLite then only adds the column, and the table keeps its guards."""

    dependencies = [("visits", "0003_rectification_reminders")]

    operations = [
        migrations.AddField(
            model_name="rectification",
            name="extended_from",
            field=models.DateField(
                blank=True, help_text="延期以后与整改期限不同", null=True, verbose_name="通知书载明的期限"
            ),
        ),
    ]
