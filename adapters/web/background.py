"""Work that takes too long for a page: done in a thread, once for each state of what it is made from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import structlog

from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

T = TypeVar("T")

PATIENCE = 0.01  # seconds that a page waits for the result before it shows the one before


class Background(Generic[T]):
    """The result of the work on the latest state. One piece of work at a time."""

    def __init__(self) -> None:
        self._made: tuple[Hashable, T] | None = None
        self._work: asyncio.Task[None] | None = None

    async def of(self, state: Hashable, make: Callable[[], T]) -> tuple[T | None, bool]:
        """The latest result, None if there is none yet, and whether it is of `state`. If it is not, `make` is under
        way: who asks again in a moment gets its result. Raises what `make` raised, where it did so at once."""
        if self._made is None or self._made[0] != state:
            if self._work is None or self._work.done():
                self._work = asyncio.create_task(self._make(state, make))
                self._work.add_done_callback(_log_failure)
            await asyncio.wait({self._work}, timeout=PATIENCE)
            if self._work.done():
                self._work.result()
        if self._made is None:
            return None, False
        made_of, result = self._made
        return result, made_of == state

    async def _make(self, state: Hashable, make: Callable[[], T]) -> None:
        self._made = state, await asyncio.to_thread(make)


def _log_failure(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (error := work.exception()) is not None:
        log.error("web.background_failed", error=type(error).__name__, at=error_location(error))
