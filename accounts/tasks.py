from celery import shared_task

from accounts.services.lockout import drop_old_attempts
from accounts.services.sessions import drop_expired_sessions


@shared_task
def forget_old_sign_ins() -> None:
    """What signing in leaves behind and nobody needs any more."""
    drop_old_attempts()
    drop_expired_sessions()
