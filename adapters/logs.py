"""Log lines: one event a line, as text for people or as JSON for programs. No message text, no secret.

Libraries write out what they are sent: bodies, addresses, tracebacks with the values in them. So of what is logged
outside our own code, nothing is kept but the level, the logger, where in the source it was, and the type of the error.
The record itself is made without the rest, so that no handler gets it, whoever adds one and whatever the level is.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import warnings
from collections.abc import Callable, MutableMapping
from types import TracebackType
from typing import Any

import structlog

from bot.service.error_location import error_location

OWN = frozenset({"adapters", "bot"})  # packages whose lines are ours to answer for
# Of libraries, those whose lines are known to hold nothing but names of their own.
PLAIN = frozenset({"alembic.runtime.migration"})
# The costly ones are not even asked to make a record.
COSTLY = ("aiohttp.access", "sqlalchemy", "slack_bolt", "slack_sdk", "botbuilder", "msrest", "alembic")
UNSAID = "library.logged"  # what stands in the place of a library's words

log = structlog.get_logger(__name__)
_Made = Callable[..., logging.LogRecord]


def configure(format: str) -> None:
    """`format`: "text" or "json". What libraries log goes the same way, from warnings upward. So does what would
    otherwise be printed with everything in it: warnings, and errors that nobody caught."""
    handler = _Handler(sys.stderr)
    handler.addFilter(_is_worth_a_line)
    handler.setFormatter(formatter(format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in COSTLY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, only_the_type, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    hush()
    warnings.showwarning = _warned
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread


def formatter(format: str) -> logging.Formatter:
    """What makes a record a line."""
    drawn: Any = (
        structlog.processors.JSONRenderer()
        if format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, only_the_type, _of_the_record],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, drawn],
    )


def hush() -> None:
    """From here on libraries' records are made without content."""
    made = logging.getLogRecordFactory()
    if not isinstance(made, _WithoutContent):
        logging.setLogRecordFactory(_WithoutContent(made))


def is_own(logger: str) -> bool:
    """Whether the lines of `logger` are taken as they are."""
    return logger.partition(".")[0] in OWN or logger in PLAIN


class _WithoutContent:
    """Makes records without tracebacks; those of libraries without their words and their arguments as well."""

    def __init__(self, made: _Made) -> None:
        self._made = made

    def __call__(
        self, name: Any, level: int, path: str, line: int, words: Any, args: Any, error: Any, func: Any = None, *_: Any
    ) -> logging.LogRecord:
        if not name:  # an empty one, to be filled from another
            return self._made(name, level, path, line, words, args, error, func)
        raised = error[1] if isinstance(error, tuple) else error if isinstance(error, BaseException) else None
        if is_own(name):
            record = self._made(name, level, path, line, words, args, None, func)
        else:
            at = f" raised_at={error_location(raised)}" if raised else ""
            record = self._made(name, level, path, line, f"{UNSAID} at={path}:{line}{at}", (), None, func)
        record.error_type_ = type(raised).__name__ if raised else ""  # no name that a library gives to an `extra`
        return record


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Below a warning, a library's line without its words says nothing."""
    return is_own(record.name) or record.levelno >= logging.WARNING


class _Handler(logging.StreamHandler[Any]):
    def handleError(self, record: logging.LogRecord) -> None:
        """A line that can't be written: the standard library prints its arguments instead."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f"a log line could not be written: logger={record.name} level={record.levelname}\n")


def only_the_type(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """In the place of an error its type: a traceback may hold what a person wrote."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if found:
        error = found if isinstance(found, BaseException) else found[1] if isinstance(found, tuple) else sys.exception()
        event["error"] = type(error).__name__
    return event


def _of_the_record(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The error that `hush` noted on it; and for a library's record that somebody made by hand, what `hush` does."""
    record = event["_record"]
    if error := getattr(record, "error_type_", ""):
        event["error"] = error
    if not is_own(record.name) and not str(event["event"]).startswith(UNSAID):
        event["event"] = f"{UNSAID} at={record.pathname}:{record.lineno}"
    return event


_SHARED: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _warned(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
) -> None:
    log.warning("python.warning", category=category.__name__, at=f"{filename}:{lineno}")


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("python.uncaught", error=kind.__name__, at=error_location(error))


def _uncaught_in_thread(args: Any) -> None:
    if args.exc_value is not None:
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _unraisable(args: Any) -> None:
    log.error(
        "python.unraisable", error=args.exc_type.__name__, at=error_location(args.exc_value) if args.exc_value else ""
    )
