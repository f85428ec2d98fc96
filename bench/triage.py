"""Latency of the guided dialogue: one turn with its write, on SQLite and PostgreSQL, and the replay of a record.

`python -m bench.triage`. The goals are medians of at most 2 ms on SQLite, 4 ms on PostgreSQL and 1 ms for a replay; the
exit code is 1 where one is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from adapters.database import SqlStore, migrate
from adapters.in_memory import InMemoryStore
from bench.measure import in_new_process, table, timed
from bench.store import databases
from bot.advisor import Advisor
from bot.domain.conversation import Conversation
from bot.domain.effects import Keep
from bot.domain.messages import Message, Place
from bot.service.ports import Store
from bot.service.session import Session

KNOWLEDGE = Path("knowledge")
WARM_UP, DIALOGUES = 20, 200
GOALS = {"this process": 2.0, "sqlite": 2.0, "postgresql": 4.0, "replay": 1.0}  # milliseconds, median
ANSWERS = ("help us choose", "1", "code, suppliers", "nothing yet", "pci", "no budget")


def report() -> str:
    found = in_new_process("bench.triage", "--measure")
    rows = [
        [name, f"{found[f'{name} median']:.2f}", f"{found[f'{name} p99']:.2f}", f"{goal:.2f}"]
        for name, goal in GOALS.items()
    ]
    intro = (
        f"{DIALOGUES} dialogues of {len(ANSWERS)} typed messages each, from text to reply, with everything that is "
        "remembered written and committed; then a record replayed to its recommendation."
    )
    head = ("a turn of the guided dialogue", "median ms", "p99 ms", "goal, median ms")
    return "\n".join(["## The guided dialogue", "", intro, "", table(head, rows)])


async def turns(advisor: Advisor, store: Store) -> list[float]:
    """Seconds of each turn, after some dialogues to warm up."""
    session = Session(advisor, store)
    times: list[float] = []
    for number in range(WARM_UP + DIALOGUES):
        place = Place("slack", "T1", f"C{number}")
        for step, text in enumerate(ANSWERS):
            message = Message(text, place=place, person="anna", delivery=f"{number}-{step}", at=1e9 + step)
            begun = time.perf_counter()
            reply = await session.respond(message)
            times.append(time.perf_counter() - begun)
            assert reply.kind in ("triage", "recommendation")
    return times[WARM_UP * len(ANSWERS) :]


async def turns_on(advisor: Advisor, url: str) -> list[float]:
    migrate(url)
    store = SqlStore.at(url)
    try:
        return await turns(advisor, store)
    finally:
        await store.close()


def record_of(advisor: Advisor) -> str:
    """The record of one dialogue."""
    conversation = Conversation()
    for step, text in enumerate(ANSWERS):
        turn = advisor.turn(Message(text, at=1e9 + step), conversation)
        conversation = turn.conversation
    return next(effect.record for effect in turn.effects if isinstance(effect, Keep))


def measure() -> dict[str, float]:
    """Milliseconds: the median and the 99th percentile of each."""
    advisor = Advisor.load(KNOWLEDGE)
    times = {"this process": asyncio.run(turns(advisor, InMemoryStore()))}
    with databases() as urls:
        for name, url in urls.items():
            times[name] = asyncio.run(turns_on(advisor, url))
    found: dict[str, float] = {}
    for name, seconds in times.items():
        ranked = sorted(seconds)
        found[f"{name} median"] = ranked[len(ranked) // 2] * 1000
        found[f"{name} p99"] = ranked[int(len(ranked) * 0.99)] * 1000
    replay: Callable[[str], object] = advisor.recommendation
    _, latency = timed(replay, [record_of(advisor)] * 500)
    return found | {"replay median": latency.median, "replay p99": latency.p99}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true")
    if parser.parse_args().measure:
        print(json.dumps(measure()))
    else:
        figures = measure()
        for name, goal in GOALS.items():
            print(f"{name:14}{figures[f'{name} median']:8.2f} ms{figures[f'{name} p99']:8.2f} ms p99{goal:8.2f} goal")
        sys.exit(any(figures[f"{name} median"] > goal for name, goal in GOALS.items()))
