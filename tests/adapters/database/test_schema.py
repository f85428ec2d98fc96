"""The schema: made by migrations, equal to the tables in the code, and watched over before serving."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from adapters.database import SchemaNotCurrent, SqlStore, migrate, prepare, state
from adapters.database.engine import database_url
from adapters.database.tables import metadata
from bot.domain.effects import Post
from bot.domain.messages import Reply
from bot.domain.outbox import Replied
from tests.adapters.database.later import take_out
from tests.privacy.surfaces import stored


def test_the_migrations_build_the_tables_of_the_code(database: str) -> None:
    engine = create_engine(database_url(database, asynchronous=False))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_migrating_twice_changes_nothing(database: str) -> None:
    migrate(database)
    assert state(database) == "current"


def test_a_new_sqlite_file_is_made_ready_on_first_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'advisor.db'}"
    prepare(url)
    assert state(url) == "current"


def test_serving_on_an_empty_postgresql_is_refused_with_advice(postgresql_server: str) -> None:
    with psycopg.connect(postgresql_server.format("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE still_empty")
    url = postgresql_server.format("still_empty")
    with pytest.raises(SchemaNotCurrent, match="advisor migrate"):
        prepare(url)
    migrate(url)
    prepare(url)


def test_a_schema_of_a_later_version_is_refused(sqlite_url: str) -> None:
    engine = create_engine(database_url(sqlite_url, asynchronous=False))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    engine.dispose()
    assert state(sqlite_url) == "unknown"
    with pytest.raises(SchemaNotCurrent, match="later version"):
        prepare(sqlite_url)


SECRET = "AKIA" + "IOSFODNN7EXAMPLQ"
POST = '{"is":"Post","title":"SAST","note":"my own words"}'
OLD = (  # what an earlier version kept
    f"""INSERT INTO outbox VALUES (1, 'a', 'send', 'slack', 'T1', 'C1', '', 'a',
        '{{"is":"Replied","reply":{{"is":"Reply","kind":"notice"}},"asked":"text:my key is {SECRET}"}}',
        0, 1, true, '', 0, NULL, '')""",
    "INSERT INTO outbox VALUES (2, 'b', 'send', 'slack', 'T1', 'UPERSON', '1.2', 'b', NULL, 0, 1, true, '', 0, 9, '')",
    f"""INSERT INTO questions VALUES ('q', 'slack', 'T1', 'C1', '', 'U1', 'slack', 'T1', 'C9', '',
        'what of {SECRET}?', 'open', '', 0)""",
    "INSERT INTO gaps VALUES (1, 'soup for Alice', '2026-01-01', '', NULL, 0, '', '')",
    f"INSERT INTO posts VALUES ('p', 'slack', 'T1', 'C1', '', 'U1', '{POST}', 'retracted', '', 0, '', '', '', '')",
    "INSERT INTO teams_references VALUES ('T1', '19:chat', 'chat', 'https://x', '', '', 'Lunch of Alice', true)",
)


async def test_what_earlier_versions_should_not_have_kept_is_taken_out(database: str) -> None:
    engine = create_engine(database_url(database, asynchronous=False))
    with engine.begin() as connection:
        take_out(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
        for statement in OLD:
            connection.exec_driver_sql(statement)
    engine.dispose()
    migrate(database, lambda asked: asked.replace("Alice", "[name]"))
    assert state(database) == "current"
    kept = stored(database)
    assert SECRET not in kept and "Alice" not in kept and "UPERSON" not in kept and "my own words" not in kept
    store = SqlStore.at(database)
    async with store.transaction() as unit:
        [waits] = await unit.outbox.claim("me", now=1.0, lease=1.0, surfaces=("slack",))
        assert waits.item.content == Replied(Reply("notice"), "[secret]")
        assert (await unit.gaps.all())[0].question == "soup for [name]"
        post = await unit.posts.get("p")
    assert post is not None and post.post == Post("SAST")
    await store.close()


def test_an_old_schema_is_refused_on_sqlite_too(sqlite_url: str) -> None:
    engine = create_engine(database_url(sqlite_url, asynchronous=False))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()
    with pytest.raises(SchemaNotCurrent, match="advisor migrate"):
        prepare(sqlite_url)


def test_another_database_is_named_as_not_supported() -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        database_url("mysql://x/y")


@pytest.mark.parametrize("url", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg2://u:p@h/d"])
def test_every_spelling_of_postgresql_gets_the_same_driver(url: str) -> None:
    assert database_url(url).drivername == "postgresql+psycopg"


def test_a_password_is_not_shown() -> None:
    assert "s3cret" not in str(database_url("postgresql://u:s3cret@h/d"))
