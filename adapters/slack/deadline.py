"""The time limit of a request: Slack wants an answer within three seconds, however slow its own Web API is. Work that
takes longer continues in the background, and the person is told where it fails."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any

import structlog

from adapters.admission import seconds_since_arrival
from adapters.slack.remedies import explained
from bot.service.error_location import error_location

log = structlog.get_logger(__name__)

WINDOW = 2.0  # seconds that a request may take in all
LONGEST = 10.0  # seconds that background work may take
_until: ContextVar[float] = ContextVar("until")  # the end of the current request's window, by the monotonic clock

OnFailure = Callable[[str], Awaitable[Any]]
"""Tells the person that something failed. Takes the reference that the log has too."""


class NotInTime(Exception):
    """What the person is to be told is neither stored nor shown when the request has to be answered. It goes on in the
    background, but a request that is acknowledged now would be lost with this process."""


def open_window() -> None:
    """To be called at the beginning of each request. What it has waited for before is taken off."""
    _until.set(time.monotonic() - seconds_since_arrival() + WINDOW)


def seconds_left() -> float:
    """Seconds until the current request has to be answered."""
    now = time.monotonic()
    return max(0.0, _until.get(now + WINDOW) - now)


async def unhurried(work: Awaitable[None]) -> None:
    """Wait for `work`, which may take up to `LONGEST`: to be run in a task, beyond the end of its request."""
    _until.set(time.monotonic() + LONGEST)
    await work


class BackgroundWork:
    """Runs what a request starts, beyond its end where necessary."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def in_time(self, work: Coroutine[Any, Any, Any], on_failure: OnFailure | None = None) -> bool:
        """True if `work` ended before the request has to be answered; raises what it raised by then. Else it continues,
        and `on_failure` is called where it fails."""
        task = self._start(work)
        done, _ = await asyncio.wait({task}, timeout=seconds_left())
        if done:
            task.result()
            return True
        self._start(self._finish(task, on_failure))
        return False

    async def close(self, within: float) -> None:
        """Wait up to `within` seconds for what is running, then cancel it."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within)
            for task in late:
                task.cancel()

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _finish(self, task: asyncio.Task[Any], on_failure: OnFailure | None) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                await task
        except Exception as error:
            reference = secrets.token_hex(4)
            at = error_location(error)
            log.error("slack.not_shown", reference=reference, error=type(error).__name__, at=at, **explained(error))
            if on_failure is not None:
                await self._tell(on_failure, reference)

    async def _tell(self, on_failure: OnFailure, reference: str) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                await on_failure(reference)
        except Exception as error:
            at = error_location(error)
            log.error("slack.not_told", reference=reference, error=type(error).__name__, at=at, **explained(error))
