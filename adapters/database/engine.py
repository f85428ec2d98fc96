"""Database URLs and SQLAlchemy engines."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.database.file_modes import restrict_file_modes

BUSY_SECONDS = 10  # how long a second process waits for the SQLite file
PREPARED = "prepared_statements"  # in the address of a PostgreSQL database: false behind a pooler

_DRIVERS = {"sqlite": "sqlite+{0}", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def database_url(url: str, *, asynchronous: bool = True) -> URL:
    """`sqlite:///FILE` or `postgresql://…` with the driver used here. Raises ValueError for any other database."""
    parsed = make_url(url)
    dialect = parsed.drivername.split("+")[0]
    if dialect not in _DRIVERS:
        raise ValueError(f"DATABASE_URL: {dialect} is not supported; use sqlite:///FILE or postgresql://…")
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
        return engine
    return create_async_engine(
        parsed,
        hide_parameters=True,
        connect_args=connect_args(url),
        pool_size=5,
        max_overflow=5,
        pool_timeout=BUSY_SECONDS,
    )


def secure_deletion(driver: sqlite3.Connection, _: object) -> None:
    """Event handler for SQLite connections: overwrite deleted content, and use no temporary files."""
    cursor = driver.cursor()
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()
