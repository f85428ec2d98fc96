"""A view of the store whose transactions are timed as one kind: each part of the process gets a view of its own."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager
from types import TracebackType

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.counting import Counting, Kind, Phase
from adapters.database import SqlStore
from adapters.database.store import SqlUnitOfWork
from bot.service.ports import StoreUnavailable


class TimedStore:
    """`store`, with its transactions counted as `kind`."""

    def __init__(self, store: SqlStore, kind: Kind, counting: Counting) -> None:
        self._store = store
        self._kind = kind
        self._counting = counting
        self.scrub = store.scrub

    @property
    def engine(self) -> AsyncEngine:
        """For the installation stores of Slack's SDK."""
        return self._store.engine

    def transaction(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return _TimedTransaction(self._store.transaction(), self._kind, self._counting)


class _TimedTransaction(AbstractAsyncContextManager[SqlUnitOfWork]):
    """A class, not a generator, for speed: see `adapters.database.sqlite.SqliteUnit`."""

    def __init__(self, timed: AbstractAsyncContextManager[SqlUnitOfWork], kind: Kind, counting: Counting) -> None:
        self._timed = timed
        self._kind = kind
        self._counting = counting

    async def __aenter__(self) -> SqlUnitOfWork:
        self._since = time.perf_counter()
        try:
            return await self._timed.__aenter__()
        except StoreUnavailable:
            self._counting.transaction_failed(self._kind)
            raise
        finally:
            self._ended("wait")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended("work")
        try:
            await self._timed.__aexit__(kind, error, trace)
        except StoreUnavailable:
            self._counting.transaction_failed(self._kind)
            raise
        finally:
            self._ended("commit")

    def _ended(self, phase: Phase) -> None:
        now = time.perf_counter()
        self._counting.transaction(self._kind, phase, now - self._since)
        self._since = now
