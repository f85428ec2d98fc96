"""Bringing a database to the schema of this version, and telling whether it is there.

Run before serving (`advisor migrate`); synchronous, because nothing else runs then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, pool, text

from adapters import invocation
from adapters.database.engine import create_folder, database_url
from adapters.database.tables import metadata

State = Literal["empty", "behind", "current", "unknown"]

_ONE_AT_A_TIME = 7_201_933_047  # a number for PostgreSQL's advisory lock: two processes may start a release at once


class SchemaNotCurrent(Exception):
    """The database is not at the schema that this version needs. The text says what to do."""


def migrate(url: str) -> None:
    """Create or change the tables at `url`; does nothing where they are current. Raises SQLAlchemyError."""
    with _connection(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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
    parsed = database_url(url, asynchronous=False)
    if parsed.get_backend_name() == "sqlite":
        create_folder(parsed)
    engine = create_engine(parsed, poolclass=pool.NullPool, hide_parameters=True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
