"""Sessions that were ended before their time. A copy of their cookie lets nobody in, in whichever process.

Kept by `adapters.database`, used by `adapters.web`.
"""

from __future__ import annotations

from typing import Protocol


class EndedSessions(Protocol):
    async def end(self, id: str, *, until: float, now: float) -> None:
        """Keep that `id` has ended, until it would have ended anyway. Those whose time is over are dropped."""
        ...

    async def has_ended(self, id: str) -> bool: ...
