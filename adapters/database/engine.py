"""Which database a URL means, and how its connections are made."""

from __future__ import annotations

import sqlite3

from sqlalchemy import URL, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.database.file_modes import keep_private

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
        keep_private(parsed)
        engine = create_async_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine.sync_engine, "connect", leave_nothing)
        return engine
    return create_async_engine(parsed, hide_parameters=True, pool_size=5, max_overflow=5, pool_timeout=BUSY_SECONDS)


def leave_nothing(driver: sqlite3.Connection, _: object) -> None:
    """For every connection to SQLite: what is deleted is overwritten, and nothing is put aside in other files."""
    cursor = driver.cursor()
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()
