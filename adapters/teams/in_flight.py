"""Requests that are under way: who wants the same meanwhile waits for the same outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class InFlight(Generic[K, T]):
    """At most one call for each key at a time."""

    def __init__(self) -> None:
        self._tasks: dict[K, asyncio.Task[T]] = {}

    def start(self, key: K, call: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        """The call that is under way for `key`, else a new one. It goes on where nobody waits for it any more."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(_run(call))
            task.add_done_callback(lambda done: self._ended(key, done))
        return task

    async def run(self, key: K, call: Callable[[], Awaitable[T]]) -> T:
        """The outcome of the call for `key`, its exception too."""
        return await asyncio.shield(self.start(key, call))

    def cancel(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    def _ended(self, key: K, task: asyncio.Task[T]) -> None:
        del self._tasks[key]
        if not task.cancelled():
            task.exception()  # marks it as retrieved, as nobody may be waiting for it


async def _run(call: Callable[[], Awaitable[T]]) -> T:
    return await call()
