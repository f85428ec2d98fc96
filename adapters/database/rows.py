"""Conversions between rows and the port's values, and upserts for both dialects."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.dml import Insert

from adapters.database.connection import Connection
from bot.domain.messages import Place
from bot.domain.records import Person


def place_values(place: Place | None, prefix: str = "") -> dict[str, str]:
    """The four columns of a place; all of them empty for None."""
    place = place or Place("")
    return {
        f"{prefix}surface": place.surface,
        f"{prefix}tenant": place.tenant,
        f"{prefix}channel": place.channel,
        f"{prefix}thread": place.thread,
    }


def place_of(row: Row[Any], prefix: str = "") -> Place:
    columns = row._mapping
    return Place(*(columns[f"{prefix}{name}"] for name in ("surface", "tenant", "channel", "thread")))


def person_values(person: Person) -> dict[str, str]:
    return {"surface": person.surface, "tenant": person.tenant, "person": person.id}


def is_theirs(table: Table, person: Person) -> ColumnElement[bool]:
    """The condition for rows of `table` that belong to `person`."""
    columns = table.c
    return (columns.surface == person.surface) & (columns.tenant == person.tenant) & (columns.person == person.id)


def insert_or_ignore(connection: Connection, table: Table) -> Insert:
    """An insert that does nothing if the key exists; its rowcount tells which."""
    return _insert_or_ignore(connection.dialect.name, table)


def insert_or_replace(connection: Connection, table: Table) -> Insert:
    """An insert that replaces the row with the same primary key."""
    return _insert_or_replace(connection.dialect.name, table)


@cache
def _insert_or_ignore(dialect: str, table: Table) -> Insert:
    new = postgresql_insert(table) if dialect == "postgresql" else sqlite_insert(table)
    return new.on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@cache
def _insert_or_replace(dialect: str, table: Table) -> Insert:
    insert = postgresql_insert(table) if dialect == "postgresql" else sqlite_insert(table)
    key = [column.name for column in table.primary_key]
    others = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in key}
    return insert.on_conflict_do_update(index_elements=key, set_=others)
