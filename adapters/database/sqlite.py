"""SQLite: units of work in line on one connection, and one commit for all that end close together.

A statement takes less time than a trip to another thread, so statements run in the event loop. A commit waits for the
disk, so it runs in a thread, and units that are taken in until it begins share it ("group commit": DeWitt et al.,
Implementation Techniques for Main Store Database Systems, SIGMOD 1984). Each stands in a savepoint of its own: one
that fails is undone alone. None is said to be done before the commit. With 16 turns at once that is three times the
throughput of a commit for each (`bench/commits.py`; docs/adr/0005 has the figures and what was not taken).
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

from adapters.database.connection import Ran
from adapters.database.engine import leave_nothing

ASK_AGAIN = 0.005  # seconds between two looks whether another process is done with its writing

Group = asyncio.Future[None]
"""The units that share a commit; done when it is."""


class SqliteLine:
    """The way to one SQLite file. Methods raise sqlite3.Error or SQLAlchemyError."""

    def __init__(self, url: URL, *, busy_seconds: float) -> None:
        """Opens nothing yet. `busy_seconds`: how long a unit waits for its turn, and for other processes."""
        self._engine = create_engine(
            url,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",  # transactions are begun and ended here
            connect_args={"check_same_thread": False, "timeout": busy_seconds},
        )
        event.listen(self._engine, "connect", leave_nothing)
        event.listen(self._engine, "connect", _set_up)
        self._busy_seconds = busy_seconds
        self._last_wait_until = math.inf  # by the loop's clock; from then on no unit waits for another process
        self._in_line = asyncio.Lock()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._group: Group | None = None
        self._ending: asyncio.Task[None] | None = None
        self._open: SqliteConnection | None = None

    def begin(self) -> SqliteUnit:
        return SqliteUnit(self)

    async def enter(self) -> tuple[SqliteConnection, Group]:
        """Wait in line, and begin a unit."""
        await self._wait_in_line()
        try:
            connection = self._open or await self._connect()
            group = self._group or await self._begin_group(connection.driver)
            connection.driver.execute("SAVEPOINT unit")
        except BaseException:
            self._in_line.release()
            raise
        return connection, group

    def leave(self, connection: SqliteConnection, group: Group, error: BaseException | None) -> None:
        """End the unit, undone where there is an error, and let the next one in."""
        try:
            if error is None:
                connection.driver.execute("RELEASE unit")
            else:
                self._undo(connection.driver, group, error)
        finally:
            self._in_line.release()

    def stop_waiting(self, within: float) -> None:
        """Let all units together wait for other processes `within` seconds more, then fail at once where they had to.
        For the end of the process, which must not take as long as all who are in line would wait in turn."""
        self._last_wait_until = asyncio.get_running_loop().time() + within

    async def close(self) -> None:
        """End after what is under way."""
        async with self._in_line:
            if self._open:
                if self._group:
                    await self._commit(self._group, self._open.driver)
                self._open.close()
                self._open = None
        self._engine.dispose()
        self._disk.shutdown(wait=False)

    async def scrub(self, *, whole: bool) -> bool:
        """Empty the log that SQLite writes ahead, which keeps what was deleted since it was written, and where `whole`,
        write the file anew: on pages that SQLite parted or joined, bits of deleted rows can be left. False where
        another process reads, so that it has to be tried again."""
        async with self._in_line:
            connection = self._open or await self._connect()
            if self._group:
                await self._commit(self._group, connection.driver)
            return await asyncio.get_running_loop().run_in_executor(self._disk, _scrub, connection.driver, whole)

    async def _wait_in_line(self) -> None:
        if not self._in_line.locked():
            await self._in_line.acquire()
            return
        try:
            async with asyncio.timeout(self._busy_seconds):
                await self._in_line.acquire()
        except TimeoutError:
            raise sqlite3.OperationalError("the line is too long") from None

    async def _connect(self) -> SqliteConnection:
        self._open = await asyncio.get_running_loop().run_in_executor(self._disk, SqliteConnection, self._engine)
        return self._open

    async def _begin_group(self, driver: sqlite3.Connection) -> Group:
        """Begin with the write lock, so that no unit has to be undone because another process wrote meanwhile."""
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
                await asyncio.sleep(ASK_AGAIN)
            else:
                break
        self._group = group = loop.create_future()
        group.add_done_callback(_heard)
        self._ending = asyncio.create_task(self._end_group(group))
        return group

    def _undo(self, driver: sqlite3.Connection, group: Group, error: BaseException) -> None:
        """Undo a unit alone. After some failures, a full disk for one, SQLite has undone the whole group."""
        if driver.in_transaction:
            driver.execute("ROLLBACK TO unit")
            driver.execute("RELEASE unit")
        else:
            self._group = None
            group.set_exception(sqlite3.OperationalError(f"undone with another unit: {type(error).__name__}"))

    async def _end_group(self, group: Group) -> None:
        """Behind all who are in line already: they belong to the group too."""
        async with self._in_line:
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
    """A unit of work: undone when the block raises, else committed when this ends. A class, and not a generator, of
    which the event loop would keep account: that takes as long as a statement."""

    def __init__(self, line: SqliteLine) -> None:
        self._line = line

    async def __aenter__(self) -> SqliteConnection:
        self._connection, self._group = await self._line.enter()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.leave(self._connection, self._group, error)
        if error is None:
            await asyncio.shield(self._group)


class Compiled(NamedTuple):
    """A statement as the driver takes it."""

    text: str
    names: Sequence[str]  # of its parameters, in order
    constants: Mapping[str, Any]  # those whose value stands in the statement
    returns_rows: bool

    @classmethod
    def of(cls, statement: Executable, parameters: Mapping[str, Any], dialect: Dialect) -> Compiled:
        assert isinstance(statement, ClauseElement)  # noqa: S101
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=list(parameters)))
        returns_rows = isinstance(statement, Select)
        return cls(str(compiled), compiled.positiontup or (), compiled.params, returns_rows)


class SqliteConnection:
    """As much of SQLAlchemy's AsyncConnection as the stores use, without a thread in between. What every turn needs is
    compiled by SQLAlchemy once and given to the driver from then on: a look-up takes 6 µs then instead of 38."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        self.driver = cast(sqlite3.Connection, self._connection.connection.driver_connection)
        self.dialect: Dialect = engine.dialect
        self._compiled: dict[tuple[object, ...], Compiled] = {}  # by statement and the names of its parameters

    async def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        result: CursorResult[Any] = self._connection.execute(statement, parameters)
        return result

    async def run(self, statement: Executable, parameters: Mapping[str, Any]) -> Ran:
        key = (statement, *parameters)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = Compiled.of(statement, parameters, self.dialect)
        constants = compiled.constants
        values = [parameters[name] if name in parameters else constants[name] for name in compiled.names]
        cursor = self.driver.execute(compiled.text, values)
        return Ran(cursor.fetchall() if compiled.returns_rows else (), cursor.rowcount)

    def close(self) -> None:
        self._connection.close()


def _set_up(driver: sqlite3.Connection, _: object) -> None:
    driver.execute("PRAGMA journal_mode = WAL")
    driver.execute("PRAGMA synchronous = FULL")  # a reply is given after its commit, and a commit survives a power cut
    driver.execute("PRAGMA busy_timeout = 0")  # from now on the line waits, without stopping the event loop


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


def _heard(group: Group) -> None:
    """Who waited for it may be gone; asyncio warns of failures that nobody looked at."""
    if not group.cancelled():
        group.exception()
