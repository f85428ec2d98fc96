"""About one message a second: what Slack takes in one channel."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

KEPT = 10_000  # channels whose next free moment is remembered


class Pace:
    """Gives each message in a channel its moment. `apart`: seconds between two messages."""

    def __init__(self, apart: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._apart = apart
        self._clock = clock
        self._free_at: OrderedDict[tuple[str, str], float] = OrderedDict()

    def wait(self, tenant: str, channel: str, *, at_most: float) -> float:
        """Seconds until the channel is free. Its next moment is taken, unless that is more than `at_most` away."""
        now = self._clock()
        key = tenant, channel
        wait = max(0.0, self._free_at.get(key, 0.0) - now)
        if wait <= at_most:
            self._free_at[key] = now + wait + self._apart
            self._free_at.move_to_end(key)
            if len(self._free_at) > KEPT:
                self._free_at.popitem(last=False)
        return wait
