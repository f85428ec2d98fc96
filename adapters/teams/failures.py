"""When a turn fails: the person gets a plain sentence with a reference, the operator a log line with the same one."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from adapters.admission import Busy
from bot.commands.notices import unsure
from bot.domain.messages import Reply
from bot.domain.phrases import Phrases
from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

T = TypeVar("T")


async def guarded(say: Phrases, work: Callable[[], Awaitable[T]]) -> T | Reply:
    """The result of `work`; where it raises, a notice. Whether the turn was taken before that is not known here, and
    the notice says so. Raises Busy: then it was not."""
    try:
        return await work()
    except Busy:
        raise
    except Exception as error:
        reference = secrets.token_hex(4)
        # The text of an exception can hold what the person wrote, so only its type and origin are logged.
        log.error("teams.turn_failed", reference=reference, error=type(error).__name__, at=error_location(error))
        return unsure(say, reference)
