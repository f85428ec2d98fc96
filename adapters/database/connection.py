"""What the stores ask of a connection, whichever database it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import CursorResult, Dialect, Executable


class Connection(Protocol):
    """SQLAlchemy's AsyncConnection, or `adapters.database.sqlite.SqliteConnection`."""

    @property
    def dialect(self) -> Dialect: ...

    async def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None, /) -> CursorResult[Any]:
        """Run one statement. Raises SQLAlchemyError."""
        ...
