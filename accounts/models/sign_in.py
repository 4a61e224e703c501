from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from accounts.models.users import User


class SignInAttempt(models.Model):
    """A try at a password or a code that has not succeeded (yet); what the lockout counts. Gone after a day.

    What was done stands in the audit trail: this table holds digests only, and no row of it outlives its use.
    """

    subject = models.CharField("账号", max_length=40)
    """The key of the account, or a digest of a name that nobody has."""
    address = models.CharField("来源摘要", max_length=40, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "登录失败计数"
        indexes = [
            models.Index(fields=["subject", "at"], name="attempt_by_subject"),
            models.Index(fields=["address", "at"], name="attempt_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.at}"


class SessionManager(BaseSessionManager["Session"]):
    def visible_to(self, user: User) -> models.QuerySet["Session"]:
        return self.filter(user=user)


class Session(AbstractBaseSession):
    """A session under the digest of its key: who reads this table, or a backup of it, can take over nobody's.

    The columns beside the data are read out of it whenever it is saved (accounts/sessions.py).
    """

    class Way(models.TextChoices):
        PASSWORD = "password", "密码"
        SINGLE_SIGN_ON = "single_sign_on", "统一身份认证"

    session_key = models.CharField("摘要", max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="sessions", verbose_name="用户")
    began_at = models.DateTimeField("登录时间", null=True, blank=True)
    last_seen_at = models.DateTimeField("最近使用", null=True, blank=True)
    address = models.CharField("来源", max_length=45, blank=True)
    device = models.CharField("设备", max_length=60, blank=True)
    way = models.CharField("登录方式", max_length=20, choices=Way.choices, blank=True)

    objects: ClassVar[SessionManager] = SessionManager()

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "登录会话"

    def __str__(self) -> str:
        return self.session_key[:8]
