"""Port: the scores of evaluations that were saved, for the overview of the workbench."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from adapters.transcripts import UnitOfWork


@dataclass(frozen=True, slots=True)
class GoldScore:
    """The result of one evaluation of the knowledge that serves. `right`: the share of gold questions, 0 to 1."""

    at: float  # seconds since 1970
    version: str  # of the knowledge
    right: float


GoldScores = Callable[[UnitOfWork], Awaitable[Sequence[GoldScore]]]
"""Reads the scores of finished evaluations, oldest first."""


async def no_scores(unit: UnitOfWork) -> Sequence[GoldScore]:
    """For a store that keeps no evaluations."""
    return ()
