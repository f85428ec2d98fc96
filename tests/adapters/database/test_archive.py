"""The whole database as JSON Lines: out of one database, into another one, and back."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text

from adapters import __version__
from adapters.database import SchemaNotCurrent, SqlStore
from adapters.database.archive import BATCH_ROWS, MOVED, ImportRefused, export, import_
from adapters.database.engine import database_url
from adapters.database.schema import newest
from adapters.database.tables import metadata, slack_oauth_states
from bot.domain.effects import Unanswered
from bot.domain.messages import Place
from bot.domain.outbox import OutboxItem
from tests.adapters.database.rows import Rows, fill, held

Lines = list[bytes]


@pytest.fixture
def exported(sqlite_url: str) -> Lines:
    fill(sqlite_url)
    return list(export(sqlite_url, __version__))


def moved(rows: Rows) -> Rows:
    return {name: found for name, found in rows.items() if name in MOVED}


@pytest.fixture
def second(sqlite_file: Path, tmp_path: Path) -> str:
    """Another SQLite file with the schema in it."""
    return f"sqlite:///{shutil.copy(sqlite_file, tmp_path / 'second.db')}"


def test_every_row_of_every_table_is_equal_after_a_move_to_postgresql_and_back(
    sqlite_url: str, postgresql_url: str, second: str
) -> None:
    fill(sqlite_url)
    before = moved(held(sqlite_url))
    assert all(before.values()), "every table has rows"
    counted = import_(postgresql_url, export(sqlite_url, __version__))
    assert counted == {name: len(rows) for name, rows in before.items()}
    assert moved(held(postgresql_url)) == before
    import_(second, export(postgresql_url, __version__))
    assert moved(held(second)) == before


def test_only_what_is_over_in_minutes_stays_behind(exported: Lines) -> None:
    assert metadata.tables.keys() - MOVED.keys() == {slack_oauth_states.name}
    assert {json.loads(line).get("table") for line in exported[1:-1]} == set(MOVED)


def test_the_first_line_says_what_made_it(exported: Lines) -> None:
    assert json.loads(exported[0]) == {"advisor_export": 1, "program": __version__, "schema": newest()}


def test_rows_that_come_later_get_numbers_after_those_that_came_along(exported: Lines, postgresql_url: str) -> None:
    import_(postgresql_url, exported)

    async def write() -> None:
        store = SqlStore.at(postgresql_url)
        async with store.transaction() as unit:
            await unit.gaps.add(Unanswered("why?", "silent", "roses"), day="2026-05-01")
            await unit.outbox.put(OutboxItem("later", "send", Place("slack"), "later"), 1.0)
        await store.close()

    asyncio.run(write())
    rows = held(postgresql_url)
    assert len(rows["gaps"]) == len(rows["outbox"]) == 5


def test_an_export_is_of_one_moment_while_others_write(database: str) -> None:
    fill(database)

    async def serve() -> None:
        """As a server does: on SQLite it switches the write-ahead log on."""
        store = SqlStore.at(database)
        async with store.transaction() as unit:
            assert await unit.outbox.waiting()
        await store.close()

    asyncio.run(serve())
    lines = export(database, __version__)
    taken = [next(lines), next(lines)]
    engine = create_engine(database_url(database, asynchronous=False))
    with engine.begin() as connection:
        for name in MOVED:
            connection.execute(text(f"DELETE FROM {name}"))
    engine.dispose()
    taken += lines
    assert json.loads(taken[-1]) == {"rows": len(taken) - 2}
    assert {json.loads(line)["table"] for line in taken[1:-1]} == set(MOVED)


def test_no_more_than_a_batch_is_held_of_a_large_file(sqlite_url: str, second: str) -> None:
    fill(sqlite_url, times=130)  # 520 rows a table
    read = written = most = 0

    def lines() -> Iterator[bytes]:
        nonlocal read
        for line in export(sqlite_url, __version__):
            read += 1
            yield line

    def count(_: object, cursor: object, statement: str, rows: Sequence[object], *rest: object) -> None:
        nonlocal written, most
        if statement.startswith("INSERT"):
            most = max(most, read - written)
            written += len(rows)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        import_(second, lines())
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert written == 520 * len(MOVED)
    assert BATCH_ROWS <= most < BATCH_ROWS + 10


# --- what is refused

Change = Callable[[Lines], Sequence[bytes]]


def with_header(**changed: object) -> Change:
    return lambda lines: [json.dumps(json.loads(lines[0]) | changed).encode(), *lines[1:]]


def with_row(line: int, **changed: object) -> Change:
    """The row on this line with other values."""

    def change(lines: Lines) -> Sequence[bytes]:
        data = json.loads(lines[line - 1])
        data["row"] |= changed
        return [*lines[: line - 1], json.dumps(data).encode(), *lines[line:]]

    return change


REFUSED: dict[str, tuple[Change, str]] = {
    "of an older schema": (
        with_header(schema="0009", program="0.1.0"),
        "Line 1: .* 0.1.0 from schema 0009.* `migrate`",
    ),
    "of a later schema": (with_header(schema="9999"), "Line 1: .* later than ours"),
    "of another format": (with_header(advisor_export=2), "Line 1: .* format"),
    "another file": (lambda lines: [b'{"a": 1}\n'], "Line 1: this is no export"),
    "no JSON": (lambda lines: [lines[0], b"\xff\xfe\n"], "Line 2: this is no line of an export"),
    "nested too deep": (lambda lines: [lines[0], b"[" * 100_000], "Line 2: this is no line"),
    "empty": (lambda lines: [], "Line 1: the end of the export is missing"),
    "cut off": (lambda lines: lines[:-1], "the end of the export is missing. Copy the file again"),
    "without a line": (lambda lines: [*lines[:5], *lines[6:]], "rows were exported and"),
    "two in one": (lambda lines: [*lines, *lines], "the export ended before this line"),
    "with an unknown table": (
        lambda lines: [lines[0], b'{"table":"soup","row":{}}'],
        "Line 2: this row is of no table",
    ),
    "with an unknown column": (with_row(4, soup=1), "Line 4: columns of .* are missing or unknown: soup"),
    "with a null": (with_row(2, version=None), "Line 2: the column version of conversations"),
    "with a text for a number": (with_row(2, version="2"), "Line 2: the column version of conversations"),
    "with a number too large": (with_row(2, version=2**63), "Line 2: the column version of conversations"),
    "with a key twice": (lambda lines: [*lines[:3], lines[2], *lines[3:]], "Line 4: .* one with its key came before"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_does_not_fit_is_refused_with_its_line_and_nothing_is_imported(
    what: str, exported: Lines, second: str
) -> None:
    change, said = REFUSED[what]
    with pytest.raises(ImportRefused, match=said):
        import_(second, change(exported))
    assert not any(held(second).values())


def test_what_postgresql_cannot_hold_is_refused_with_its_line(exported: Lines, postgresql_url: str) -> None:
    for change in (with_row(3, body="a\0b"), with_row(3, version=2**40)):
        with pytest.raises(ImportRefused, match=r"Line 3: .* can't hold it"):
            import_(postgresql_url, change(exported))
        assert not any(held(postgresql_url).values())


def test_a_database_with_rows_in_it_is_not_touched(exported: Lines, sqlite_url: str) -> None:
    before = held(sqlite_url)
    with pytest.raises(ImportRefused, match="holds rows already"):
        import_(sqlite_url, exported)
    assert held(sqlite_url) == before


def test_an_empty_postgresql_has_to_be_migrated_first(exported: Lines, postgresql_server: str) -> None:
    with pytest.raises(SchemaNotCurrent, match="advisor migrate"):
        import_(postgresql_server.format("postgres"), exported)
