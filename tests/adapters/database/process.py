"""A process of its own on a database: started by the tests of several processes and of sudden death.

python -m tests.adapters.database.process serve URL NAME COUNT    takes COUNT turns, prints each reply once it is given
python -m tests.adapters.database.process deaths URL              dies at each step of a turn in turn, see `deaths`
python -m tests.adapters.database.process post URL FILE           sends what the outbox holds, a line in FILE for each
python -m tests.adapters.database.process die URL FILE STEP       the same into a channel that nobody can look through,
                                                                  and dies at STEP: waiting, going or acted
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.database import SqlStore
from adapters.leases import LEASE
from adapters.outbox_relay import OutboxRelay
from bot.domain.effects import Post, Publish
from bot.domain.messages import Message, Place
from bot.domain.outbox import Going, IfUnsure, OutboxItem
from bot.knowledge.shipped_phrases import shipped
from bot.service.ports import Store, UnitOfWork
from bot.service.session import Session
from tests.bot.service.counting import StepCounter

HERE = Place("slack", "T1", "C1")


def message(delivery: str) -> Message:
    return Message(command="next", place=HERE, person="anna", delivery=delivery, at=100.0)


async def serve(url: str, name: str, count: int) -> None:
    store = SqlStore.at(url)
    session = Session(StepCounter(), store)
    for number in range(count):
        reply = await session.respond(message(f"{name}-{number}"))
        print(reply.title, flush=True)
    await store.close()


class Mortal:
    """Passes everything on, and kills this process before its `last` step. Steps are calls, before and after."""

    def __init__(self, last: int) -> None:
        self._left = last

    def step(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def wrap(self, thing: Any) -> Any:
        return _Wrapped(thing, self)


class _Wrapped:
    def __init__(self, thing: Any, mortal: Mortal) -> None:
        self._thing = thing
        self._mortal = mortal

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        return self._call(found) if callable(found) else _Wrapped(found, self._mortal)

    def _call(self, method: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*args: Any, **named: Any) -> Any:
            self._mortal.step()
            result = await method(*args, **named)
            self._mortal.step()
            return result

        return call


class MortalMemory:
    def __init__(self, store: Store, mortal: Mortal) -> None:
        self._store = store
        self._mortal = mortal

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        self._mortal.step()
        async with self._store.transaction() as unit:
            yield self._mortal.wrap(unit)
            self._mortal.step()  # everything is written, nothing is committed
        self._mortal.step()  # committed, but nobody was told


def in_a_child(work: Callable[[], Any]) -> bool:
    """Run `work` in a forked process. Returns whether it lived to the end."""
    child = os.fork()
    if child == 0:
        asyncio.run(work())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return status == 0


def deaths(url: str) -> None:
    """One delivery for each step at which a process can die: it dies there, and the platform delivers again.

    Prints for each delivery the reply that was given at last. The last delivery is one at which nobody died.
    """

    async def take(delivery: str, last: int) -> None:
        store = SqlStore.at(url)
        post = Publish(f"post-{delivery}", HERE, Post("Title"))
        reply = await Session(StepCounter(post), MortalMemory(store, Mortal(last))).respond(message(delivery))
        print(delivery, reply.title, flush=True)
        await store.close()

    for last in range(100):
        if in_a_child(lambda last=last: take(f"d{last}", last)):
            return
        if not in_a_child(lambda last=last: take(f"d{last}", 10_000)):
            raise SystemExit("the second delivery failed")


class FileSender:
    """A platform whose channel is a file: a line a message. Dies after every third message, before it can say so; or,
    where it can't look, at the step `dies_at`."""

    def __init__(self, file: Path, dies_at: str | None = None) -> None:
        self._file = file
        self._dies_at = dies_at

    def if_unsure(self, item: OutboxItem) -> IfUnsure:
        if not isinstance(item.content, Post):
            return "again"
        return "look" if self._dies_at is None else "never"

    async def send(self, item: OutboxItem, going: Going) -> str:
        self._step("waiting")
        await going()
        self._step("going")
        with self._file.open("a") as file:
            file.write(f"{item.id}\n")
        self._step("acted")
        if self._dies_at is None and isinstance(item.content, Post) and int(item.id[5:]) % 3 == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return item.id

    def _step(self, name: str) -> None:
        if self._dies_at == name:
            os.kill(os.getpid(), signal.SIGKILL)

    async def find(self, item: OutboxItem, going: Going) -> str | None:
        return item.id if item.id in self._file.read_text().split() else None

    async def link(self, item: OutboxItem, reference: str) -> str:
        return ""

    async def update(self, item: OutboxItem, reference: str) -> None:
        raise NotImplementedError

    async def delete(self, item: OutboxItem, reference: str) -> None:
        raise NotImplementedError


async def post(url: str, file: Path, dies_at: str | None = None, *, passing: float = LEASE / 2) -> None:
    """Looks until nothing is left to do. Between two looks so many seconds pass: a process alone finds out at once who
    is dead; where others are at work, time has to stand still."""
    store, now = SqlStore.at(url), 1000.0
    relay = OutboxRelay(store, {"slack": FileSender(file, dies_at)}, shipped, clock=lambda: now, monotonic=lambda: now)
    idle = 0
    while idle < 4:
        idle = 0 if await relay.send_due() else idle + 1
        now += passing
    await store.close()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", url, name, count]:
            asyncio.run(serve(url, name, int(count)))
        case ["deaths", url]:
            deaths(url)
        case ["post", url, file]:
            asyncio.run(post(url, Path(file), passing=0.0))
        case ["post later", url, file]:
            asyncio.run(post(url, Path(file)))
        case ["die", url, file, step]:
            asyncio.run(post(url, Path(file), step))
