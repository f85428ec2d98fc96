"""The clocks and delays of this surface, which tests replace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    slow: float = 1.0  # seconds after which a typing indicator is shown
    clock: Callable[[], float] = time.monotonic  # seconds
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], float] = time.time  # seconds since 1970
    login: float = 5.0  # seconds that a request waits for a login that is under way
    patience: float = 4.0  # seconds that a team is waited for before it is left out
