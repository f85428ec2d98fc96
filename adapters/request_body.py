"""What a request brings, read within bounds: what comes slowly, or does not open, holds nothing up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection
from typing import TypeVar

from aiohttp import web

PATIENCE = 5.0  # seconds for a whole body; both platforms give up before

Read = TypeVar("Read")


class BodyNotRead(Exception):
    """There is no body to speak of. `why`: what went wrong, in a word; nothing that was sent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def whole(reading: Awaitable[Read], patience: float = PATIENCE) -> Read:
    """What `request.read()` or another of its kind gives. `patience`: seconds that the body may take to come. Raises
    BodyNotRead, and aiohttp's HTTPRequestEntityTooLarge from the application's `client_max_size` on."""
    try:
        async with asyncio.timeout(patience):
            return await reading
    except web.HTTPException:
        raise
    except Exception as error:  # too slow, cut off, or packed or written in a way that can't be read
        raise BodyNotRead(type(error).__name__) from None


def has_more_values(value: object, most: int) -> bool:
    """True if there are more than `most` values within a JSON value, at any depth."""
    count, unread = 0, [value]
    while unread:
        match unread.pop():
            case dict() as fields:
                inner: Collection[object] = fields.values()
            case list() as inner:
                pass
            case _:
                continue
        count += len(inner)
        if count > most:
            return True
        unread += inner
    return False
