"""Whether what something costs grows with its input, and not with the square of it: told by ratios, never by a clock on
the wall."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

Input = TypeVar("Input")

SIZES = (800, 6400)
APART = 4  # the times that an input is longer than the one it is compared with
MOST = 9  # the times that it may take longer: twice what is in proportion, and half of what the square would take
TOO_SHORT = 0.002  # seconds of this thread: what takes less says nothing yet; of 800 letters the square takes more


def outgrows(run: Callable[[Input], object], make: Callable[[int], Input]) -> bool:
    """Whether `run` takes much longer in proportion for longer inputs, which `make` makes of so many characters. Who
    else is at work on the machine does not count, and a single slow measurement neither."""
    for size in SIZES:
        long = make(size)
        if _seconds(run, long, times=1) < TOO_SHORT:
            continue
        short = make(size // APART)
        if all(_seconds(run, long, times=2) > MOST * _seconds(run, short, times=4) for _ in range(4)):
            return True
    return False


def _seconds(run: Callable[[Input], object], text: Input, times: int) -> float:
    """Of this thread, at best."""
    best = float("inf")
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(times):
            start = time.thread_time()
            run(text)
            best = min(best, time.thread_time() - start)
    finally:
        if collecting:
            gc.enable()
    return best
