"""How often a conversation may be sent to. Teams counts per conversation and refuses what comes faster."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

# Microsoft's figures for sending into one conversation: so many in so many seconds.
LIMITS = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
KEPT = 10_000  # conversations whose recent sends are remembered


class Pace:
    """Makes those wait who would send into a conversation faster than Teams takes it."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()

    async def wait(self, conversation: str) -> None:
        """Return when `conversation` may be sent to, and count that as sent."""
        times = self._sent.setdefault(conversation, deque(maxlen=LIMITS[-1][0]))
        self._sent.move_to_end(conversation)
        if len(self._sent) > KEPT:
            self._sent.popitem(last=False)
        now = self._clock()
        at = max([now, *(times[-count] + seconds for count, seconds in LIMITS if len(times) >= count)])
        times.append(at)  # before sleeping, so that the next one queues behind this one
        if at > now:
            await self._sleep(at - now)
