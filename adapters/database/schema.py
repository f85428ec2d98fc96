"""Schema migrations (`advisor migrate`) and the check before serving. Synchronous, as nothing else runs then."""

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
from adapters.database.engine import connect_args, database_url, secure_deletion
from adapters.database.file_modes import restrict_file_modes
from adapters.database.tables import gaps, metadata

State = Literal["empty", "behind", "current", "unknown"]

_LOCK = 7_201_933_047  # id of PostgreSQL's advisory lock, as two processes may migrate at once


class SchemaNotCurrent(Exception):
    """The database has another schema than this version needs. The text says what to do."""


def migrate(url: str, without_names: Callable[[str], str] | None = None) -> None:
    """Create or upgrade the tables at `url`; does nothing if they are current. `without_names` removes names from
    unanswered questions that an earlier version stored (`bot.nlu.name_removal`). Raises SQLAlchemyError."""
    was_behind = state(url) == "behind"
    with _connection(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if was_behind and without_names:
            _remove_names(connection, without_names)
    if was_behind and database_url(url).get_backend_name() == "sqlite":
        _rewrite_file(url)


def _remove_names(connection: Connection, without_names: Callable[[str], str]) -> None:
    for number, question, answer in connection.execute(select(gaps.c.number, gaps.c.question, gaps.c.answer)).all():
        left = {"question": without_names(question), "answer": without_names(answer)}
        if left != {"question": question, "answer": answer}:
            connection.execute(update(gaps).where(gaps.c.number == number).values(left))


def _rewrite_file(url: str) -> None:
    """VACUUM: earlier versions left deleted texts in free pages and in the write-ahead log."""
    engine = _engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()


def state(url: str) -> State:
    """The state of the schema; `unknown` if a later version created it. Raises SQLAlchemyError."""
    with _connection(url) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found is None:
            return "behind" if set(inspect(connection).get_table_names()) & set(metadata.tables) else "empty"
    script = ScriptDirectory.from_config(_config())
    if found == script.get_current_head():
        return "current"
    return "behind" if found in {revision.revision for revision in script.walk_revisions()} else "unknown"


def prepare(url: str) -> None:
    """For `serve`: create the tables of an empty SQLite file. Raises SchemaNotCurrent for any other schema that is not
    current."""
    found = state(url)
    if found == "empty" and database_url(url).get_backend_name() == "sqlite":
        migrate(url)
    elif found in ("empty", "behind"):
        raise SchemaNotCurrent(f"The database is behind this version. Run `{invocation.command()} migrate` first.")
    elif found == "unknown":
        raise SchemaNotCurrent("The database was created by a later version of the advisor. Run that version.")


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
    engine = create_engine(parsed, poolclass=pool.NullPool, hide_parameters=True, connect_args=connect_args(url))
    if parsed.get_backend_name() == "sqlite":
        restrict_file_modes(parsed)
        event.listen(engine, "connect", secure_deletion)
    return engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
