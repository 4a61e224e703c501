class UpkeepRefused(Exception):
    """In words for the administrator, why it is not done."""


class BackupUnderWay(UpkeepRefused):
    """Another process is at it."""
