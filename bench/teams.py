"""A message from Teams through the whole server, beside a bare botbuilder bot that echoes. `python -m bench.teams`

Each runs in a process of its own and sends its answers to a connector service in this one. Ours answers the
question, stores the conversation and the reply in SQLite, and renders a card; the other only replies. Their rounds
alternate. The goal is 0.8 of the other's throughput; the exit code is 1 where it is missed.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bench.measure import Latency, table
from bot.knowledge import load

KNOWLEDGE = Path("knowledge")
AT_ONCE = 8  # messages on their way at any time
PEOPLE = 400  # each in a chat of their own
MESSAGES = 800  # a round
ROUNDS = 5
GOAL = 0.8
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Round:
    turns: float  # a second
    latency: Latency  # from the request to its response; the answer has been sent by then


@asynccontextmanager
async def connector() -> AsyncIterator[str]:
    """A connector service that accepts everything; yields its address."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"id": "1"})

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@asynccontextmanager
async def running(*arguments: str, **environment: str) -> AsyncIterator[str]:
    """Run `python -m arguments` while the block runs; yields its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    try:
        while True:
            line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
            assert process.returncode is None, f"{arguments} ended"
            if (port := line.rpartition(":")[2].strip()) and port.isdigit():
                break
        yield f"http://127.0.0.1:{port}/api/messages"
    finally:
        process.terminate()
        await process.wait()


def message(service_url: str, text: str, number: int) -> dict[str, Any]:
    person = f"person-{number % PEOPLE}"
    tenant = {"id": "tenant"}
    return {
        "type": "message",
        "id": f"m{number}",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": f"29:{person}", "aadObjectId": person, "name": person},
        "recipient": {"id": "28:bot", "name": "Bot"},
        "conversation": {"id": f"a:{person}", "conversationType": "personal", "tenantId": "tenant"},
        "channelData": {"tenant": tenant},
        "text": text,
    }


async def ask(url: str, service_url: str, texts: Sequence[str], count: int) -> Round:
    """Send `count` messages, a few at once."""
    left = iter(range(count))
    seconds: list[float] = []

    async def one_after_the_other(http: aiohttp.ClientSession) -> None:
        for number in left:
            activity = message(service_url, texts[number % len(texts)], next(_numbers))
            begun = time.perf_counter()
            async with http.post(url, json=activity) as response:
                assert response.status < 300, response.status
                await response.read()
            seconds.append(time.perf_counter() - begun)

    async with aiohttp.ClientSession() as http:
        begun = time.perf_counter()
        await asyncio.gather(*(one_after_the_other(http) for _ in range(AT_ONCE)))
        return Round(count / (time.perf_counter() - begun), Latency.of(seconds))


async def measure() -> tuple[list[Round], list[Round]]:
    """Our rounds and the other's."""
    answers = load(KNOWLEDGE).answers.values()
    texts = [question for answer in answers for question in answer.questions]
    with tempfile.TemporaryDirectory() as folder:
        here = {"DATABASE_URL": f"sqlite:///{folder}/advisor.sqlite3", "PORT": "0", "HOST": "127.0.0.1"}
        none = dict.fromkeys(("MicrosoftAppId", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"), "")
        async with (
            connector() as service_url,
            running("adapters.cli", "serve", **here, TEAMS_DEVELOPMENT=service_url, **none) as ours,
            running("bench.teams_echo") as bare,
        ):
            for url in (ours, bare):
                await ask(url, service_url, texts, PEOPLE)
            pairs = [
                (await ask(ours, service_url, texts, MESSAGES), await ask(bare, service_url, texts, MESSAGES))
                for _ in range(ROUNDS)
            ]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def ratio(ours: Sequence[Round], bare: Sequence[Round]) -> float:
    """Our throughput relative to the baseline's: the median over the rounds."""
    return statistics.median(one.turns / other.turns for one, other in zip(ours, bare, strict=True))


def report(ours: Sequence[Round], bare: Sequence[Round]) -> str:
    rows = [
        [
            name,
            f"{statistics.median(one.turns for one in rounds):.0f}",
            f"{statistics.median(one.latency.median for one in rounds):.1f}",
            f"{statistics.median(one.latency.p99 for one in rounds):.1f}",
        ]
        for name, rounds in (("ours, the whole server", ours), ("botbuilder, echo", bare))
    ]
    intro = (
        f"{AT_ONCE} messages at once from {PEOPLE} people in chats of their own; medians of {ROUNDS} rounds of "
        f"{MESSAGES} messages, the rounds of the two in turn. Ours takes {ratio(ours, bare):.2f} turns while the other "
        f"takes one."
    )
    header = ("", "turns a second", "median ms", "p99 ms")
    return "\n".join(["## A message from Teams", "", intro, "", table(header, rows)])


def section() -> str:
    return report(*asyncio.run(measure()))


if __name__ == "__main__":
    found = asyncio.run(measure())
    print(report(*found))
    sys.exit(0 if ratio(*found) >= GOAL else 1)
