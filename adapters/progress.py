"""What is said while the advisor learns from its examples, which takes some seconds once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

from bot.ranking.model_cache import Progress

FEW = 1000  # examples; learning from fewer is over before anybody wonders
QUARTERS = 4  # of the work; each gets a line of its own where nobody sits in front of a terminal


def learning(write: Callable[[str], None], terminal: TextIO | None = None) -> Progress:
    """Tells of learning: a live percentage on `terminal` (standard error unless given) where that is one, else a few
    lines, each handed to `write`."""
    stream = terminal or sys.stderr
    return _live(stream) if stream.isatty() else _in_lines(write)


def _live(stream: TextIO) -> Progress:
    def tell(examples: int, share: float) -> None:
        if examples >= FEW:
            stream.write(f"\r{_said(examples, share)}{'' if share < 1 else chr(10)}")
            stream.flush()

    return tell


def _in_lines(write: Callable[[str], None]) -> Progress:
    said = -1

    def tell(examples: int, share: float) -> None:
        nonlocal said
        if share == 0:  # from the beginning: the knowledge was read again
            said = -1
        quarter = int(share * QUARTERS)
        if examples >= FEW and quarter > said:
            said = quarter
            write(_said(examples, share))

    return tell


def _said(examples: int, share: float) -> str:
    return f"Learning from {examples:,} examples, once for this version of the knowledge: {share:.0%}"
