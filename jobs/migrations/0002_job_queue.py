from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="queue",
            field=models.CharField(
                choices=[
                    ("draws", "冻结与抽取"),
                    ("documents", "文件与导入"),
                    ("mail", "通知与提醒"),
                    ("celery", "定时巡检"),
                ],
                default="documents",
                max_length=20,
                verbose_name="队列",
            ),
        ),
    ]
