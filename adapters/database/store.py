"""`bot.service.ports.Store` on a database: one unit of work is one transaction on one connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from types import TracebackType

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.database.connection import Connection, Pool
from adapters.database.conversations import SqlConversations, SqlDeliveries
from adapters.database.ended_sessions import SqlEndedSessions
from adapters.database.engine import BUSY_SECONDS, create_engine, database_url
from adapters.database.outbox import SqlOutbox, SqlSubscriptions
from adapters.database.people import delete_channel, delete_tenant, forget
from adapters.database.records import SqlFeedback, SqlGaps, SqlPosts, SqlQuestions, SqlRecommendations
from adapters.database.references import SqlReferences
from adapters.database.shown_replies import SqlShownReplies
from adapters.database.sqlite import SqliteQueue
from adapters.database.transcripts import SqlTranscripts
from bot.domain.records import DeletionCounts, Person
from bot.service.ports import OutcomeUnknown, StoreUnavailable


class SqlUnitOfWork:
    """The repositories on one connection, created on first use."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.forgot = False  # somebody's data was deleted

    @cached_property
    def conversations(self) -> SqlConversations:
        return SqlConversations(self._connection)

    @cached_property
    def deliveries(self) -> SqlDeliveries:
        return SqlDeliveries(self._connection)

    @cached_property
    def recommendations(self) -> SqlRecommendations:
        return SqlRecommendations(self._connection)

    @cached_property
    def posts(self) -> SqlPosts:
        return SqlPosts(self._connection)

    @cached_property
    def feedback(self) -> SqlFeedback:
        return SqlFeedback(self._connection)

    @cached_property
    def shown_replies(self) -> SqlShownReplies:
        return SqlShownReplies(self._connection)

    @cached_property
    def gaps(self) -> SqlGaps:
        return SqlGaps(self._connection)

    @cached_property
    def questions(self) -> SqlQuestions:
        return SqlQuestions(self._connection)

    @cached_property
    def subscriptions(self) -> SqlSubscriptions:
        return SqlSubscriptions(self._connection)

    @cached_property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self._connection)

    @cached_property
    def references(self) -> SqlReferences:
        return SqlReferences(self._connection)

    @cached_property
    def transcripts(self) -> SqlTranscripts:
        return SqlTranscripts(self._connection)

    @cached_property
    def ended_sessions(self) -> SqlEndedSessions:
        return SqlEndedSessions(self._connection)

    async def forget(self, person: Person) -> DeletionCounts:
        self.forgot = True
        return await forget(self._connection, person)

    async def delete_tenant(self, surface: str, tenant: str) -> int:
        self.forgot = True
        return await delete_tenant(self._connection, surface, tenant)

    async def delete_channel(self, surface: str, tenant: str, channel: str) -> int:
        self.forgot = True
        return await delete_channel(self._connection, surface, tenant, channel)


FAILURES = (SQLAlchemyError, sqlite3.Error, OSError)


class _Transaction(AbstractAsyncContextManager[SqlUnitOfWork, None]):
    """Maps errors of the database to those of the port. A class, not a generator, for speed: see `SqliteUnit`."""

    def __init__(self, transaction: AbstractAsyncContextManager[Connection], on_forgotten: Callable[[], None]) -> None:
        self._transaction = transaction
        self._on_forgotten = on_forgotten

    async def __aenter__(self) -> SqlUnitOfWork:
        try:
            self._unit = SqlUnitOfWork(await self._transaction.__aenter__())
            return self._unit
        except FAILURES as error:
            raise StoreUnavailable(_summary(error)) from error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._transaction.__aexit__(kind, error, trace)
        except FAILURES as failure:
            raise (StoreUnavailable if error else OutcomeUnknown)(_summary(failure)) from failure
        if isinstance(error, FAILURES):
            raise StoreUnavailable(_summary(error)) from error
        if error is None and self._unit.forgot:
            self._on_forgotten()


class SqlStore:
    """`bot.service.ports.Store` on SQLite or PostgreSQL. The schema has to be there: see `adapters.database.schema`."""

    def __init__(self, engine: AsyncEngine, queue: SqliteQueue | None = None) -> None:
        """`queue`: runs the transactions if the database is SQLite."""
        self._engine = engine
        self._queue = queue
        self._has_traces = True  # of deleted rows: an earlier process may have left some
        self._begin: Callable[[], AbstractAsyncContextManager[Connection]] = (queue or Pool(engine)).begin

    @classmethod
    def at(cls, url: str) -> SqlStore:
        """A store at `url`: `sqlite:///FILE` or `postgresql://…`. Opens no connection. Raises ValueError for others."""
        engine = create_engine(url)
        if engine.dialect.name != "sqlite":
            return cls(engine)
        return cls(engine, SqliteQueue(database_url(url, asynchronous=False), busy_seconds=BUSY_SECONDS))

    @property
    def engine(self) -> AsyncEngine:
        """For the installation stores of Slack's SDK."""
        return self._engine

    def transaction(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return _Transaction(self._begin(), self._note_traces)

    def _note_traces(self) -> None:
        self._has_traces = True

    async def scrub(self) -> None:
        """Remove traces of deleted rows from the SQLite file and its write-ahead log; PostgreSQL does so itself
        (autovacuum). Raises StoreUnavailable."""
        if self._queue is None:
            return
        had, self._has_traces = self._has_traces, False
        try:
            done = await self._queue.scrub(whole=had)
        except FAILURES as error:
            self._has_traces = had
            raise StoreUnavailable(_summary(error)) from error
        self._has_traces = self._has_traces or (had and not done)

    def stop_waiting(self, within: float) -> None:
        """Before the process ends: after `within` seconds transactions fail at once where another process writes."""
        if self._queue is not None:
            self._queue.stop_waiting(within)

    async def close(self) -> None:
        if self._queue:
            await self._queue.close()
        await self._engine.dispose()


def _summary(error: Exception) -> str:
    """The types of the error and the database's error code, without values and statements."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or ""
    return f"{type(error).__name__} {type(cause).__name__} {code}".strip()
