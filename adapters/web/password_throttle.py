"""Throttles log-in attempts without locking anybody out.

Limits by address don't work: behind a proxy everybody has the same one. So all attempts share one queue, one a second
after a burst of ten: 86,400 guesses a day and process, however many machines an attacker has. The right password is
accepted when its turn comes. A browser that logged in before skips the queue and has ten attempts an hour of its own
(OWASP's "device cookies").
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

INTERVAL = 1.0  # seconds between two attempts
BURST = 10  # attempts allowed at once after a pause
LONGEST_WAIT = 10.0  # seconds in the queue; beyond that an attempt is rejected
HOUR = 3600.0
DEVICE_ATTEMPTS = 10  # an hour


class PasswordThrottle:
    """Schedules attempts by the generic cell rate algorithm (ITU-T I.371). `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = float("-inf")  # the theoretical arrival time of the algorithm
        self._attempts: dict[str, deque[float]] = {}

    def reserve(self, device: str = "") -> float | None:
        """Seconds until this attempt may be made; None if the queue is too long. `device`: the id of a browser that
        logged in before, else ""."""
        now = self._clock()
        if device and self._device_may_try(device, now):
            return 0.0
        due = max(self._due, now)
        wait = max(due - now - (BURST - 1) * INTERVAL, 0.0)
        if wait > LONGEST_WAIT:
            return None
        self._due = due + INTERVAL
        return wait

    def clear(self, device: str) -> None:
        """Forget the attempts of `device`, after the right password."""
        self._attempts.pop(device, None)

    def _device_may_try(self, device: str, now: float) -> bool:
        for other in [id for id, attempts in self._attempts.items() if attempts[-1] <= now - HOUR]:
            del self._attempts[other]
        attempts = self._attempts.setdefault(device, deque(maxlen=DEVICE_ATTEMPTS))
        if len(attempts) == DEVICE_ATTEMPTS and attempts[0] > now - HOUR:
            return False
        attempts.append(now)
        return True
