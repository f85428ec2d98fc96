"""What `advisor doctor` finds out about the database. It only reads, and makes no file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, pool
from sqlalchemy.exc import SQLAlchemyError

from adapters import invocation
from adapters.database.engine import UnusableUrl, database_url
from adapters.database.schema import State, state_of
from adapters.findings import Finding

WAIT = 5  # seconds in which the database has to answer
ABOUT = "database"

# What is in the error of a connection to PostgreSQL, which is not shown as a whole: what that is, and what to do.
_REASONS: Mapping[str, tuple[str, str]] = {
    "password authentication failed": ("it refuses the user or the password", "correct them in DATABASE_URL"),
    "no password supplied": ("it wants a password", "add it to DATABASE_URL"),
    "does not exist": ("it has no such database or user", "create it, or correct DATABASE_URL"),
    "pg_hba.conf": ("it does not let this machine or user in", "allow it in pg_hba.conf, or add sslmode=require"),
    "refused": ("nothing listens there", "start it, or correct host and port in DATABASE_URL"),
    "resolve": ("its host is not known", "correct the host in DATABASE_URL"),
    "Name or service": ("its host is not known", "correct the host in DATABASE_URL"),
    "timeout": ("it does not answer in time", "check the network between here and there"),
    "too many": ("it has no connection free", "raise its max_connections, or stop what uses them"),
}
_SCHEMA: Mapping[State, tuple[str, str]] = {
    "empty": ("has no tables yet", "run: {command} migrate"),
    "behind": ("is behind this version", "run: {command} migrate"),
    "unknown": ("was made by a later version", "run that version"),
}


def examine(url: str) -> list[Finding]:
    """Whether it answers, and its schema."""
    try:
        parsed = database_url(url, asynchronous=False)
    except UnusableUrl as error:
        return [Finding("wrong", ABOUT, "DATABASE_URL can't be used", str(error))]
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(
            parsed, poolclass=pool.NullPool, hide_parameters=True, connect_args={"connect_timeout": WAIT}
        )
        return _schema(engine, "PostgreSQL")
    if parsed.database in (None, "", ":memory:"):
        remedy = "set DATABASE_URL to sqlite:///FILE or postgresql://…"
        return [Finding("look", ABOUT, "is in memory alone, and gone when the process ends", remedy)]
    return _of_file(Path(str(parsed.database)))


def _of_file(file: Path) -> list[Finding]:
    folder = next(one for one in (file.absolute().parent, *file.absolute().parents) if one.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        remedy = f"let the advisor's user write to {folder}, or set DATABASE_URL"
        return [Finding("wrong", ABOUT, f"{folder} can't be written to", remedy)]
    if not file.exists():
        return [Finding("ok", ABOUT, f"{file} is not there yet; the start makes it")]
    if not file.is_file() or not os.access(file, os.R_OK | os.W_OK):
        return [Finding("wrong", ABOUT, f"{file} can't be read and written", "let the advisor's user do so")]
    # Without a write-ahead log nobody has it open, and SQLite would make one to read it.
    log = file.with_name(f"{file.name}-wal")
    address = f"file:{quote(str(file.absolute()))}?mode=ro{'' if log.exists() else '&immutable=1'}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=WAIT),
        poolclass=pool.NullPool,
        hide_parameters=True,
    )
    return _schema(engine, str(file))


def _schema(engine: Engine, what: str) -> list[Finding]:
    try:
        with engine.connect() as connection:
            found = state_of(connection)
    except (SQLAlchemyError, OSError) as error:
        said, remedy = _reason(error)
        return [Finding("wrong", ABOUT, f"{what}: {said}", remedy)]
    finally:
        engine.dispose()
    answers = Finding("ok", ABOUT, f"{what} answers")
    if found == "current":
        return [answers, Finding("ok", "schema", "is that of this version")]
    if found == "empty" and engine.dialect.name == "sqlite":
        return [answers, Finding("ok", "schema", "is made by the start")]
    said, remedy = _SCHEMA[found]
    return [answers, Finding("wrong", "schema", said, remedy.format(command=invocation.command()))]


def _reason(error: Exception) -> tuple[str, str]:
    text = str(error)
    found = next((reason for part, reason in _REASONS.items() if part in text), None)
    return found or (f"it does not answer ({type(error).__name__})", "check DATABASE_URL")
