"""Evaluations of the knowledge (`adapters.evaluations`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from adapters.database.connection import Connection
from adapters.database.tables import evaluations
from adapters.evaluations import MOST_RUNS, Run

_t = evaluations.c
_header = select(*(column for column in _t if column.name != "content"))
_latest = select(_t.id).order_by(_t.began.desc(), _t.id).limit(MOST_RUNS)


class SqlEvaluations:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, run: Run, content: bytes) -> None:
        await self._connection.execute(insert(evaluations), {**_values(run), "content": content})
        await self._connection.execute(delete(evaluations).where(_t.id.not_in(_latest)))

    async def advance(self, run: Run) -> bool:
        return await self._change(run, _values(run))

    async def finish(self, run: Run, content: bytes) -> None:
        await self._change(run, {**_values(run), "content": content})

    async def all(self) -> Sequence[Run]:
        return [_run(row) for row in await self._connection.execute(_header.order_by(_t.began.desc(), _t.id))]

    async def content(self, id: str) -> bytes | None:
        found: bytes | None = (await self._connection.execute(select(_t.content).where(_t.id == id))).scalar()
        return found

    async def delete(self, id: str) -> None:
        await self._connection.execute(delete(evaluations).where(_t.id == id))

    async def _change(self, run: Run, values: dict[str, Any]) -> bool:
        this = update(evaluations).where((_t.id == run.id) & ~_t.finished).values(values)
        return bool((await self._connection.execute(this)).rowcount)


def _values(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "began": run.began,
        "seen": run.seen,
        "folder": run.folder,
        "version": run.version,
        "gold": run.gold,
        "digest": run.digest,
        "total": run.total,
        "done": run.done,
        "finished": run.finished,
        "problem": run.problem,
        "figures": json.dumps(run.figures),
    }


def _run(row: Row[Any]) -> Run:
    figures = {name: (part, whole) for name, (part, whole) in json.loads(row.figures).items()}
    return Run(**{**row._mapping, "figures": figures})
