class AlreadyDecided(Exception):
    """Someone else has decided this conflict of interest meanwhile."""

    def __str__(self) -> str:
        return "该回避申报已经作出决定，不能重复决定。"
