"""Bringing a database to the schema of this version, and telling whether it is there.

Run before serving (`advisor migrate`); synchronous, because nothing else runs then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, pool, select, text, update

from adapters import invocation
from adapters.database.engine import database_url, leave_nothing
from adapters.database.file_modes import keep_private
from adapters.database.tables import gaps, metadata

State = Literal["empty", "behind", "current", "unknown"]

_ONE_AT_A_TIME = 7_201_933_047  # a number for PostgreSQL's advisory lock: two processes may start a release at once


class SchemaNotCurrent(Exception):
    """The database is not at the schema that this version needs. The text says what to do."""


def migrate(url: str, unnamed: Callable[[str], str] | None = None) -> None:
    """Create or change the tables at `url`; does nothing where they are current. `unnamed` takes names out of what was
    asked in vain under an earlier version: see `bot.nlu.name_removal`. Raises SQLAlchemyError."""
    was_behind = state(url) == "behind"
    with _connection(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if was_behind and unnamed:
            _take_out_names(connection, unnamed)
    if was_behind and database_url(url).get_backend_name() == "sqlite":
        _leave_no_traces(url)


def _take_out_names(connection: Connection, unnamed: Callable[[str], str]) -> None:
    for number, question, answer in connection.execute(select(gaps.c.number, gaps.c.question, gaps.c.answer)).all():
        left = {"question": unnamed(question), "answer": unnamed(answer)}
        if left != {"question": question, "answer": answer}:
            connection.execute(update(gaps).where(gaps.c.number == number).values(left))


def _leave_no_traces(url: str) -> None:
    """Write the file anew: earlier versions left deleted words in its free pages, and in the log beside it."""
    engine = _engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()


def state(url: str) -> State:
    """How the schema stands: `unknown` is one that a later version made. Raises SQLAlchemyError."""
    with _connection(url) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found is None:
            return "behind" if set(inspect(connection).get_table_names()) & set(metadata.tables) else "empty"
    script = ScriptDirectory.from_config(_config())
    if found == script.get_current_head():
        return "current"
    return "behind" if found in {revision.revision for revision in script.walk_revisions()} else "unknown"


def is_current(url: str) -> bool:
    """Whether this version can serve on the database at `url`. Raises SQLAlchemyError where it does not answer."""
    return state(url) == "current"


def prepare(url: str) -> None:
    """For `serve`: make an empty SQLite file ready; for anything else that is not current, raise SchemaNotCurrent."""
    found = state(url)
    if found == "empty" and database_url(url).get_backend_name() == "sqlite":
        migrate(url)
    elif found in ("empty", "behind"):
        raise SchemaNotCurrent(f"The database is behind this version. Run `{invocation.command()} migrate` first.")
    elif found == "unknown":
        raise SchemaNotCurrent("The database was made by a later version of the advisor. Run that version.")


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    parsed = database_url(url, asynchronous=False)
    engine = create_engine(parsed, poolclass=pool.NullPool, hide_parameters=True)
    if parsed.get_backend_name() == "sqlite":
        keep_private(parsed)
        event.listen(engine, "connect", leave_nothing)
    return engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
