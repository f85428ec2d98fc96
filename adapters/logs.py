"""Log lines: one event a line, as text for people or as JSON for programs. No message text, no secret.

Libraries log what they receive: bodies, addresses, tracebacks with values in them. So a record of any logger but ours
is reduced to its level, logger name, source location and error type. This happens when the record is created, so no
handler sees the rest, at any level.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, MutableMapping
from types import TracebackType
from typing import Any

import structlog

from bot.service.error_location import error_location

OWN = frozenset({"adapters", "bot"})  # packages whose records are logged in full
# Loggers of libraries that are logged in full: they name migrations only.
PLAIN = frozenset({"alembic.runtime.migration"})
# Loggers that create records often: below WARNING they are switched off.
NOISY = ("aiohttp.access", "sqlalchemy", "slack_bolt", "slack_sdk", "botbuilder", "msrest", "alembic")
UNWRITTEN = "logs.line_not_written"
REDACTED = "library.logged"  # the event of a reduced record

log = structlog.get_logger(__name__)
_RecordFactory = Callable[..., logging.LogRecord]


def configure(format: str) -> None:
    """Log to standard error in `format`, "text" or "json": our own records from INFO, those of libraries (reduced) from
    WARNING, and Python's warnings and uncaught errors without their text."""
    handler = _Handler(sys.stderr, format)
    handler.addFilter(_is_worth_a_line)
    handler.setFormatter(formatter(format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, error_type_only, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    redact_libraries()
    warnings.showwarning = _warned
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread


def to_stderr() -> None:
    """For commands other than `serve`: structlog's own console output on standard error, not on standard output."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def formatter(format: str) -> logging.Formatter:
    """A formatter for `format`, "text" or "json"."""
    drawn: Any = (
        structlog.processors.JSONRenderer()
        if format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, error_type_only, _from_record],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, drawn],
    )


def redact_libraries() -> None:
    """Install the record factory that reduces the records of libraries. Idempotent."""
    factory = logging.getLogRecordFactory()
    if not isinstance(factory, _RedactingFactory):
        logging.setLogRecordFactory(_RedactingFactory(factory))


def is_own(logger: str) -> bool:
    """True if records of `logger` are logged in full."""
    return logger.partition(".")[0] in OWN or logger in PLAIN


class _RedactingFactory:
    """Creates records without traceback; those of libraries without message and arguments too."""

    def __init__(self, factory: _RecordFactory) -> None:
        self._factory = factory

    def __call__(
        self, name: Any, level: int, path: str, line: int, words: Any, args: Any, error: Any, func: Any = None, *_: Any
    ) -> logging.LogRecord:
        if not name:  # `logging.makeLogRecord`: an empty one, to be filled
            return self._factory(name, level, path, line, words, args, error, func)
        raised = error[1] if isinstance(error, tuple) else error if isinstance(error, BaseException) else None
        if is_own(name):
            record = self._factory(name, level, path, line, words, args, None, func)
        else:
            at = f" raised_at={error_location(raised)}" if raised else ""
            record = self._factory(name, level, path, line, f"{REDACTED} at={path}:{line}{at}", (), None, func)
        record.error_type_ = type(raised).__name__ if raised else ""  # a name that no library uses as `extra`
        return record


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Filter: reduced records below WARNING tell nothing."""
    return is_own(record.name) or record.levelno >= logging.WARNING


class _Handler(logging.StreamHandler[Any]):
    def __init__(self, stream: Any, format: str) -> None:
        super().__init__(stream)
        self._format = format

    def handleError(self, record: logging.LogRecord) -> None:
        """Report that a line can't be written; the standard library would print its arguments."""
        lost = {"event": UNWRITTEN, "logger": record.name, "level": record.levelname.lower()}
        line = json.dumps(lost) if self._format == "json" else " ".join(f"{key}={lost[key]}" for key in lost)
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f"{line}\n")


def error_type_only(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: replace exception info by the error's type, as a traceback may hold what a person wrote."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if found:
        error = found if isinstance(found, BaseException) else found[1] if isinstance(found, tuple) else sys.exception()
        event["error"] = type(error).__name__
    return event


def _from_record(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: the error type that the factory noted; and reduce a library's record that did not come from it."""
    record = event["_record"]
    if error := getattr(record, "error_type_", ""):
        event["error"] = error
    if not is_own(record.name) and not str(event["event"]).startswith(REDACTED):
        event["event"] = f"{REDACTED} at={record.pathname}:{record.lineno}"
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
