"""Connections: which database a URL means, and how it is set up for one short transaction a turn."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.database import sqlite_driver

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
        return create_async_engine(
            parsed,
            hide_parameters=True,
            pool_size=1,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            pool_reset_on_return=None,  # every transaction here ends by itself, so there is nothing to undo
            connect_args={"async_creator_fn": _connect_to_sqlite},
        )
    return create_async_engine(parsed, hide_parameters=True, pool_size=5, max_overflow=5, pool_timeout=BUSY_SECONDS)


def _connect_to_sqlite(file: str, **_: object) -> sqlite_driver.OneTripConnection:
    return sqlite_driver.connect(file, busy_seconds=BUSY_SECONDS)


def create_folder(parsed: URL) -> None:
    """The folder of a SQLite file is made on first use."""
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
