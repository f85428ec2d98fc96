"""How long an outbox item has waited, told without its time, which the outbox does not store.

Items have rising numbers. So an item has waited at least since this process first saw a number as high as its own. Of
what was there before this process, that is since its start.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

MOST = 5000  # looks that are remembered, each where there was something new: a day of one every 15 seconds


class OutboxAge:
    """`clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._looks: deque[tuple[int, float]] = deque(maxlen=MOST)  # the newest number, and when it was first seen

    def look(self, newest: int, oldest_waiting: int | None) -> None:
        """Note the number that was given last; and forget what is told about items that wait no more."""
        if not self._looks or newest > self._looks[-1][0]:
            self._looks.append((newest, self._clock()))
        while len(self._looks) > 1 and (oldest_waiting is None or self._looks[0][0] < oldest_waiting):
            self._looks.popleft()

    def of(self, number: int) -> float:
        """Seconds for which the item has waited at least."""
        seen = next((at for newest, at in self._looks if newest >= number), self._clock())
        return self._clock() - seen
