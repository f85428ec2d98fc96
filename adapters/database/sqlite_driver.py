"""aiosqlite with one trip to its thread a statement, where it makes four: cursor, execute, fetch, close.

A turn waits for the trips more than for the statements. The first statement of a transaction begins it, in one trip.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import aiosqlite


class OneTripCursor:
    """What SQLAlchemy uses of a cursor. The rows are fetched with the statement, in the same trip."""

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> OneTripCursor:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> OneTripCursor:
        await self._connection.trip(lambda: self._run(lambda cursor: cursor.execute(statement, parameters)))
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> OneTripCursor:
        await self._connection.trip(lambda: self._run(lambda cursor: cursor.executemany(statement, parameters)))
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []

    def _run(self, execute: Callable[[sqlite3.Cursor], object]) -> None:
        """In the connection's thread."""
        cursor = self._connection.driver_connection.cursor()
        try:
            if not self._connection.driver_connection.in_transaction:
                cursor.execute("BEGIN IMMEDIATE")  # the write lock comes first, so that no transaction has to be undone
            execute(cursor)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class OneTripConnection(aiosqlite.Connection):
    def cursor(self) -> OneTripCursor:  # type: ignore[override]
        return OneTripCursor(self)

    @property
    def driver_connection(self) -> sqlite3.Connection:
        return self._conn

    async def trip(self, run: Callable[[], None]) -> None:
        """Run it in the thread that owns the SQLite connection."""
        await self._execute(run)  # type: ignore[no-untyped-call]


def connect(file: str, *, busy_seconds: float) -> OneTripConnection:
    """A connection to `file`, still to be awaited. Its thread ends with the process."""
    connection = OneTripConnection(lambda: _open(file, busy_seconds), iter_chunk_size=64)
    connection._thread.daemon = True
    return connection


def _open(file: str, busy_seconds: float) -> sqlite3.Connection:
    # isolation_level None: Python's driver shall not begin transactions by its own rules.
    opened = sqlite3.connect(file, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = FULL")  # a reply is given after its commit, and a commit survives a power cut
    return opened
