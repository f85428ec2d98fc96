"""What the stores ask of a connection, whichever database it leads to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol

from sqlalchemy import CursorResult, Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Ran(NamedTuple):
    """What came of a statement."""

    rows: Sequence[Sequence[Any]]
    written: int  # how many rows


class Connection(Protocol):
    """Methods raise SQLAlchemyError, or what the driver raises."""

    @property
    def dialect(self) -> Dialect: ...

    async def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None, /) -> CursorResult[Any]:
        """Run one statement, however it is built."""
        ...

    async def run(self, statement: Executable, parameters: Mapping[str, Any], /) -> Ran:
        """Run a statement that every turn needs: the very same object each time, with parameters and results of types
        that the driver knows by itself."""
        ...


class PooledConnection:
    """SQLAlchemy's own connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.dialect: Dialect = connection.dialect
        self.execute = connection.execute

    async def run(self, statement: Executable, parameters: Mapping[str, Any], /) -> Ran:
        result = await self._connection.execute(statement, parameters)
        return Ran(result.all() if result.returns_rows else (), result.rowcount)


class Pool:
    """The way to a database that many connections lead to."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[PooledConnection]:
        """A unit of work: undone when the block raises, else committed."""
        async with self._engine.begin() as connection:
            yield PooledConnection(connection)
