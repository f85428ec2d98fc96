"""Database URLs and SQLAlchemy engines."""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Engine, event, make_url, pool
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.database.file_modes import restrict_file_modes

BUSY_SECONDS = 10  # how long a second process waits for the SQLite file
PREPARED = "prepared_statements"  # in the address of a PostgreSQL database: false behind a pooler

_DRIVERS = {"sqlite": "sqlite+{0}", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class UnusableUrl(ValueError):
    """DATABASE_URL can't be read, or names another database. The text names the remedy and nothing of the address."""

    def __init__(self) -> None:
        super().__init__(
            "DATABASE_URL can't be used: set it to sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
        )


def database_url(url: str, *, asynchronous: bool = True) -> URL:
    """`sqlite:///FILE` or `postgresql://…` with the driver used here. Raises UnusableUrl for anything else."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UnusableUrl from None
    dialect = parsed.drivername.split("+")[0]
    if dialect not in _DRIVERS:
        raise UnusableUrl
    driver = _DRIVERS[dialect].format("aiosqlite" if asynchronous else "pysqlite")
    return parsed.set(drivername=driver).difference_update_query([PREPARED])


def connect_args(url: str) -> dict[str, Any]:
    """What the driver of PostgreSQL is told besides the address. A pooler that lends a connection for one transaction
    (PgBouncer before 1.21) may give the next one to a connection that lacks the prepared statements."""
    return {"prepare_threshold": None} if make_url(url).query.get(PREPARED) == "false" else {}


def create_engine(url: str) -> AsyncEngine:
    """An engine for `url`, without opening a connection. Errors never show the parameters of a query."""
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        restrict_file_modes(parsed)
        engine = create_async_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine.sync_engine, "connect", secure_deletion)
        event.listen(engine.sync_engine, "handle_error", open_anew)
        return engine
    return create_async_engine(
        parsed,
        hide_parameters=True,
        connect_args=connect_args(url),
        pool_size=5,
        max_overflow=5,
        pool_timeout=BUSY_SECONDS,
    )


def synchronous_engine(url: str) -> Engine:
    """An engine for commands that do nothing else meanwhile. Raises OSError if the folder of a file can't be made."""
    parsed = database_url(url, asynchronous=False)
    engine = sqlalchemy.create_engine(
        parsed, poolclass=pool.NullPool, hide_parameters=True, connect_args=connect_args(url)
    )
    if parsed.get_backend_name() == "sqlite":
        restrict_file_modes(parsed)
        event.listen(engine, "connect", secure_deletion)
    return engine


def is_read_only(error: BaseException | None) -> bool:
    """True if a SQLite connection may not write. One that was opened while the file could only be read stays so."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY


def open_anew(context: ExceptionContext) -> None:
    """Event handler: connections that may not write leave the pool."""
    if is_read_only(context.original_exception):
        context.is_disconnect = True


def secure_deletion(driver: sqlite3.Connection, _: object) -> None:
    """Event handler for SQLite connections: overwrite deleted content, and use no temporary files."""
    cursor = driver.cursor()
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()
