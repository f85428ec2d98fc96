"""Reading request bodies with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection
from typing import TypeVar

from aiohttp import web

PATIENCE = 5.0  # seconds for a whole body; both platforms time out earlier

Read = TypeVar("Read")


class BodyNotRead(Exception):
    """The body could not be read. `why`: the type of the error, without any content."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def whole(reading: Awaitable[Read], patience: float = PATIENCE) -> Read:
    """The result of `request.read()`, `request.post()` or the like, within `patience` seconds. Raises BodyNotRead, and
    aiohttp's HTTPRequestEntityTooLarge above the application's `client_max_size`."""
    try:
        async with asyncio.timeout(patience):
            return await reading
    except web.HTTPException:
        raise
    except Exception as error:  # timeout, disconnect, wrong encoding or compression
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
