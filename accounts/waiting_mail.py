"""Mail of reminders: rows with `sent_at`, `mail_after` (None: no mail, or it is settled) and `mailed` (addresses)."""

import logging
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.utils import timezone

logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(days=3)
MAILS_PER_RUN = 500

Compose = Callable[[Any], EmailMessage]


def send_waiting_mail(reminders: QuerySet[Any], compose: Compose) -> int:
    """How many addresses it went to. Mail that the mail server does not take waits for another attempt; a message to
    nobody is not sent."""
    waiting = reminders.filter(mail_after__lte=timezone.now())
    waiting.filter(sent_at__lt=timezone.now() - GIVE_UP_AFTER).update(mail_after=None)
    rows = waiting[:MAILS_PER_RUN]
    connection = get_connection() if rows else None
    return sum(_send(each, compose, connection) for each in rows if connection and _take(each))


def _take(reminder: Any) -> bool:
    """Put the next attempt off; of two workers one succeeds."""
    mine = type(reminder).objects.filter(pk=reminder.pk, mail_after=reminder.mail_after)
    return bool(mine.update(mail_after=timezone.now() + RETRY_AFTER))


def _send(reminder: Any, compose: Compose, connection: BaseEmailBackend) -> int:
    """How many addresses it went to; 0 when it failed or was no longer needed."""
    message = compose(reminder)
    message.connection = connection
    try:
        message.send()
    except (SMTPException, OSError) as error:
        logger.warning("%s %s was not mailed: %s", reminder._meta.label, reminder.pk, error)
        return 0
    reached = len(message.recipients())
    type(reminder).objects.filter(pk=reminder.pk).update(mail_after=None, mailed=reached)
    return reached
