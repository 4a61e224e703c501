from django.db import models

from accounts.models.users import User


class FormerPassword(models.Model):
    """A password somebody has had, as its hash; the last PASSWORD_HISTORY of each person are kept."""

    SECRET_FIELDS = frozenset({"password"})

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords", verbose_name="用户")
    password = models.CharField("密码", max_length=128)
    set_at = models.DateTimeField("设置时间")

    class Meta:
        verbose_name = verbose_name_plural = "用过的密码"
        ordering = ["-set_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at:%Y-%m-%d}"
