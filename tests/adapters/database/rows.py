"""Rows of every table, made from the tables as they are described: a new table has rows by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, create_engine, insert, select

from adapters.database.engine import database_url
from adapters.database.tables import metadata

Rows = dict[str, list[tuple[Any, ...]]]

# Of each type, what is hard to carry.
HARD: dict[type, tuple[Any, ...]] = {
    str: ("", "Ärger – “quoted” 👋\n\t\\ \u2028", '{"is":"Reply","title":"\\u0000"}', "null"),
    int: (0, -1, 2**31 - 1, 7),
    float: (0.1 + 0.2, -1e-300, 1_790_000_100.123456, 1e300),
    bool: (True, False, True, False),
    bytes: (bytes(range(256)), b"", b"\x1f\x8b\x00", b"\n"),
    datetime: (datetime(2026, 2, 28, 23, 59, 59, 999999), datetime(1970, 1, 1), datetime(2038, 1, 20), datetime.max),
}


def fill(url: str, *, times: int = 1) -> None:
    """Put rows into every table."""
    engine = create_engine(database_url(url, asynchronous=False))
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(insert(table), [_row(table, number) for number in range(len(HARD[str]) * times)])
    engine.dispose()


def held(url: str) -> Rows:
    """All rows of all tables, in the order of their keys."""
    engine = create_engine(database_url(url, asynchronous=False))
    with engine.connect() as connection:
        found = {table.name: _rows(connection, table) for table in metadata.sorted_tables}
    engine.dispose()
    return found


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: Column[Any], number: int) -> Any:
    kind = column.type.python_type
    hard = HARD[kind][number % len(HARD[kind])]
    if column.primary_key or column.unique or column.name == "id":
        return number + 1 if kind is int else f"{hard}{number}"
    return None if column.nullable and number % 4 == 3 else hard


def _rows(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
