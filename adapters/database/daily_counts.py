"""Counts by day.

On PostgreSQL a row that a transaction has changed is locked until its commit, so one row for each count would make all
turns wait for one another's commit. Each connection adds to a slot of its own instead, by the number of its server
process, and a count is the sum of its slots. On SQLite transactions take turns anyway, and there is one slot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import ColumnElement, bindparam, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.dml import Insert

from adapters.database.connection import Connection
from adapters.database.tables import daily_counts
from bot.domain.daily_counts import DailyCount

SLOTS = 16  # more than the connections of one process

_t = daily_counts.c
_since = (
    select(_t.day, _t.name, func.sum(_t.number).label("number"))
    .where(_t.day >= bindparam("first"))
    .group_by(_t.day, _t.name)
    .order_by(_t.day, _t.name)
)


class SqlDailyCounts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, day: str, changes: Mapping[str, int]) -> None:
        for name in sorted(changes):  # in one order everywhere, so that two never wait for each other
            values = {"on_day": day, "of_name": name, "by": changes[name]}
            await self._connection.run(_add(self._connection.dialect.name), values)

    async def since(self, day: str) -> Sequence[DailyCount]:
        rows = await self._connection.execute(_since, {"first": day})
        return [DailyCount(row.day, row.name, int(row.number)) for row in rows]

    async def prune(self, before: str) -> int:
        return (await self._connection.execute(delete(daily_counts).where(_t.day < before))).rowcount


@cache
def _add(dialect: str) -> Insert:
    insert = postgresql_insert(daily_counts) if dialect == "postgresql" else sqlite_insert(daily_counts)
    slot: ColumnElement[int] = func.pg_backend_pid() % SLOTS if dialect == "postgresql" else literal(0)
    new = insert.values(day=bindparam("on_day"), name=bindparam("of_name"), slot=slot, number=bindparam("by"))
    return new.on_conflict_do_update(
        index_elements=["day", "name", "slot"], set_={"number": _t.number + insert.excluded.number}
    )
