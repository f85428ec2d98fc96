"""Measuring: time per call, peak memory, area under the curve, and tables in Markdown."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    median: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Latency:
        return cls(float(np.median(seconds)) * 1e3, float(np.quantile(seconds, 0.99)) * 1e3)


def timed(call: Callable[[Asked], Answer], asked: Sequence[Asked]) -> tuple[list[Answer], Latency]:
    """The results of `call` on each item, one at a time, and the time of each. Warms up with a few calls on the last
    items, which have left the caches when they are measured."""
    for one in asked[-20:]:
        call(one)
    answers, seconds = [], []
    for one in asked:
        start = time.perf_counter()
        answers.append(call(one))
        seconds.append(time.perf_counter() - start)
    return answers, Latency.of(seconds)


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Area under the ROC curve, 0 to 1: how often a number of `inside` exceeds one of `outside`, ties counting half."""
    ordered = np.sort(np.asarray(outside))
    below = np.searchsorted(ordered, inside, "left")
    upto = np.searchsorted(ordered, inside, "right")
    return float((below + upto).mean() / (2 * len(ordered)))


def in_new_process(module: str, *arguments: str) -> dict[str, Any]:
    """The JSON object on the last line of `python -m module arguments`: memory is measured in a separate process."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def peak_megabytes() -> float:
    """Peak resident memory of this process in MB. Not `ru_maxrss`, which Linux inherits from the parent process."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
