"""Client-side rate limiting: Teams refuses messages into one conversation beyond a rate."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

# Microsoft's limits for one conversation: messages, and the seconds in which they may be sent.
LIMITS = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
MAX_CONVERSATIONS = 10_000  # whose recent sends are remembered


class Pace:
    """Delays what would be sent into a conversation faster than Teams allows. `clock`: seconds, monotonic."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()

    async def wait(self, conversation: str) -> None:
        """Return when a message may be sent into `conversation`, and count that message."""
        times = self._sent.setdefault(conversation, deque(maxlen=LIMITS[-1][0]))
        self._sent.move_to_end(conversation)
        if len(self._sent) > MAX_CONVERSATIONS:
            self._sent.popitem(last=False)
        now = self._clock()
        at = max([now, *(times[-count] + seconds for count, seconds in LIMITS if len(times) >= count)])
        times.append(at)  # before sleeping, so that the next one queues behind this one
        if at > now:
            await self._sleep(at - now)
