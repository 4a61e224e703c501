"""Lines of the log: JSON in production, words in the demo. Neither holds personal data: no names, no addresses, no
values of a query, no words of an exception unless a machine made them."""

import re
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

WITHOUT_VALUES = ("django.request", "django.security", "django.server", "celery.app.trace", "axes", "allauth")
"""Their messages hold paths, host names as visitors send them, user names, words of exceptions: told without values."""
QUIET = {
    "celery.app.trace": "WARNING",
    "celery.worker.strategy": "WARNING",
    "celery.beat": "WARNING",
    "axes": "ERROR",
    "fontTools": "ERROR",
    "weasyprint": "ERROR",
    "django.request": "CRITICAL",  # config.watching.requests tells them, under their numbers
}
PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # mail
    r"|(?<!\d)1[3-9]\d{9}(?!\d)"  # mobile
    r"|(?<!\d)[1-9]\d{16}[\dXx](?!\d)"  # identity card
)
MASK = "…"
DEEPEST_FRAMES = 12
MACHINES = (
    "django.db.utils.OperationalError",
    "django.db.utils.InterfaceError",
    "redis.",
    "kombu.",
    "builtins.OSError",
)
"""Exceptions whose words are about machines. All others may quote what somebody typed."""


def set_up() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *COMMON,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_of(form: str, level: str) -> dict[str, Any]:
    """LOGGING for Django, gunicorn and Celery alike. form: "json" or "line"."""
    last: list[Processor] = [structlog.processors.JSONRenderer(ensure_ascii=False)]
    if form == "line":
        last = [structlog.dev.ConsoleRenderer(colors=False)]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "told": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*opening(form), *COMMON],
                "processors": [*closing(form), structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "told"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {name: {"level": least} for name, least in QUIET.items()},
    }


def opening(form: str) -> list[Processor]:
    return [without_values] if form == "json" else []


def closing(form: str) -> list[Processor]:
    """In the demo an exception is shown with its words, for whoever develops."""
    return [tell_exception, mask] if form == "json" else []


def without_values(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    record = event["_record"]
    if record.name.startswith("django.security"):  # an exception's words, not a template
        event["event"] = "refused by Django's own guards"
    elif record.name.startswith(WITHOUT_VALUES):
        event["event"] = str(record.msg)
    return event


def tell_exception(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Type, place and causes; the words only where a machine made them."""
    given = event.pop("exc_info", None)
    event.pop("exception", None)
    error = _error_of(given)
    if error is not None:
        event["exception"] = [told(each) for each in chain(error)]
        event.pop("error", None)
    return event


def _error_of(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return found


def told(error: BaseException) -> dict[str, Any]:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    words = {"words": str(error)[:500]} if is_of_machines(error) else {}
    state = getattr(error, "sqlstate", None)
    return {"type": kind, **words, **({"sqlstate": state} if state else {}), "at": places(error.__traceback__)}


def is_of_machines(error: BaseException) -> bool:
    kinds = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return any(kind.startswith(MACHINES) for kind in kinds)


def places(trace: TracebackType | None) -> list[str]:
    """The innermost calls, outermost first: file:line function."""
    frames = traceback.extract_tb(trace)[-DEEPEST_FRAMES:]
    return [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def mask(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A net below the rules: what looks like somebody's mail address, mobile number or identity card."""
    return {key: value if key.startswith("_") else _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return PERSONAL.sub(MASK, value)
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value


COMMON: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]
