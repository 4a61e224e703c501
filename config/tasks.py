"""What the clock has done for the system itself."""

import logging

from celery import shared_task
from django.conf import settings

from config.upkeep import backing_up, house
from config.upkeep.errors import UpkeepRefused

logger = logging.getLogger(__name__)


@shared_task(name="config.tasks.back_up", expires=3600, time_limit=6 * 3600, acks_late=False)
def back_up() -> str:
    """The new backup's name; empty if it failed, which the status page tells (config.upkeep.last)."""
    try:
        return backing_up.back_up(keep=settings.BACKUP_KEEP).name
    except UpkeepRefused:
        logger.exception("the backup failed")
        return ""


@shared_task(name="config.tasks.keep_house", expires=3600, time_limit=3600)
def keep_house() -> dict[str, int]:
    return house.keep_house()
