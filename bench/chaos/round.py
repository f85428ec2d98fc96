"""One round: a platform, a database and some servers, of which one after another is killed while people ask."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.database import SqlStore
from bench.chaos.checker import Verdict, check
from bench.chaos.databases import Database, postgresql, sqlite_file
from bench.chaos.history import History
from bench.chaos.platform import Happened
from bench.chaos.servers import Fleet
from bench.chaos.slack import slack
from bench.chaos.teams import teams
from bot.service.ports import StoreUnavailable

KNOWLEDGE = Path(__file__).parent / "knowledge"  # also of the process that the servers are forked from
SETTLING = 150.0  # seconds at most to wait at the end for what is still to be sent
BREATH = 0.1  # seconds between two people who begin
CROWD = 12  # people at once, so that those who try again don't keep the others from being answered
TROUBLE = (0.5, 2.0)  # seconds for which a database misbehaves
APART = (0.5, 2.0)  # seconds from one trouble to the next
KILL = 1.0  # seconds at most from one kill to the next; where there is one process alone, it needs time to come back


@dataclass(frozen=True)
class Case:
    """`platform`: Slack, Slack by websocket, Teams. `database`: SQLite, PostgreSQL. `kills`: how many. `hurry`: how
    much faster one thing follows the other."""

    platform: str
    database: str
    processes: int
    kills: int
    seed: int
    hurry: float = 1.0


@dataclass(frozen=True)
class Result:
    case: Case
    kills: int
    faults: Counter[str]
    verdict: Verdict
    history: History


@dataclass(frozen=True)
class Place:
    """Where rounds take place. `schema`: a SQLite file to copy. `server`: a PostgreSQL server. `logs`: a folder."""

    folder: Path
    schema: Path
    server: Any
    logs: Path


@asynccontextmanager
async def _database(case: Case, place: Place) -> AsyncIterator[Database]:
    if case.database == "SQLite":
        with sqlite_file(place.folder, place.schema) as file:
            yield file
    else:
        async with postgresql(place.server) as database:
            yield database


def _platform(case: Case, happened: Happened) -> AbstractAsyncContextManager[Any]:
    if case.platform == "Teams":
        return teams(happened, private=happened.seed.random() < 0.5)
    return slack(happened, websocket=case.platform == "Slack by websocket")


async def run(case: Case, place: Place) -> Result:
    happened = Happened(random.Random(case.seed))
    async with _database(case, place) as database, _platform(case, happened) as platform:
        common = {
            "database_url": database.url, "knowledge": KNOWLEDGE, "cache": place.folder / "cache", "port": 0,
        }  # fmt: skip
        log = place.logs / f"servers-{case.seed}.log"
        fleet = Fleet(platform.given(common, log), case.processes)
        store = SqlStore.at(database.own_url)
        try:
            await fleet.start()
            await platform.open(fleet)
            kills = await _rage(case, happened, platform, database, fleet)
            happened.mended = True
            platform.heal()
            await database.mend()
            await fleet.start()
            waiting = await _settled(store)
            await asyncio.sleep(0.2)
            shown = tuple(platform.shown())
        finally:
            await fleet.stop()
            await store.close()
    history = History(tuple(happened.asked), tuple(happened.confirmed), shown, waiting)
    return Result(case, kills, happened.faults, check(history), history)


async def _rage(case: Case, happened: Happened, platform: Any, database: Database, fleet: Fleet) -> int:
    """People act until the kills are done and each kind of fault has happened, and until each has been acknowledged.
    The last kill comes after everything else. Returns the kills."""
    raging = asyncio.Event()
    acting: list[asyncio.Task[None]] = []

    async def act() -> None:
        turn = 0
        while not (raging.is_set() and platform.enough):
            if sum(not one.done() for one in acting) < CROWD:
                acts = platform.acts
                acting.append(asyncio.create_task(acts[turn % len(acts)](fleet)))
                turn += 1
            await asyncio.sleep(BREATH / case.hurry)

    async def fail() -> None:
        while not (raging.is_set() and platform.enough):
            platform.inject()
            await asyncio.sleep(0.2 / case.hurry)

    async def once() -> None:
        for deed in platform.once:
            await asyncio.sleep(happened.seed.uniform(0.5, 3.0) / case.hurry)
            await deed(fleet)

    beside = [asyncio.create_task(work) for work in (act(), fail(), once())]
    troubling = asyncio.create_task(_trouble(case, happened, database, fleet, raging))
    kills = await _kill(case.kills - 1, happened, fleet)
    raging.set()
    await asyncio.gather(*beside, troubling)
    platform.heal()
    kills += await _kill(1, happened, fleet)
    await asyncio.gather(*acting)
    return kills


async def _trouble(case: Case, happened: Happened, database: Database, fleet: Fleet, raging: asyncio.Event) -> None:
    """Each trouble of the database at least once, in any order, and again until the kills are done."""
    left: list[str] = []
    first = True
    while first or not raging.is_set():
        left = left or happened.seed.sample(sorted(database.troubles), len(database.troubles))
        await asyncio.sleep(happened.seed.uniform(*APART) / case.hurry)
        name = left.pop()
        await database.troubles[name](fleet, happened.seed.uniform(*TROUBLE) / case.hurry)
        happened.faults[name] += 1
        first = first and bool(left)
    await database.mend()


async def _kill(count: int, happened: Happened, fleet: Fleet) -> int:
    """Kill one after the other: at any moment, or right when it calls the platform."""
    kills = 0
    while kills < count:
        happened.called.clear()
        try:
            async with asyncio.timeout(happened.seed.uniform(0.0, KILL if len(fleet.servers) > 1 else 1.5 * KILL)):
                if happened.seed.random() < 0.5:
                    await happened.called.wait()
                else:
                    await asyncio.sleep(2)
        except TimeoutError:
            pass
        alive = fleet.alive
        if len(alive) > len(fleet.servers) // 2:  # else nobody would be there to be asked
            await fleet.kill(happened.seed.choice(alive))
            kills += 1
    return kills


async def _settled(store: SqlStore) -> int:
    """What is still to be sent when nothing is, or after `SETTLING`."""
    waiting = -1
    until = asyncio.get_running_loop().time() + SETTLING
    while waiting and asyncio.get_running_loop().time() < until:
        try:
            async with store.transaction() as unit:
                waiting = await unit.outbox.waiting()
        except StoreUnavailable:
            pass
        await asyncio.sleep(0.3)
    return waiting
