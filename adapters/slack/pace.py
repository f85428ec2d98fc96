"""Spaces messages in a channel: Slack takes about one a second."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_CHANNELS = 10_000  # channels whose next free time is known


class Pace:
    """Reserves the time of each message in a channel. `interval`: seconds between two messages."""

    def __init__(self, interval: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = interval
        self._clock = clock
        self._free_at: OrderedDict[tuple[str, str], float] = OrderedDict()

    def wait(self, tenant: str, channel: str, *, at_most: float) -> float:
        """Seconds until the channel is free. That time is reserved, unless it is more than `at_most` seconds away."""
        now = self._clock()
        key = tenant, channel
        wait = max(0.0, self._free_at.get(key, 0.0) - now)
        if wait <= at_most:
            self._free_at[key] = now + wait + self._interval
            self._free_at.move_to_end(key)
            if len(self._free_at) > MAX_CHANNELS:
                self._free_at.popitem(last=False)
        return wait
