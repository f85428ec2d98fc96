"""The application behind a door, for as long as inputs of a kind are sent to it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from adapters.database import migrate


class Door(Protocol):
    async def open(self, database: str, /) -> None:
        """Start on the database at this URL."""
        ...

    async def close(self) -> None: ...


D = TypeVar("D", bound=Door)


@contextmanager
def opened(make: Callable[[asyncio.Runner], D]) -> Iterator[D]:
    """What `make` makes, open on an empty database, in an event loop of its own."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        database = f"sqlite:///{Path(folder) / 'advisor.db'}"
        migrate(database)
        made = make(runner)
        runner.run(made.open(database))
        try:
            yield made
        finally:
            runner.run(made.close())
