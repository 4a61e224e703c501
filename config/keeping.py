"""Settings of upkeep: backups, how long the record is kept, when it is done."""

from celery.schedules import crontab

from config.environment import PRODUCTION, env, text

BACKUP_DIR = text("BACKUP_DIR")
"""Best on another disk than the data. Empty: backups/ in DATA_DIR."""
BACKUP_AT = text("BACKUP_AT", "02:30" if PRODUCTION else "off")
"""Every day at this time of the day, or "off": whoever runs `manage.py backup` from outside needs no other."""
BACKUP_KEEP = env.int("BACKUP_KEEP", default=14)
LOG_KEEP_DAYS = env.int("LOG_KEEP_DAYS", default=200)
"""Records of signing in and the audit trail are kept at least so long (GB/T 22239-2019 8.1.5.4; 网络安全法第二十三条
asks for six months). The trail leaves only by `manage.py archive_trail`."""


def daily(at: str) -> crontab:
    hour, _, minute = at.partition(":")
    return crontab(hour=int(hour), minute=int(minute or 0))


UPKEEP_SCHEDULE = {"keep house": {"task": "config.tasks.keep_house", "schedule": daily("04:40")}}
if BACKUP_AT != "off":
    UPKEEP_SCHEDULE["back up"] = {"task": "config.tasks.back_up", "schedule": daily(BACKUP_AT)}
