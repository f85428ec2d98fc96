"""A signed `/advisor` question, and a direct message with its reply, through the whole server in one process, beside a
bare Bolt app; and where the time of a command goes. `python -m bench.slack`"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import numpy as np

from bench.measure import Latency, table
from bench.questions import on_everything
from bot.knowledge import load
from tests.slack_workspace.person import FORM, JSON, HttpWire
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import SECRET, Workspace

ROUNDS = 6  # of each, alternating, so that other load affects both
REQUESTS = 300  # a round
AT_ONCE = (1, 16)
GUIDE = "bare Bolt"
COMMON = (
    "does AppSec cover supply chain?",
    "what are the pros of product security?",
    "what is RASP?",
    "which threats does AppSec address?",
    "compare the tools of both",
)
KNOWLEDGE = Path("knowledge")
_numbers = itertools.count(1)

Request = tuple[str, str]  # body and content type


@dataclass(frozen=True, slots=True)
class App:
    url: str
    process: int

    def processor_seconds(self) -> float:
        """CPU seconds used so far, user and system."""
        fields = Path(f"/proc/{self.process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message."""

    name: str
    make: Callable[[Workspace], Request]
    at_once: Sequence[int]
    replies: int = 0  # messages posted in a round


def main() -> None:
    print(section())


def section() -> str:
    return asyncio.run(report())


def kinds(service: Service) -> list[Kind]:
    """Five recurring questions, whose parse is cached, and questions that were never asked before."""
    common, new = itertools.cycle(COMMON), itertools.cycle(on_everything(load(KNOWLEDGE)))
    return [
        Kind(
            "a command, answered in the response", lambda workspace: command(service, workspace, next(common)), AT_ONCE
        ),
        Kind("the same, never asked before", lambda workspace: command(service, workspace, next(new)), AT_ONCE[-1:]),
        Kind("an event with its reply", lambda workspace: event(workspace, next(common)), AT_ONCE, REQUESTS),
        Kind("the same, never asked before", lambda workspace: event(workspace, next(new)), AT_ONCE[-1:], REQUESTS),
    ]


async def report() -> str:
    async with Service() as service, contextlib.AsyncExitStack() as stack:
        workspace = service.add(Workspace())
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        apps = {
            name: await stack.enter_async_context(running(service, module))
            for name, module in {
                "ours": ["adapters.cli", "serve"],
                GUIDE: ["bench.bare_bolt"],
                "bare Bolt, work first": ["bench.bare_bolt", "work-first"],
            }.items()
        }
        rows = []
        for kind in kinds(service):
            for at_once in kind.at_once:
                rows += await _compared(kind, at_once, apps, http, workspace)
        beside = await _beside(service, workspace, HttpWire(apps["ours"].url, http))
    header = [
        "",
        "at once",
        "",
        "requests/s, best round",
        "p50 ms",
        "p99 ms",
        "processor ms",
        f"throughput, {GUIDE} = 1",
    ]
    return (
        "## Slack: the whole server beside a bare Bolt app\n\n"
        f"Signed requests over HTTP, {ROUNDS} rounds of {REQUESTS} in turn, one process each, the Web API in another. "
        "A round ends when the last reply has arrived, p50 and p99 are the acknowledgement's. "
        "The bare app says a constant text, in the form of Bolt's guide and in its fastest form; both apps answer an "
        "event as agents do, with a status and a title before the reply in its thread; ours reads, decides, "
        "draws and remembers, in a SQLite file whose commits survive a power cut. Five questions come again and again, "
        "as what everybody asks does; or every question is another one.\n\n" + table(header, rows) + "\n\n" + beside
    )


async def _beside(service: Service, workspace: Workspace, ours: HttpWire) -> str:
    """How long a recurring command takes while others ask what was never asked."""
    common, new = itertools.cycle(COMMON), itertools.cycle(on_everything(load(KNOWLEDGE)))
    rows = []
    for others in (0, *AT_ONCE):
        busy = [asyncio.create_task(_asking(service, workspace, ours, new)) for _ in range(others)]
        seconds = await send(ours, [command(service, workspace, next(common)) for _ in range(REQUESTS)], 1)
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        latency = Latency.of(seconds)
        rows.append([str(others), f"{latency.median:.1f}", f"{latency.p99:.1f}"])
    return (
        "A recurring command, one at a time, while others ask what was never asked: the encoder holds all for one "
        "question at a time.\n\n" + table(["others at once", "p50 ms", "p99 ms"], rows)
    )


async def _asking(service: Service, workspace: Workspace, ours: HttpWire, texts: Iterator[str]) -> None:
    for text in texts:
        await ours.send(*command(service, workspace, text))


async def _compared(
    kind: Kind,
    at_once: int,
    apps: Mapping[str, App],
    http: aiohttp.ClientSession,
    workspace: Workspace,
) -> list[list[str]]:
    """A row for each app."""
    rates: dict[str, list[float]] = {name: [] for name in apps}
    seconds: dict[str, list[float]] = {name: [] for name in apps}
    used: dict[str, list[float]] = {name: [] for name in apps}
    for round_number in range(ROUNDS + 1):
        for name, app in apps.items():
            before = app.processor_seconds()
            requests, posted = [kind.make(workspace) for _ in range(REQUESTS)], len(workspace.standing)
            start = time.perf_counter()
            each = await send(HttpWire(app.url, http), requests, at_once)
            # The variant of Bolt's guide acknowledges first, and posts after that.
            await workspace.until(lambda enough=posted + kind.replies: len(workspace.standing) >= enough)
            took = time.perf_counter() - start
            if round_number:  # the first one warms up
                rates[name].append(REQUESTS / took)
                seconds[name] += each
                used[name].append((app.processor_seconds() - before) / REQUESTS * 1e3)
    rows = []
    for name in apps:
        latency = Latency.of(seconds[name])
        ratio = float(np.median(np.array(rates[name]) / np.array(rates[GUIDE])))
        figures = [f"{max(rates[name]):.0f}", f"{latency.median:.1f}", f"{latency.p99:.1f}", f"{min(used[name]):.2f}"]
        rows.append([kind.name, str(at_once), name, *figures, f"{ratio:.2f}"])
    return rows


@contextlib.asynccontextmanager
async def running(service: Service, module: Sequence[str]) -> AsyncIterator[App]:
    """The app in a process of its own, as long as the block lasts."""
    [token] = service.workspaces
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{folder}/advisor.sqlite3",
            "SLACK_BOT_TOKEN": token,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": service.api_url,
            "SLACK_SECONDS_APART": "0",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *module, cwd=folder, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            await _listening(port)
            yield App(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            await process.wait()


async def _listening(port: int) -> None:
    """Return when the port accepts connections."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


async def send(wire: HttpWire, requests: Sequence[Request], at_once: int) -> list[float]:
    """Send with the given concurrency. Returns the seconds until each request is acknowledged."""
    waiting = iter(requests)
    each: list[float] = []

    async def one_after_another() -> None:
        for body, content_type in waiting:
            start = time.perf_counter()
            status, _ = await wire.send(body, content_type)
            each.append(time.perf_counter() - start)
            assert status == 200, status

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return each


def command(service: Service, workspace: Workspace, text: str) -> Request:
    """The id of the next asker; each asks a few times only."""
    number = next(_numbers)
    body = {
        "command": "/advisor",
        "text": text,
        "team_id": workspace.team,
        "channel_id": "C1",
        "channel_name": "general",
        "user_id": f"U{number // 10}",
        "trigger_id": f"trigger-{number}",
        "response_url": service.response_url(workspace),
    }
    return urlencode(body), FORM


def event(workspace: Workspace, text: str) -> Request:
    number = next(_numbers)
    person = f"U{number // 10}"
    channel = f"D{number // 10}"
    if channel not in workspace.channels:
        workspace.add_direct(person, channel)
    said = {"type": "message", "channel_type": "im", "channel": channel, "user": person, "ts": f"1.{number}"}
    workspace.threads.add((channel, said["ts"]))
    body = {
        "type": "event_callback",
        "team_id": workspace.team,
        "event_id": f"Ev{number}",
        "event": {**said, "text": text},
        "authorizations": [{"team_id": workspace.team, "user_id": workspace.bot, "is_bot": True}],
    }
    return json.dumps(body), JSON


if __name__ == "__main__":
    main()
