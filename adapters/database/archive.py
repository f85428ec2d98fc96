"""The whole database as JSON Lines: for moves between SQLite and PostgreSQL, and for backups.

The first line says what made the file, each further one holds a row, and the last one says how many there are:

    {"advisor_export": 1, "program": "0.2.0", "schema": "0011"}
    {"table": "gaps", "row": {"number": 1, "question": …}}
    {"rows": 1}

What rows there are follows from `adapters.database.tables`. Bytes are base64, dates ISO 8601; tokens stay as encrypted
as they are in the database.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, event, func, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from adapters.database.engine import synchronous_engine
from adapters.database.schema import newest, prepare
from adapters.database.tables import NOT_MOVED, metadata

FORMAT = 1
MOVED: Mapping[str, Table] = {table.name: table for table in metadata.sorted_tables if NOT_MOVED not in table.info}

BATCH_ROWS = 500
BATCH_BYTES = 1024 * 1024  # about as much as a process holds of the file at a time


class ImportRefused(Exception):
    """Nothing was imported. The text says why, and what to do."""


class ParsedRow(NamedTuple):
    line: int  # in the file, from 1
    table: Table
    values: dict[str, Any]


def export(url: str, program: str) -> Generator[bytes]:
    """The lines, as the database is at one moment, while others write to it; close it if it isn't read to its end.
    `program`: the version of the advisor.

    Raises SchemaNotCurrent, SQLAlchemyError, OSError and ValueError.
    """
    prepare(url)
    rows = 0
    yield _line({"advisor_export": FORMAT, "program": program, "schema": newest()})
    with _transaction(url, "BEGIN", isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        for name, table in MOVED.items():
            columns = [column.name for column in table.columns]
            for row in connection.execution_options(yield_per=BATCH_ROWS // 10).execute(select(table)):
                yield _line({"table": name, "row": dict(zip(columns, map(_as_json, row), strict=True))})
                rows += 1
    yield _line({"rows": rows})


def import_(url: str, lines: Iterable[bytes]) -> Counter[str]:
    """Write all rows into an empty database, or none. Returns how many, by table.

    Raises ImportRefused, SchemaNotCurrent, SQLAlchemyError, OSError, and what reading `lines` raises.
    """
    prepare(url)
    imported: Counter[str] = Counter()
    with _transaction(url, "BEGIN IMMEDIATE") as connection:
        for name, table in MOVED.items():
            if connection.scalar(select(1).select_from(table).limit(1)):
                raise ImportRefused(
                    f"The database holds rows already, in the table {name}. Set DATABASE_URL to an empty database."
                )
        for batch in _batches(_rows(lines)):
            _insert(connection, batch)
            imported[batch[0].table.name] += len(batch)
        if connection.dialect.name == "postgresql":
            _advance_sequences(connection)
    return imported


@contextmanager
def _transaction(url: str, begin: str, **options: Any) -> Iterator[Connection]:
    """A transaction that `begin` begins on SQLite, whose driver would begin none before the first change, and that has
    these `options` on PostgreSQL."""
    engine = synchronous_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _begin_nothing)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        options = {}
    try:
        with engine.execution_options(**options).begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _begin_nothing(driver: Any, _: object) -> None:
    driver.isolation_level = None


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    return value.isoformat() if isinstance(value, datetime) else value


# --- import


def _rows(lines: Iterable[bytes]) -> Iterator[ParsedRow]:
    """The rows of a whole export that fits this version. Raises ImportRefused."""
    rows = 0
    ended = False
    number = 0
    for number, line in enumerate(lines, 1):
        data = _object(line, number)
        if ended:
            raise _refused(number, "the export ended before this line. Import a file that holds one export")
        if number == 1:
            _check_header(data)
        elif "rows" in data:
            if data["rows"] != rows:
                raise _refused(number, f"{data['rows']} rows were exported and {rows} are there. Export it again")
            ended = True
        else:
            yield _row(data, number)
            rows += 1
    if not ended:
        raise _refused(number + 1, "the end of the export is missing. Copy the file again, or export again")


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise _refused(number, "this is no line of an export. Take the file that `export` wrote, unchanged")
    return data


def _check_header(data: Mapping[str, Any]) -> None:
    if "advisor_export" not in data:
        raise _refused(1, "this is no export of the advisor. Take the file that `export` wrote, unchanged")
    made_by = f"the export was made by version {data.get('program')}"
    if data["advisor_export"] != FORMAT:
        raise _refused(1, f"{made_by}, whose format this one does not read. Import it with that version")
    if (schema := str(data.get("schema"))) != (ours := newest()):
        raise _refused(
            1,
            f"{made_by} from schema {schema}, and this version has {ours}. Import it with that version, then run "
            "`migrate` with this one"
            if schema < ours
            else f"{made_by} from schema {schema}, which is later than ours. Import it with that version",
        )


def _row(data: Mapping[str, Any], number: int) -> ParsedRow:
    table = MOVED.get(str(data.get("table")))
    values = data.get("row")
    if table is None or not isinstance(values, dict):
        raise _refused(number, "this row is of no table that we know. Take the file that `export` wrote, unchanged")
    if differing := values.keys() ^ set(table.columns.keys()):
        columns = ", ".join(sorted(differing))
        raise _refused(number, f"columns of {table.name} are missing or unknown: {columns}. Export it again")
    return ParsedRow(number, table, {one.name: _value(one, values[one.name], number) for one in table.columns})


def _value(column: Column[Any], value: Any, number: int) -> Any:
    """`value` of a JSON object as the column's type. Raises ImportRefused."""
    kind = column.type.python_type
    if value is None and column.nullable:
        return None
    try:
        if kind is bytes:
            value = b64decode(value, validate=True)
        elif kind is datetime:
            value = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        value = None
    if type(value) is not kind or (kind is int and not -(2**63) <= value < 2**63):
        raise _refused(number, f"the column {column.name} of {column.table.name} has no value that fits. Export again")
    return value


def _batches(rows: Iterable[ParsedRow]) -> Iterator[Sequence[ParsedRow]]:
    """Rows of one table each, in the order of the file."""
    batch: list[ParsedRow] = []
    size = 0
    for row in rows:
        if batch and (row.table is not batch[0].table or len(batch) == BATCH_ROWS or size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += sum(len(value) for value in row.values.values() if isinstance(value, str | bytes))
    if batch:
        yield batch


def _insert(connection: Connection, batch: Sequence[ParsedRow]) -> None:
    """Raises ImportRefused with the line of the first row that the database does not take."""
    try:
        with connection.begin_nested():
            connection.execute(insert(batch[0].table), [row.values for row in batch])
    except (IntegrityError, DataError) as error:
        if len(batch) > 1:
            for row in batch:
                _insert(connection, [row])
        reason = "one with its key came before" if isinstance(error, IntegrityError) else "the database can't hold it"
        raise _refused(
            batch[0].line, f"this row of {batch[0].table.name} is not taken: {reason}. Export again"
        ) from None


def _advance_sequences(connection: Connection) -> None:
    """On PostgreSQL: the next row gets a number after those that came along."""
    for table in MOVED.values():
        if (column := table.autoincrement_column) is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, func.max(column))))


def _refused(line: int, reason: str) -> ImportRefused:
    return ImportRefused(f"Line {line}: {reason}. Nothing was imported.")
