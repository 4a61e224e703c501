"""The parts of a running system and how each is: for /readyz, the metrics and the status page alike."""

from collections.abc import Callable

from config.watching.parts import ground, keeping, work
from config.watching.parts.part import Level, Part

ESSENTIAL: dict[str, Callable[[], Part]] = {"database": ground.database, "migrations": ground.migrations}
"""Without these no request can be answered; without all others most can, and another web server could do no better."""

FURTHER: dict[str, Callable[[], Part]] = {
    "queue": ground.queue,
    "cache": ground.cache,
    "disk": ground.disk,
    "fonts": ground.fonts,
    "workers": work.workers,
    "clock": work.clock,
    "waiting": work.waiting,
}
"""What a program that asks for readiness is told beside them."""

FOR_PEOPLE: dict[str, Callable[[], Part]] = {
    "failed": work.failed,
    "hosts": work.hosts,
    "slow": keeping.slow_queries,
    "backup": keeping.backup,
    "log_head": keeping.log_head,
}
"""What the status page shows as well."""


def looked_at(parts: dict[str, Callable[[], Part]]) -> dict[str, Part]:
    """Each part by its key; one that cannot even be asked is told as broken."""
    return {key: _asked(ask) for key, ask in parts.items()}


def _asked(ask: Callable[[], Part]) -> Part:
    try:
        return ask()
    except Exception as error:  # noqa: BLE001  # whatever it is: the other parts are still to be told
        return Part(
            Level.BROKEN,
            f"查不出来（{type(error).__name__}）。",
            "先看数据库是否正常；数据库正常而这里仍查不出来的，请查看系统日志。",
        )


__all__ = ["ESSENTIAL", "FOR_PEOPLE", "FURTHER", "Level", "Part", "looked_at"]
