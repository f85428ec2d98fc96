"""Client-side rate limiting: Teams refuses requests about one conversation beyond a rate."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence

# Microsoft's limits for one conversation: messages, and the seconds in which they may be sent.
LIMITS = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
# The same for questions about its members and channels, and for the questions about all conversations together.
LOOKUP_LIMITS = ((14, 1.0), (16, 2.0), (120, 30.0), (3600, 3600.0))
LOOKUPS_IN_ALL = ((30, 1.0),)
MAX_CONVERSATIONS = 10_000  # whose recent sends are remembered


class Pace:
    """Delays requests that would come faster than `limits`, which count them for each key: the id of a conversation.
    `clock`: seconds, monotonic."""

    def __init__(
        self,
        limits: Sequence[tuple[int, float]],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()

    async def wait(self, key: str) -> None:
        """Return when the next request may be made, and count it."""
        times = self._sent.setdefault(key, deque(maxlen=self._limits[-1][0]))
        self._sent.move_to_end(key)
        if len(self._sent) > MAX_CONVERSATIONS:
            self._sent.popitem(last=False)
        now = self._clock()
        at = max([now, *(times[-count] + seconds for count, seconds in self._limits if len(times) >= count)])
        times.append(at)  # before sleeping, so that the next one queues behind this one
        if at > now:
            await self._sleep(at - now)
