"""SQLite with group commit: transactions run one after another on one connection, and several share a commit.

A statement is faster than a thread switch, so statements run in the event loop. A commit waits for the disk, so it runs
in a thread, and all units of work that end before it begins share it (DeWitt et al., Implementation Techniques for Main
Store Database Systems, SIGMOD 1984). Each unit has its own savepoint, so one that fails is rolled back alone. A unit
ends only after the commit. With 16 concurrent turns this triples the throughput of one commit for each
(`bench/commits.py`; docs/adr/0005 has the figures and the alternatives).
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, NamedTuple, cast

from sqlalchemy import URL, ClauseElement, CursorResult, Dialect, Engine, Executable, Select, create_engine, event
from sqlalchemy.sql.compiler import SQLCompiler

from adapters.database.connection import StatementResult
from adapters.database.engine import is_read_only, secure_deletion

BUSY_POLL = 0.005  # seconds between two attempts to get the write lock from another process

Group = asyncio.Future[None]
"""Resolves when the shared commit is done; its exception is that of the commit."""


class SqliteQueue:
    """The queue of transactions on one SQLite file. Methods raise sqlite3.Error or SQLAlchemyError."""

    def __init__(self, url: URL, *, busy_seconds: float) -> None:
        """Opens no connection. `busy_seconds`: how long a unit waits in the queue, and for other processes."""
        self._engine = create_engine(
            url,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",  # transactions are controlled here
            connect_args={"check_same_thread": False, "timeout": busy_seconds},
        )
        event.listen(self._engine, "connect", secure_deletion)
        event.listen(self._engine, "connect", _set_up)
        self._busy_seconds = busy_seconds
        self._last_wait_until = math.inf  # by the loop's clock; from then on no unit waits for another process
        self._lock = asyncio.Lock()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._group: Group | None = None
        self._ending: asyncio.Task[None] | None = None
        self._open: SqliteConnection | None = None
        self._read_only = False  # what is open: then it is opened anew before the next group

    def begin(self) -> SqliteUnit:
        return SqliteUnit(self)

    async def enter(self) -> tuple[SqliteConnection, Group]:
        """Wait for the turn, and begin a unit of work."""
        await self._acquire()
        try:
            if self._read_only and self._open and self._group is None:
                self._open.close()
                self._open = None
            connection = self._open or await self._connect()
            group = self._group or await self._begin_group(connection.driver)
            connection.driver.execute("SAVEPOINT unit")
        except BaseException as error:
            self._note_read_only(error)
            self._lock.release()
            raise
        return connection, group

    def leave(self, connection: SqliteConnection, group: Group, error: BaseException | None) -> None:
        """End the unit, rolled back if there is an error, and let the next one begin."""
        try:
            if error is None:
                connection.driver.execute("RELEASE unit")
            else:
                self._note_read_only(error)
                self._roll_back(connection.driver, group, error)
        finally:
            self._lock.release()

    def stop_waiting(self, within: float) -> None:
        """Let all units together wait for other processes `within` seconds more, then fail at once where they had to.
        For the end of the process, which must not take as long as all who are in line would wait in turn."""
        self._last_wait_until = asyncio.get_running_loop().time() + within

    async def close(self) -> None:
        """Commit what is pending and close."""
        async with self._lock:
            if self._open:
                if self._group:
                    await self._commit(self._group, self._open.driver)
                self._open.close()
                self._open = None
        self._engine.dispose()
        self._disk.shutdown(wait=False)

    async def scrub(self, *, whole: bool) -> bool:
        """Truncate the write-ahead log, which still holds deleted rows. `whole`: VACUUM too, as pages that SQLite split
        or merged can hold fragments of them. False if another process is reading: then it must be tried again."""
        async with self._lock:
            connection = self._open or await self._connect()
            if self._group:
                await self._commit(self._group, connection.driver)
            return await asyncio.get_running_loop().run_in_executor(self._disk, _scrub, connection.driver, whole)

    async def _acquire(self) -> None:
        if not self._lock.locked():
            await self._lock.acquire()
            return
        try:
            async with asyncio.timeout(self._busy_seconds):
                await self._lock.acquire()
        except TimeoutError:
            raise sqlite3.OperationalError("the queue is too long") from None

    async def _connect(self) -> SqliteConnection:
        self._open = await asyncio.get_running_loop().run_in_executor(self._disk, SqliteConnection, self._engine)
        self._read_only = False
        return self._open

    def _note_read_only(self, error: BaseException) -> None:
        self._read_only = self._read_only or is_read_only(getattr(error, "orig", error))

    async def _begin_group(self, driver: sqlite3.Connection) -> Group:
        """Begin with the write lock, so that no unit fails because another process wrote meanwhile."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._busy_seconds
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or loop.time() > min(
                    until, self._last_wait_until
                ):
                    raise
                await asyncio.sleep(BUSY_POLL)
            else:
                break
        self._group = group = loop.create_future()
        group.add_done_callback(_retrieve)
        self._ending = asyncio.create_task(self._end_group(group))
        return group

    def _roll_back(self, driver: sqlite3.Connection, group: Group, error: BaseException) -> None:
        """Roll back one unit. After some errors, such as a full disk, SQLite has rolled back the whole group."""
        if driver.in_transaction:
            driver.execute("ROLLBACK TO unit")
            driver.execute("RELEASE unit")
        else:
            self._group = None
            group.set_exception(sqlite3.OperationalError(f"rolled back with another unit: {type(error).__name__}"))

    async def _end_group(self, group: Group) -> None:
        """Commit after all units that are in the queue already: they share it."""
        async with self._lock:
            if self._group is group and self._open:
                await self._commit(group, self._open.driver)

    async def _commit(self, group: Group, driver: sqlite3.Connection) -> None:
        self._group = None
        try:
            await asyncio.get_running_loop().run_in_executor(self._disk, _commit, driver)
        except sqlite3.Error as error:
            group.set_exception(error)
        else:
            group.set_result(None)


class SqliteUnit(AbstractAsyncContextManager["SqliteConnection", None]):
    """A unit of work: rolled back if the block raises, else committed at its end. A class, as the event loop's
    bookkeeping for an async generator takes as long as a statement."""

    def __init__(self, queue: SqliteQueue) -> None:
        self._queue = queue

    async def __aenter__(self) -> SqliteConnection:
        self._connection, self._group = await self._queue.enter()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue.leave(self._connection, self._group, error)
        if error is None:
            await asyncio.shield(self._group)


class Compiled(NamedTuple):
    """A compiled statement."""

    text: str
    names: Sequence[str]  # of the parameters, in order
    constants: Mapping[str, Any]  # parameters whose value is part of the statement
    returns_rows: bool

    @classmethod
    def of(cls, statement: Executable, parameters: Mapping[str, Any], dialect: Dialect) -> Compiled:
        assert isinstance(statement, ClauseElement)  # noqa: S101
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=list(parameters)))
        returns_rows = isinstance(statement, Select)
        return cls(str(compiled), compiled.positiontup or (), compiled.params, returns_rows)


class SqliteConnection:
    """A `Connection` that calls the driver without a thread. Statements of `run` are compiled by SQLAlchemy once and
    cached: a look-up takes 6 µs instead of 38."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        self.driver = cast(sqlite3.Connection, self._connection.connection.driver_connection)
        self.dialect: Dialect = engine.dialect
        self._compiled: dict[tuple[object, ...], Compiled] = {}  # by statement and parameter names

    async def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        result: CursorResult[Any] = self._connection.execute(statement, parameters)
        return result

    async def run(self, statement: Executable, parameters: Mapping[str, Any]) -> StatementResult:
        key = (statement, *parameters)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = Compiled.of(statement, parameters, self.dialect)
        constants = compiled.constants
        values = [parameters[name] if name in parameters else constants[name] for name in compiled.names]
        cursor = self.driver.execute(compiled.text, values)
        return StatementResult(cursor.fetchall() if compiled.returns_rows else (), cursor.rowcount)

    def close(self) -> None:
        self._connection.invalidate()  # else the pool keeps it
        self._connection.close()


def _set_up(driver: sqlite3.Connection, _: object) -> None:
    driver.execute("PRAGMA journal_mode = WAL")
    driver.execute("PRAGMA synchronous = FULL")  # a reply is sent after its commit, which survives a power failure
    driver.execute("PRAGMA busy_timeout = 0")  # from now on `_begin_group` waits, without blocking the event loop


def _commit(driver: sqlite3.Connection) -> None:
    try:
        driver.execute("COMMIT")
    except sqlite3.Error:
        if driver.in_transaction:
            driver.execute("ROLLBACK")
        raise


def _scrub(driver: sqlite3.Connection, whole: bool) -> bool:
    try:
        if whole:
            driver.execute("VACUUM")
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        return False
    return not busy


def _retrieve(group: Group) -> None:
    """Retrieve the exception, as asyncio warns of those that nobody awaited."""
    if not group.cancelled():
        group.exception()
