"""How a command ends that can't do its work: in words on standard error, with an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import typer

from adapters import logs
from adapters.settings import SettingsError, log_format

log = structlog.get_logger(__name__)


def explained(error: Exception) -> tuple[list[str], int]:
    """What to print of an error in what the operator gave, and the exit code: 2 for settings, else 1."""
    from bot.knowledge.problems import KnowledgeError

    if isinstance(error, SettingsError):
        return error.problems, 2
    if isinstance(error, KnowledgeError):
        count = len(error.problems)
        errors = f"{count} error{'' if count == 1 else 's'}"
        last = f"The knowledge folder has {errors}. Correct them and run this again."
        return [*(str(problem) for problem in error.problems), last], 1
    return [str(error)], 1


@contextmanager
def in_the_form_of_the_log() -> Iterator[None]:
    """For `serve`: from here on all of standard error has the form that LOG_FORMAT names, also why the start failed."""
    format = log_format()
    logs.configure(format)
    from adapters.server import ServeError
    from bot.knowledge.problems import KnowledgeError

    try:
        yield
    except (ServeError, KnowledgeError, SettingsError) as error:
        lines, code = explained(error)
        for line in lines:
            if format == "json":
                log.critical("server.not_started", problem=line)
            else:
                typer.echo(line, err=True)
        raise SystemExit(code) from None
