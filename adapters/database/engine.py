"""Connections: which database a URL means, and how it is set up for one short transaction a turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_SECONDS = 10  # how long a second process waits for the SQLite file

_DRIVERS = {"sqlite": "sqlite+{0}", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def database_url(url: str, *, asynchronous: bool = True) -> URL:
    """`sqlite:///FILE` or `postgresql://…` with the driver used here. Raises ValueError for any other database."""
    parsed = make_url(url)
    dialect = parsed.drivername.split("+")[0]
    if dialect not in _DRIVERS:
        raise ValueError(f"DATABASE_URL: {dialect} is not supported; use sqlite:///FILE or postgresql://…")
    return parsed.set(drivername=_DRIVERS[dialect].format("aiosqlite" if asynchronous else "pysqlite"))


def create_engine(url: str) -> AsyncEngine:
    """An engine for `url`. Opens no connection yet. Errors never show the values of a query."""
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        create_folder(parsed)
        # One connection: SQLite has one writer, and waiting for a turn in line is fairer than asking again and again.
        engine = create_async_engine(
            parsed,
            hide_parameters=True,
            pool_size=1,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            connect_args={"timeout": BUSY_SECONDS},
        )
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    return create_async_engine(parsed, hide_parameters=True, pool_size=5, max_overflow=5, pool_timeout=BUSY_SECONDS)


def create_folder(parsed: URL) -> None:
    """The folder of a SQLite file is made on first use."""
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)


def _set_up_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver shall not begin by itself, see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a reply is given after its commit, and a commit survives a power cut
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # take the write lock first, so that no transaction has to be undone
