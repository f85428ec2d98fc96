"""Port: evaluations of the knowledge, under way and finished, which every process sees.

Implemented by `adapters.database`, used by `adapters.web`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

MOST_RUNS = 100  # stored, the latest
SILENT = 20.0  # seconds without a sign of life, after which a run counts as stopped

State = Literal["running", "finished", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation. Times are seconds since 1970."""

    id: str
    began: float
    seen: float  # its last sign of life
    folder: str  # of what: "" for the knowledge that serves, else what another folder or revision is called
    version: str  # of the knowledge; "" while it is not read yet
    gold: str  # what the questions are called
    digest: str  # of the questions
    total: int  # questions
    done: int = 0
    finished: bool = False
    problem: str = ""  # why it failed, and what to do
    figures: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # part and whole by name, once finished

    def state(self, now: float) -> State:
        if self.problem:
            return "failed"
        if self.finished:
            return "finished"
        return "running" if now - self.seen <= SILENT else "stopped"


class Evaluations(Protocol):
    async def add(self, run: Run, content: bytes) -> None:
        """Store a run that begins, with its questions. Deletes all but the latest `MOST_RUNS`."""
        ...

    async def advance(self, run: Run) -> bool:
        """Store how far it is; False if it was deleted meanwhile."""
        ...

    async def finish(self, run: Run, content: bytes) -> None:
        """Store its result, unless it was deleted meanwhile."""
        ...

    async def all(self) -> Sequence[Run]:
        """Newest first."""
        ...

    async def content(self, id: str) -> bytes | None: ...

    async def delete(self, id: str) -> None: ...
