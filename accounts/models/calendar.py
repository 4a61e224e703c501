from django.db import models

from accounts.models.users import User


class CalendarDay(models.Model):
    """A day on which the official calendar that comes with the software is corrected: a weekend that is worked, a day
    off that was arranged later."""

    day = models.DateField("日期", primary_key=True)
    is_working = models.BooleanField("是否工作日")
    source = models.CharField("依据", max_length=120, help_text="如：国务院办公厅关于2027年部分节假日安排的通知")
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    changed_at = models.DateTimeField("登记时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {'上班' if self.is_working else '放假'}"
