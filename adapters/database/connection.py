"""The connection interface that the repositories use, and its implementation on SQLAlchemy's pool."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol

from sqlalchemy import CursorResult, Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class StatementResult(NamedTuple):
    """The rows that a statement returned, and the number of rows that it wrote."""

    rows: Sequence[Sequence[Any]]
    written: int


class Connection(Protocol):
    """Methods raise SQLAlchemyError, or what the driver raises."""

    @property
    def dialect(self) -> Dialect: ...

    async def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None, /) -> CursorResult[Any]:
        """Run any statement."""
        ...

    async def run(self, statement: Executable, parameters: Mapping[str, Any], /) -> StatementResult:
        """Run a statement on the hot path: the same statement object each time (its compiled form is cached), with
        parameters and results of types that the driver supports natively."""
        ...


class PooledConnection:
    """A `Connection` on SQLAlchemy's AsyncConnection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.dialect: Dialect = connection.dialect
        self.execute = connection.execute

    async def run(self, statement: Executable, parameters: Mapping[str, Any], /) -> StatementResult:
        result = await self._connection.execute(statement, parameters)
        return StatementResult(result.all() if result.returns_rows else (), result.rowcount)


class Pool:
    """Transactions on a connection pool."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[PooledConnection]:
        """A transaction: rolled back if the block raises, else committed."""
        async with self._engine.begin() as connection:
            yield PooledConnection(connection)
