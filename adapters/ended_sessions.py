"""Port: revoked sessions of the workbench, so that a copied cookie stops working in every process.

Implemented by `adapters.database`, used by `adapters.web`.
"""

from __future__ import annotations

from typing import Protocol


class EndedSessions(Protocol):
    async def end(self, id: str, *, until: float, now: float) -> None:
        """Store that session `id` is revoked until it expires at `until`. Expired entries are deleted."""
        ...

    async def has_ended(self, id: str) -> bool: ...
