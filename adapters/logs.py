"""Log lines: one event a line, as text for people or as JSON for programs. No message text, no secret."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

NOISY = ("aiohttp.access", "sqlalchemy", "slack_bolt", "slack_sdk", "botbuilder", "msrest", "alembic")


def configure(format: str) -> None:
    """`format`: "text" or "json". What the libraries log goes the same way, from warnings upward."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    drawn: Any = (
        structlog.processors.JSONRenderer()
        if format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    # The traceback of an error in a library may hold what a person wrote: only its type is logged.
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, _only_the_type],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, drawn],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _only_the_type(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    found = event.pop("exc_info", None)
    if found:
        error = found[1] if isinstance(found, tuple) else sys.exc_info()[1]
        event["error"] = type(error).__name__
    return event
