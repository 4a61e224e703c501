"""What nobody needs any more goes: once a day, each kind by itself, so that one that fails holds up no other."""

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import Session
from config.upkeep.errors import BackupUnderWay
from config.upkeep.locking import alone

logger = logging.getLogger(__name__)
ABANDONED_SECONDS = 30 * 24 * 60 * 60


def keep_house() -> dict[str, int]:
    """How many of each kind went."""
    return {name: _done(name, act) for name, act in CHORES.items()}


def _done(name: str, act: Callable[[], int]) -> int:
    try:
        return act()
    except Exception:
        logger.exception("house-keeping: %s", name)
        return 0


def end_sessions() -> int:
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def end_tokens() -> int:
    return int(AuthToken.objects.filter(expiry__lt=timezone.now()).delete()[0])


def drop_parts() -> int:
    """Parts of evidence whose device never sent the rest."""
    return _drop_older(Path(settings.DATA_DIR) / "evidence-parts", ABANDONED_SECONDS)


def drop_set_aside() -> int:
    """Deleted files that a killed backup left set aside (storage.py)."""
    aside = getattr(default_storage, "aside", None)
    if aside is None or not aside.exists():
        return 0
    try:
        with alone():
            number = sum(1 for _ in aside.iterdir())
            shutil.rmtree(aside, ignore_errors=True)
    except BackupUnderWay:
        return 0
    return number


def _drop_older(folder: Path, seconds: float) -> int:
    if not folder.exists():
        return 0
    old = [path for path in folder.iterdir() if path.is_file() and time.time() - path.stat().st_mtime > seconds]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


CHORES: dict[str, Callable[[], int]] = {
    "过期的登录会话": end_sessions,
    "过期的 API 令牌": end_tokens,
    "没有传完的现场材料": drop_parts,
    "备份中断后留下的文件": drop_set_aside,
}
