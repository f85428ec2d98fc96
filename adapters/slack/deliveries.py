"""Slack delivers an event again when it was not acknowledged within three seconds. Each is answered once.

The session gives a delivery that it saw before the reply it got then; what it cannot know is whether that reply was
sent. This is the part that this process knows.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

KEPT = 10_000


class Deliveries:
    """What is being answered now, and what was answered lately."""

    def __init__(self) -> None:
        self._answered: OrderedDict[tuple[str, str], asyncio.Future[bool]] = OrderedDict()

    @asynccontextmanager
    async def once(self, tenant: str, delivery: str) -> AsyncIterator[bool]:
        """Gives True to the first, False to the others, who wait until the first is done. A block that raises did not
        answer, so that the next delivery is the first again."""
        key = tenant, delivery
        while delivery and (running := self._answered.get(key)) is not None:
            if await asyncio.shield(running):
                yield False
                return
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if delivery:
            self._answered[key] = future
            if len(self._answered) > KEPT:
                self._answered.popitem(last=False)
        try:
            yield True
        except BaseException:
            self._answered.pop(key, None)
            future.set_result(False)
            raise
        future.set_result(True)
