"""How fast passwords can be tried. Nobody is locked out: behind a proxy everybody has one address, and an attacker who
is counted by it would shut everybody out.

Attempts take their turns in one line, one a second, ten at once after a quiet time. So whoever guesses has 86,400 tries
a day in each process, however many machines they have, and the right password gets in when its turn comes. A browser
that got in before does not stand in that line, but has ten tries an hour of its own (OWASP's "device cookies").
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

INTERVAL = 1.0  # seconds between two tries
AT_ONCE = 10  # tries that may come together after a quiet time
LONGEST_WAIT = 10.0  # seconds that a try may stand in line; who comes when the line is longer is asked to come again
HOUR = 3600.0
TRIES_OF_A_DEVICE = 10  # an hour


class PasswordThrottle:
    """When the next try is due (the generic cell rate algorithm of ITU-T I.371)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = float("-inf")  # when the line would be empty, were no try ever early
        self._tries: dict[str, deque[float]] = {}

    def join(self, device: str = "") -> float | None:
        """Seconds until this try may be made; None: the line is too long. `device`: the id of a browser that got in
        before, empty for any other."""
        now = self._clock()
        if device and self._has_a_try(device, now):
            return 0.0
        due = max(self._due, now)
        wait = max(due - now - (AT_ONCE - 1) * INTERVAL, 0.0)
        if wait > LONGEST_WAIT:
            return None
        self._due = due + INTERVAL
        return wait

    def passed(self, device: str) -> None:
        """The password was right: what this browser tried before no longer counts."""
        self._tries.pop(device, None)

    def _has_a_try(self, device: str, now: float) -> bool:
        for other in [id for id, tries in self._tries.items() if tries[-1] <= now - HOUR]:
            del self._tries[other]
        tries = self._tries.setdefault(device, deque(maxlen=TRIES_OF_A_DEVICE))
        if len(tries) == TRIES_OF_A_DEVICE and tries[0] > now - HOUR:
            return False
        tries.append(now)
        return True
