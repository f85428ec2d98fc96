"""Progress output while the model is fitted to the examples, which takes some seconds once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

from bot.ranking.model_cache import Progress

FEW = 1000  # examples; fitting fewer takes too short a time to report
QUARTERS = 4  # of the work; each is one line where the output is no terminal


def learning(write: Callable[[str], None], terminal: TextIO | None = None) -> Progress:
    """A progress callback: a live percentage if `terminal` (default: standard error) is a TTY, else a few lines, each
    passed to `write`."""
    stream = terminal or sys.stderr
    return _live(stream) if stream.isatty() else in_lines(write)


def _live(stream: TextIO) -> Progress:
    def report(examples: int, share: float) -> None:
        if examples >= FEW:
            stream.write(f"\r{_line(examples, share)}{'' if share < 1 else chr(10)}")
            stream.flush()

    return report


def in_lines(write: Callable[[str], None]) -> Progress:
    """A progress callback: a few lines, each passed to `write`."""
    reported = -1

    def report(examples: int, share: float) -> None:
        nonlocal reported
        if share == 0:  # a new run: the knowledge was reloaded
            reported = -1
        quarter = int(share * QUARTERS)
        if examples >= FEW and quarter > reported:
            reported = quarter
            write(_line(examples, share))

    return report


def _line(examples: int, share: float) -> str:
    return f"Learning from {examples:,} examples, once for this version of the knowledge: {share:.0%}"
