"""What a platform's world has to offer to a round."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from bench.chaos.history import Asked, Confirmed, Shown
from bench.chaos.servers import Fleet, Given

PATIENCE = 30.0  # seconds for which a platform delivers again, and a person tries again
THINGS = (
    "lighthouse", "violin", "volcano", "bicycle", "glacier", "compass", "telescope", "pyramid", "kangaroo", "submarine",
    "cathedral", "umbrella", "chess", "cactus", "penguin", "harbour", "mushroom", "castle", "tractor", "diamond",
    "waterfall", "honey", "sandwich", "thunder",
)  # fmt: skip


@dataclass
class Happened:
    """What was injected so far, and what came of it. `called`: set whenever the platform's API is called."""

    seed: random.Random
    faults: Counter[str] = field(default_factory=Counter)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[Asked] = field(default_factory=list)
    confirmed: list[Confirmed] = field(default_factory=list)
    deck: list[str] = field(default_factory=list)
    mended: bool = False  # nothing is injected any more

    def chance(self, of: float) -> bool:
        return not self.mended and self.seed.random() < of

    def next_of(self, names: list[str]) -> str:
        """One of `names` after another, in an order that changes each time."""
        self.deck = self.deck or self.seed.sample(names, len(names))
        return self.deck.pop()

    def things(self, count: int) -> list[int]:
        """As many numbers of things to ask about."""
        return self.seed.sample(range(1, len(THINGS) + 1), count)


def question(thing: int) -> str:
    return f"what is a {THINGS[thing - 1]}?"


class Platform(Protocol):
    """Slack or Teams on this machine. `acts`: what people there do, each by a new person."""

    given: Callable[[], Given]

    @property
    def acts(self) -> list[Callable[[Fleet], Awaitable[None]]]: ...

    @property
    def enough(self) -> bool:
        """Whether each kind of fault has happened."""
        ...

    def inject(self) -> None:
        """Let the next call of the API go wrong."""
        ...

    def heal(self) -> None:
        """Take away what was injected and has not happened."""
        ...

    def shown(self) -> list[Shown]: ...


async def until_acknowledged(deliver: Callable[[int], Awaitable[bool]], happened: Happened) -> bool:
    """Deliver until it is acknowledged, as platforms do, but for longer; at times once more after that. `deliver` takes
    the number of the delivery. Returns whether it was."""
    loop = asyncio.get_running_loop()
    until, retry = loop.time() + PATIENCE, 0
    while loop.time() < until:
        if await deliver(retry):
            if happened.chance(0.3):
                happened.faults["delivered again"] += 1
                await deliver(retry + 1)
            return True
        retry += 1
        await asyncio.sleep(0.3)
    return False
