"""Units of work in line on one SQLite file: what shares a commit, what is undone alone, who waits for whom."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String, Table, bindparam, insert, literal, make_url, select, text, update
from sqlalchemy.exc import OperationalError

from adapters.database.connection import StatementResult
from adapters.database.engine import create_engine
from adapters.database.sqlite import SqliteQueue


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[SqliteQueue]:
    with sqlite3.connect(tmp_path / "file.db") as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE words (word TEXT PRIMARY KEY)")
    made.close()
    line = SqliteQueue(make_url(f"sqlite:///{tmp_path / 'file.db'}"), busy_seconds=0.2)
    yield line
    await line.close()


async def add(line: SqliteQueue, word: str, *, fails: bool = False) -> None:
    async with line.begin() as connection:
        await connection.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
        await asyncio.sleep(0)
        if fails:
            raise RuntimeError(word)


def words(tmp_path: Path) -> list[str]:
    """What another process sees."""
    other = sqlite3.connect(tmp_path / "file.db")
    found = [word for (word,) in other.execute("SELECT word FROM words ORDER BY rowid")]
    other.close()
    return found


def commits(line: SqliteQueue) -> list[str]:
    """The commits from now on, as the connection's own trace tells them."""
    seen: list[str] = []
    assert line._open is not None
    line._open.driver.set_trace_callback(lambda sql: seen.append(sql) if sql == "COMMIT" else None)
    return seen


async def test_a_unit_is_done_when_others_can_see_it(line: SqliteQueue, tmp_path: Path) -> None:
    await add(line, "one")
    assert words(tmp_path) == ["one"]


async def test_what_every_turn_needs_runs_as_sqlalchemy_would_run_it(line: SqliteQueue) -> None:
    table = Table("words", MetaData(), Column("word", String, primary_key=True))
    add, find = insert(table), select(table.c.word, literal(7)).where(table.c.word == bindparam("wanted"))
    rename = update(table).where(table.c.word == bindparam("was"))
    async with line.begin() as connection:
        assert await connection.run(add, {"word": "one"}) == StatementResult((), 1)
        assert await connection.run(add, {"word": "two"}) == StatementResult((), 1)
        assert await connection.run(find, {"wanted": "two"}) == StatementResult([("two", 7)], -1)
        assert await connection.run(find, {"wanted": "three"}) == StatementResult([], -1)
        assert await connection.run(rename, {"was": "two", "word": "2"}) == StatementResult((), 1)
        assert await connection.run(rename, {"was": "two", "word": "2"}) == StatementResult((), 0)
        rows = (await connection.execute(select(table))).all()
    assert [word for (word,) in rows] == ["one", "2"]


async def test_a_statement_that_breaks_a_rule_is_told_apart(line: SqliteQueue) -> None:
    table = Table("words", MetaData(), Column("word", String, primary_key=True))
    add = insert(table)
    with pytest.raises(sqlite3.IntegrityError):
        async with line.begin() as connection:
            await connection.run(add, {"word": "one"})
            await connection.run(add, {"word": "one"})


async def test_units_that_end_close_together_share_a_commit(line: SqliteQueue, tmp_path: Path) -> None:
    await add(line, "first")
    seen = commits(line)
    await asyncio.gather(*(add(line, str(number)) for number in range(20)))
    assert words(tmp_path) == ["first", *map(str, range(20))]
    assert len(seen) < 5


async def test_one_that_fails_is_undone_alone(line: SqliteQueue, tmp_path: Path) -> None:
    results = await asyncio.gather(
        add(line, "a"), add(line, "b", fails=True), add(line, "c"), add(line, "a"), return_exceptions=True
    )
    assert words(tmp_path) == ["a", "c"]
    assert [type(result).__name__ for result in results] == ["NoneType", "RuntimeError", "NoneType", "IntegrityError"]


async def test_a_commit_that_fails_fails_everybody_in_it_and_nothing_is_kept(line: SqliteQueue, tmp_path: Path) -> None:
    await add(line, "before")
    assert line._open is not None
    # A constraint that SQLite looks at when it commits.
    line._open.driver.executescript(
        "PRAGMA foreign_keys = ON;CREATE TABLE parts (word TEXT REFERENCES words DEFERRABLE INITIALLY DEFERRED);"
    )

    async def orphan() -> None:
        async with line.begin() as connection:
            await connection.execute(text("INSERT INTO parts VALUES ('nothing')"))

    results = await asyncio.gather(add(line, "with it"), orphan(), return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["IntegrityError"] * 2
    assert words(tmp_path) == ["before"]
    await add(line, "after")
    assert words(tmp_path) == ["before", "after"]


async def test_where_sqlite_undoes_the_whole_group_everybody_hears_of_it(line: SqliteQueue, tmp_path: Path) -> None:
    async def breaks() -> None:
        async with line.begin() as connection:
            await connection.execute(text("INSERT OR ROLLBACK INTO words VALUES ('a')"))

    results = await asyncio.gather(add(line, "a"), breaks(), add(line, "b"), return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["OperationalError", "IntegrityError", "NoneType"]
    assert words(tmp_path) == ["b"]


@pytest.mark.parametrize("connected_before", [True, False])
async def test_another_process_that_writes_is_waited_for_without_stopping_the_loop(
    line: SqliteQueue, tmp_path: Path, connected_before: bool
) -> None:
    if connected_before:
        await add(line, "before")
    other = sqlite3.connect(tmp_path / "file.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(add(line, "mine"))
    for _ in range(3):
        await asyncio.sleep(0.01)  # the loop goes on
    assert not waiting.done()
    other.execute("INSERT INTO words VALUES ('theirs')")
    other.execute("COMMIT")
    other.close()
    await waiting
    assert words(tmp_path)[-2:] == ["theirs", "mine"]


async def test_waiting_ends(line: SqliteQueue, tmp_path: Path) -> None:
    await add(line, "before")
    other = sqlite3.connect(tmp_path / "file.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(add(line, "a"), add(line, "b"), return_exceptions=True)
    other.close()
    assert [type(result).__name__ for result in results] == ["OperationalError"] * 2
    await add(line, "after")
    assert words(tmp_path) == ["before", "after"]


async def test_one_who_goes_away_leaves_the_others_alone(line: SqliteQueue, tmp_path: Path) -> None:
    gone = asyncio.create_task(add(line, "gone"))
    stays = asyncio.create_task(add(line, "stays"))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert words(tmp_path) == ["stays"]


async def test_closing_ends_what_is_under_way(line: SqliteQueue, tmp_path: Path) -> None:
    under_way = asyncio.create_task(add(line, "last"))
    await asyncio.sleep(0)
    await line.close()
    await under_way
    assert words(tmp_path) == ["last"]


async def test_before_the_end_nobody_in_line_waits_for_another_process_any_more(
    line: SqliteQueue, tmp_path: Path
) -> None:
    await add(line, "one")
    line._busy_seconds = 3600
    other = sqlite3.connect(tmp_path / "file.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    waiting = [asyncio.create_task(add(line, word)) for word in ("two", "three", "four")]
    await asyncio.sleep(0)
    line.stop_waiting(0)
    for outcome in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(outcome, sqlite3.OperationalError)
    other.close()
    await add(line, "five")  # where it need not wait, it is done
    assert words(tmp_path) == ["one", "five"]


async def test_a_file_that_can_be_written_to_again_is_opened_anew(line: SqliteQueue, tmp_path: Path) -> None:
    await add(line, "one")
    assert line._open is not None
    line._open.driver.execute("PRAGMA query_only = ON")  # fails as where the disk was read-only when it was opened
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await add(line, "two")
    await add(line, "three")
    assert words(tmp_path) == ["one", "three"]


async def test_a_pool_drops_a_connection_that_may_not_write(line: SqliteQueue, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'file.db'}")
    add_word = text("INSERT INTO words VALUES ('one')")
    async with engine.connect() as connection:
        await connection.execute(text("PRAGMA query_only = ON"))
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(add_word)
    async with engine.begin() as connection:
        await connection.execute(add_word)
    assert words(tmp_path) == ["one"]
    await engine.dispose()
