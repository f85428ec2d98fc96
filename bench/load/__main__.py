"""What a process carries, and what happens beyond the bend of the curve. `python -m bench.load [PART …] [options]`

Parts: `curve`, each kind of message from 1 to 2,000 at once, by one process on SQLite, one and two on PostgreSQL;
`memory`, of a process over 100,000 messages; `triages`, 10,000 that are open. This process sends the messages over raw
sockets and is the platforms too; each of `--at-once` connections sends its next message when it has the answer, also to
one that was told to come again. Each row is printed as soon as it is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.load.messages import KINDS, TRIAGE, Kind, Script
from bench.load.servers import Servers, database, servers
from bench.load.wire import Answer, Connection, Platforms

AT_ONCE = (1, 16, 64, 256, 1000, 2000)
SETUPS = {"sqlite-1": ("sqlite", 1), "postgresql-1": ("postgresql", 1), "postgresql-2": ("postgresql", 2)}
"""The database, and the number of processes on it."""
GIVEN = {"given-1": 1, "given-2": 2}  # the same on a database of one's own
GIVEN_UP = 60.0  # seconds after which an answer is not waited for any more
SETTLING = 20.0  # seconds at most to wait for replies that are still being sent
COLUMNS = (
    *("at once", "answered/s", "busy", "failed", "late", "p50 ms", "p99 ms", "p99.9 ms"),
    *("server ms", "database ms", "this ms", "MB"),
)


@dataclass
class Found:
    """What came of the messages of one row. `seconds`: of each, until it was acknowledged."""

    outcomes: dict[str, int] = field(default_factory=lambda: {"answered": 0, "busy": 0, "failed": 0})
    seconds: list[float] = field(default_factory=list)
    late: int = 0
    accepted: set[bytes] = field(default_factory=set)  # ids of messages that must have one reply each
    put_off: set[bytes] = field(default_factory=set)  # ids of messages that must have none
    took: float = 0.0
    wrong: int = 0  # accepted messages that have not exactly one reply, and others that have one

    @property
    def sent(self) -> int:
        return sum(self.outcomes.values())


async def load(
    kind: Kind, at_once: int, ports: Sequence[int], platforms: Platforms, port: int, until: Callable[[Found], bool]
) -> Found:
    """Send `at_once` messages at a time until `until` says so."""
    found = Found()

    async def person(number: int) -> None:
        connection = await Connection.to(ports[number % len(ports)])
        while not until(found):
            connection = await _said(kind, connection, kind.script(port), found, platforms, ports, number, until)
        connection.close()

    start = time.perf_counter()
    await asyncio.gather(*(person(number) for number in range(at_once)))
    found.took = time.perf_counter() - start
    if kind.replies:
        await _settled(found, platforms)
    return found


async def _said(
    kind: Kind,
    connection: Connection,
    script: Script,
    found: Found,
    platforms: Platforms,
    ports: Sequence[int],
    number: int,
    until: Callable[[Found], bool],
) -> Connection:
    """What one person says, until there is enough. Returns the connection that is open."""
    for request, id in script:
        start = time.perf_counter()
        try:
            answer = await asyncio.wait_for(connection.send(request), GIVEN_UP)
        except TimeoutError:
            answer = Answer(0, b"")
        seconds = time.perf_counter() - start
        outcome = kind.outcome(answer, id, platforms)
        found.outcomes[outcome] += 1
        found.seconds.append(seconds)
        found.late += seconds > kind.window
        if id and outcome != "failed":
            (found.accepted if answer.status == 200 else found.put_off).add(id)
        if answer.status == 0:
            connection.close()
            connection = await Connection.to(ports[number % len(ports)])
        if until(found):
            break
    return connection


async def _settled(found: Found, platforms: Platforms) -> None:
    """Wait for what is still being sent, and compare."""
    end = time.monotonic() + SETTLING
    while time.monotonic() < end and any(not platforms.replies[id] for id in found.accepted):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    found.wrong = sum(platforms.replies[id] != 1 for id in found.accepted)
    found.wrong += sum(platforms.replies[id] != 0 for id in found.put_off)


def for_seconds(seconds: float) -> Callable[[Found], bool]:
    end = time.perf_counter() + seconds
    return lambda found: time.perf_counter() >= end


@contextlib.asynccontextmanager
async def running(setup: str) -> AsyncIterator[tuple[Servers, Platforms, int]]:
    """The servers of a setup, and the platforms with their port."""
    platforms = Platforms()
    port = await platforms.start()
    where, count = SETUPS[setup]
    with database(where) as (url, postmaster):
        async with servers(count, url, postmaster, port) as started:
            for kind in KINDS.values():
                await load(kind, 8, started.ports, platforms, port, lambda found: found.sent >= 200)
            yield started, platforms, port


async def row(
    kind: Kind, at_once: int, up: tuple[Servers, Platforms, int], until: Callable[[Found], bool]
) -> tuple[Found, list[str]]:
    servers, platforms, port = up
    platforms.replies.clear()
    platforms.busy.clear()
    before = servers.processor_seconds(), servers.database_seconds(), time.process_time()
    found = await load(kind, at_once, servers.ports, platforms, port, until)
    after = servers.processor_seconds(), servers.database_seconds(), time.process_time()
    each = [f"{(end - start) / found.sent * 1e3:.2f}" for start, end in zip(before, after, strict=True)]
    quantiles = [f"{value * 1e3:.0f}" for value in np.quantile(found.seconds, (0.5, 0.99, 0.999))]
    shares = [f"{found.outcomes['busy'] / found.sent:.0%}", str(found.outcomes["failed"]), str(found.late)]
    rate = f"{found.outcomes['answered'] / found.took:.0f}"
    cells = [str(at_once), rate, *shares, *quantiles, *each, f"{servers.megabytes():.0f}"]
    if found.wrong:
        cells[-1] += f" (replies wrong: {found.wrong})"
    return found, cells


async def curve(setup: str, names: Sequence[str], at_once: Sequence[int], seconds: float) -> None:
    async with running(setup) as up:
        for name in names:
            kind = KINDS[name]
            print(f"\n### {kind.name}: {setup}\n")
            _head(COLUMNS)
            rates: dict[int, float] = {}
            for number in at_once:
                found, cells = await row(kind, number, up, for_seconds(seconds))
                rates[number] = found.outcomes["answered"] / found.took
                _line(cells)
            bend = next(number for number in at_once if rates[number] >= 0.9 * max(rates.values()))
            print(f"\nThe curve bends at {bend} at once, {rates[bend]:.0f} a second.", flush=True)


async def memory(setup: str, messages: int) -> None:
    print(f"\n### Memory over {messages:,} commands: {setup}\n")
    _head(("messages", *COLUMNS))
    async with running(setup) as up:
        for part in range(10):
            _, cells = await row(KINDS["command"], 32, up, lambda found: found.sent >= messages // 10)
            _line([f"{messages * (part + 1) // 10:,}", *cells])


async def triages(setup: str, count: int) -> None:
    """Begin `count` triages that nobody ends, then go through others."""
    print(f"\n### {count:,} open triages: {setup}\n")
    _head(("", *COLUMNS))
    kind = KINDS["triage"]
    begun = Kind(kind.name, lambda port: _first(kind.script(port)), kind.window, kind.replies)
    async with running(setup) as up:
        for name, of, enough in (
            ("before", kind, 1000 * len(TRIAGE)),
            ("begun", begun, count),
            ("others, with these open", kind, 1000 * len(TRIAGE)),
        ):
            _, cells = await row(of, 16, up, lambda found, enough=enough: found.sent >= enough)  # type: ignore[misc]
            _line([name, *cells])


def _first(script: Script) -> Script:
    yield next(script)


def _head(columns: Sequence[str]) -> None:
    _line(columns)
    _line(["---:"] * len(columns))


def _line(cells: Sequence[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="curve, memory, triages; all without one")
    parser.add_argument("--kind", action="append", choices=KINDS, help="of messages in the curve; all without it")
    parser.add_argument("--setup", action="append", choices=[*SETUPS, *GIVEN], help="database, processes; else all")
    parser.add_argument("--at-once", type=int, nargs="+", default=AT_ONCE)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each row of the curve")
    parser.add_argument("--messages", type=int, default=100_000, help="over which memory is measured")
    parser.add_argument("--triages", type=int, default=10_000, help="that are open")
    parser.add_argument("--url", help="of an empty database of your own, in place of the setups")
    given = parser.parse_args()
    if given.url:
        SETUPS.update({name: (given.url, count) for name, count in GIVEN.items()})
    setups = given.setup or [name for name in SETUPS if (name in GIVEN) == bool(given.url)]
    print(f"{os.cpu_count()} processors, which the servers, the database and this process share.", flush=True)
    parts = given.parts or ["curve", "memory", "triages"]
    if "curve" in parts:
        for setup in setups:
            asyncio.run(curve(setup, given.kind or list(KINDS), given.at_once, given.seconds))
    if "memory" in parts:
        asyncio.run(memory(setups[0], given.messages))
    if "triages" in parts:
        asyncio.run(triages(setups[0], given.triages))


if __name__ == "__main__":
    main()
