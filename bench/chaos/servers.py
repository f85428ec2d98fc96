"""Server processes that are killed and come back, as under a supervisor."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import random
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.forkserver import ensure_running
from multiprocessing.process import BaseProcess
from pathlib import Path

from adapters.teams.cloud import CLOUDS, Cloud

AGAIN = 0.2  # seconds until a server that could not start is started again
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["bench.chaos.preloaded"])


def warm_up() -> None:
    """Begin to load what all servers are forked from, which takes seconds."""
    ensure_running()


@dataclass(frozen=True)
class Given:
    """What a server is started with. `log`: the file that it logs to. `cloud`: where Teams is, on this machine."""

    settings: dict[str, object]
    log: Path
    cloud: Cloud | None = None


def serve(given: Given, started: Connection) -> None:
    """Run the whole server until it is killed; reports its port."""
    from adapters import logs
    from adapters.server import serving
    from adapters.settings import read_settings
    from bench.chaos.preloaded import ADVISOR

    log = os.open(given.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(log, number)
    logs.configure("json")
    if given.cloud is not None:
        CLOUDS["Chaos"] = given.cloud

    async def forever() -> None:
        async with serving(read_settings(**given.settings), ADVISOR) as (port, _):
            started.send(port)
            await asyncio.Event().wait()

    asyncio.run(forever())


class Server:
    """One of them. `url`: where it listens; empty while it does not."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._process: BaseProcess | None = None
        self._starting: asyncio.Task[None] | None = None
        self._wanted = False
        self.url = ""

    def start(self) -> asyncio.Task[None]:
        """Start it, as often as it takes. The task ends when it listens, or is to be killed."""
        self._wanted = True
        if self._starting is None or (self._starting.done() and not self.url):
            self._starting = asyncio.create_task(self._start())
        return self._starting

    async def _start(self) -> None:
        while self._wanted:
            here, there = FORK.Pipe(duplex=False)
            process = FORK.Process(target=serve, args=(self._given, there), daemon=True)
            await asyncio.to_thread(process.start)
            self._process = process
            there.close()
            with contextlib.suppress(EOFError, OSError):  # it ended, as without a database
                self.url = f"http://127.0.0.1:{await asyncio.to_thread(here.recv)}"
                return
            await asyncio.to_thread(process.join)
            await asyncio.sleep(AGAIN if self._wanted else 0)

    async def kill(self) -> None:
        """Kill it, also while it starts."""
        self._wanted = False
        while self._starting is not None and not self._starting.done():
            if self._process is not None:
                self._process.kill()
            await asyncio.wait({self._starting}, timeout=0.02)
        self.url = ""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.join)

    def may_write(self, most: int) -> None:
        """Let no file that it writes grow beyond so many bytes; -1: as large as it likes."""
        if self._process is not None and self._process.pid and self._process.is_alive():
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


class Fleet:
    """Several servers on one database."""

    def __init__(self, given: Given, count: int) -> None:
        self.servers: Sequence[Server] = [Server(given) for _ in range(count)]
        self._down = False

    @property
    def alive(self) -> list[Server]:
        return [server for server in self.servers if server.url]

    def url(self, seed: random.Random) -> str:
        """Of one that listens, as a load balancer picks it; empty where none does."""
        alive = self.alive
        return seed.choice(alive).url if alive else ""

    async def start(self) -> None:
        """Return when all listen."""
        await asyncio.gather(*self.restart())

    async def kill(self, server: Server) -> None:
        """Kill it, and have it started again meanwhile."""
        await server.kill()
        if not self._down:
            server.start()

    async def stop(self) -> None:
        """Kill all; none is started until `restart`."""
        self._down = True
        await asyncio.gather(*(server.kill() for server in self.servers))

    def restart(self) -> list[asyncio.Task[None]]:
        """Start all that do not listen, meanwhile."""
        self._down = False
        return [server.start() for server in self.servers]
