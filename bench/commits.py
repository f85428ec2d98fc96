"""The gain of group commit on SQLite, on whole turns with durable commits. `python -m bench.commits`

Three variants alternate, round by round, so that other load affects all: units share a commit, as in
`adapters/database/sqlite.py`; the same with a commit for each; and SQLAlchemy's own engine on aiosqlite with one
connection, which is the obvious implementation.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import TracebackType

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.database import SqlStore, migrate
from adapters.database.engine import BUSY_SECONDS, database_url
from adapters.database.sqlite import SqliteConnection, SqliteQueue, SqliteUnit
from bench.measure import table
from bot.advisor import Advisor
from bot.domain.messages import Message, Place
from bot.service.session import Session

KNOWLEDGE = Path("knowledge")
QUESTIONS = (
    "what is SAST?",
    "does AppSec cover the cloud?",
    "what is RASP?",
    "what is product security?",
    "what is DAST?",
)
AT_ONCE = (1, 4, 16)
ROUNDS, TURNS = 7, 400


class _AloneUnit(SqliteUnit):
    """The queue without sharing: the next unit begins after the commit of the one before."""

    def __init__(self, line: SqliteQueue, turn: asyncio.Lock) -> None:
        super().__init__(line)
        self._turn = turn

    async def __aenter__(self) -> SqliteConnection:
        await self._turn.acquire()
        return await super().__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await super().__aexit__(kind, error, trace)
        finally:
            self._turn.release()


class _AloneLine(SqliteQueue):
    """A unit with a commit of its own."""

    def __init__(self, url: URL) -> None:
        super().__init__(url, busy_seconds=BUSY_SECONDS)
        self._turn = asyncio.Lock()

    def begin(self) -> SqliteUnit:
        return _AloneUnit(self, self._turn)


def grouped(url: str) -> SqlStore:
    return SqlStore.at(url)


def alone(url: str) -> SqlStore:
    return SqlStore(create_async_engine(database_url(url)), _AloneLine(database_url(url, asynchronous=False)))


def plain(url: str) -> SqlStore:
    engine = create_async_engine(database_url(url), pool_size=1, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def _as_durable(driver: object, _: object) -> None:
        cursor = driver.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")

    return SqlStore(engine)


PLAIN = "SQLAlchemy on aiosqlite"
WAYS: dict[str, Callable[[str], SqlStore]] = {
    "units share a commit": grouped,
    "a commit for each unit": alone,
    PLAIN: plain,
}


async def turns_a_second(advisor: Advisor, store: SqlStore, at_once: int, numbers: itertools.count[int]) -> float:
    """Turns a second, of `TURNS` turns by different people, `at_once` concurrently."""
    session = Session(advisor, store)
    work = iter(range(TURNS))

    async def one() -> None:
        for step in work:
            number = next(numbers)
            await session.respond(
                Message(
                    QUESTIONS[step % len(QUESTIONS)],
                    place=Place("slack", "T1", f"C{number}"),
                    person="anna",
                    delivery=str(number),
                    at=1e9,
                )
            )

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    return TURNS / (time.perf_counter() - begun)


async def measure(advisor: Advisor, folder: Path) -> dict[tuple[str, int], float]:
    """Turns a second, the median of the rounds, by variant and concurrency."""
    found: dict[tuple[str, int], list[float]] = {}
    memories: dict[str, SqlStore] = {}
    for number, (name, make) in enumerate(WAYS.items()):
        url = f"sqlite:///{folder / f'{number}.sqlite3'}"
        migrate(url)
        memories[name] = make(url)
    numbers = itertools.count()
    for round in range(ROUNDS + 1):
        for at_once in AT_ONCE:
            for name, store in memories.items():
                speed = await turns_a_second(advisor, store, at_once, numbers)
                if round:  # the first one warms up
                    found.setdefault((name, at_once), []).append(speed)
    for store in memories.values():
        await store.close()
    return {key: median(speeds) for key, speeds in found.items()}


def report() -> str:
    advisor = Advisor.load(KNOWLEDGE)
    with tempfile.TemporaryDirectory(dir=".") as folder:  # a file system in memory would have no disk to wait for
        found = asyncio.run(measure(advisor, Path(folder)))
    rows = [
        [
            name,
            *(
                f"{found[name, at_once]:,.0f} ({found[name, at_once] / found[PLAIN, at_once]:.1f})"
                for at_once in AT_ONCE
            ),
        ]
        for name in WAYS
    ]
    head = (f"turns a second ({PLAIN} = 1)", *(f"{at_once} at once" for at_once in AT_ONCE))
    return "\n".join(
        [
            "## Commits on SQLite",
            "",
            f"Whole turns of the session, from text to reply, on questions that recur: medians of {ROUNDS} rounds of "
            f"{TURNS} turns, the three ways in turn. Every commit waits for the disk.",
            "",
            table(head, rows),
        ]
    )


if __name__ == "__main__":
    print(report())
