from django.db import models

from accounts.models.users import User


class SecondFactor(models.Model):
    """What somebody's telephone and we both know, sealed (accounts/sealing.py)."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="second_factor", verbose_name="用户"
    )
    sealed_secret = models.BinaryField("密钥（加密）")
    last_step = models.BigIntegerField("最近使用的时间步", default=0)
    """Codes of this step and those before it are spent."""
    set_up_at = models.DateTimeField("设置时间")

    class Meta:
        verbose_name = verbose_name_plural = "动态口令"

    def __str__(self) -> str:
        return str(self.pk)


class RecoveryCode(models.Model):
    """Stands in once for the telephone; kept as a keyed digest."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="recovery_codes", verbose_name="动态口令")
    digest = models.CharField("摘要", max_length=64)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "恢复码"

    def __str__(self) -> str:
        return self.digest[:8]
