"""Slack wants to hear within three seconds that a request was heard, however slow its own Web API is just then. What is
done by then is done in the request; what takes longer goes on afterwards, and where that fails, the person is told."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any

import structlog

log = structlog.get_logger(__name__)

WINDOW = 2.0  # seconds that a request may take in all
LONGEST = 10.0  # seconds that what goes on afterwards may take
_until: ContextVar[float] = ContextVar("until")  # by the monotonic clock, of the request that is being answered


async def open_window(next: Callable[[], Awaitable[Any]]) -> None:
    """Bolt's middleware at the beginning of each request."""
    _until.set(time.monotonic() + WINDOW)
    await next()


def left() -> float:
    """Seconds until the request has to be answered."""
    now = time.monotonic()
    return max(0.0, _until.get(now + WINDOW) - now)


class Afterwards:
    """What goes on after its request was answered."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()

    async def in_time(
        self, work: Coroutine[Any, Any, Any], otherwise: Callable[[str], Awaitable[Any]] | None = None
    ) -> bool:
        """Whether `work` was done before the request has to be answered; it raises what `work` raises by then. What
        is not done goes on; where that fails, `otherwise` gets a reference that stands in the log too."""
        task = self._start(work)
        done, _ = await asyncio.wait({task}, timeout=left())
        if done:
            task.result()
            return True
        self._start(self._see_through(task, otherwise))
        return False

    async def close(self, within: float) -> None:
        """Let what is under way end, for so many seconds."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=within)
            for task in late:
                task.cancel()

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _see_through(self, task: asyncio.Task[Any], otherwise: Callable[[str], Awaitable[Any]] | None) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                await task
        except Exception as error:
            reference = secrets.token_hex(4)
            log.error("slack.not_shown", reference=reference, error=type(error).__name__)
            if otherwise is not None:
                await self._tell(otherwise, reference)

    async def _tell(self, otherwise: Callable[[str], Awaitable[Any]], reference: str) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                await otherwise(reference)
        except Exception as error:
            log.error("slack.not_told", reference=reference, error=type(error).__name__)
