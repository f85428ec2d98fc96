"""A message from Teams through the whole server, beside a bare botbuilder bot that echoes. `python -m bench.teams`

Each runs in a process of its own and sends its answers to a connector service in this one. Ours answers the
question, stores the conversation and the reply in SQLite, and renders a card; the other only replies. Their rounds
alternate, and so do rounds of a few questions that come again and again with rounds in which every question is another
one, which ours has to read. The goal is the other's throughput in both; the exit code is 1 where it is missed.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bench.measure import Latency, table
from bench.slack import COMMON
from bot.knowledge import load

KNOWLEDGE = Path("knowledge")
AT_ONCE = 8  # messages on their way at any time
PEOPLE = 400  # each in a chat of their own
MESSAGES = 200  # a round
ROUNDS = 5  # of each kind
GOAL = 1.0
COMMON_QUESTIONS, NEW_QUESTIONS = "a few questions, again and again", "every question another one"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Round:
    turns: float  # a second
    latency: Latency  # from the request to its response; the answer has been sent by then


Pair = tuple[Round, Round]
"""Our round, and the other's."""


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


async def ask(url: str, service_url: str, texts: Iterator[str], count: int) -> Round:
    """Send `count` messages, a few at once."""
    left = iter(range(count))
    seconds: list[float] = []

    async def one_after_the_other(http: aiohttp.ClientSession) -> None:
        for _ in left:
            activity = message(service_url, next(texts), next(_numbers))
            begun = time.perf_counter()
            async with http.post(url, json=activity) as response:
                assert response.status < 300, response.status
                await response.read()
            seconds.append(time.perf_counter() - begun)

    async with aiohttp.ClientSession() as http:
        begun = time.perf_counter()
        await asyncio.gather(*(one_after_the_other(http) for _ in range(AT_ONCE)))
        return Round(count / (time.perf_counter() - begun), Latency.of(seconds))


async def measure() -> dict[str, list[Pair]]:
    """The rounds of each kind."""
    answers = load(KNOWLEDGE).answers.values()
    new = list(dict.fromkeys(question for answer in answers for question in answer.questions))
    random.Random(0).shuffle(new)
    texts = {COMMON_QUESTIONS: itertools.cycle(COMMON), NEW_QUESTIONS: itertools.cycle(new)}
    rounds: dict[str, list[Pair]] = {kind: [] for kind in texts}
    with tempfile.TemporaryDirectory() as folder:
        here = {"DATABASE_URL": f"sqlite:///{folder}/advisor.sqlite3", "PORT": "0", "HOST": "127.0.0.1"}
        none = dict.fromkeys(("MicrosoftAppId", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"), "")
        async with (
            connector() as service_url,
            running("adapters.cli", "serve", **here, TEAMS_DEVELOPMENT=service_url, **none) as ours,
            running("bench.teams_echo") as bare,
        ):
            for url in (ours, bare):
                await ask(url, service_url, texts[COMMON_QUESTIONS], PEOPLE)
            for _ in range(ROUNDS):
                for kind, questions in texts.items():
                    taken = await ask(ours, service_url, questions, MESSAGES)
                    rounds[kind].append((taken, await ask(bare, service_url, itertools.cycle(COMMON), MESSAGES)))
    return rounds


def ratio(pairs: Sequence[Pair]) -> float:
    """Our throughput relative to the baseline's: the median over the rounds."""
    return statistics.median(ours.turns / bare.turns for ours, bare in pairs)


def report(rounds: Mapping[str, Sequence[Pair]]) -> str:
    rows = []
    for kind, pairs in rounds.items():
        for at, name in enumerate(("ours, the whole server", "botbuilder, echo")):
            taken = [pair[at] for pair in pairs]
            rows.append(
                [
                    f"{kind}: {name}",
                    f"{statistics.median(one.turns for one in taken):.0f}",
                    f"{statistics.median(one.latency.median for one in taken):.1f}",
                    f"{statistics.median(one.latency.p99 for one in taken):.1f}",
                    f"{ratio(pairs):.2f}" if at == 0 else "1.00",
                ]
            )
    intro = (
        f"{AT_ONCE} messages at once from {PEOPLE} people in chats of their own; medians of {ROUNDS} rounds of "
        f"{MESSAGES} messages, the rounds of the two in turn. The other echoes whatever it is asked; ours remembers "
        f"how a question reads that comes again, and runs its encoder for any other one."
    )
    header = ("", "turns a second", "median ms", "p99 ms", "throughput, botbuilder = 1")
    return "\n".join(["## A message from Teams", "", intro, "", table(header, rows)])


def section() -> str:
    return report(asyncio.run(measure()))


if __name__ == "__main__":
    found = asyncio.run(measure())
    print(report(found))
    sys.exit(0 if all(ratio(pairs) >= GOAL for pairs in found.values()) else 1)
