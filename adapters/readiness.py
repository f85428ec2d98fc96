"""`/readyz`: whether a turn could be taken here, for what spreads requests over processes."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.service.ports import Store, StoreUnavailable

WAIT = 2.0  # seconds in which the database has to answer


class Readiness:
    """Ready until `drain`, while the database answers."""

    def __init__(self) -> None:
        self._draining = False

    def drain(self) -> None:
        """Not ready from now on: the process ends soon, and requests are to go elsewhere. Those that come are taken."""
        self._draining = True

    async def answer(self, store: Store) -> web.Response:
        """200 if a turn could be taken, else 503."""
        if self._draining:
            return web.json_response({"status": "this process ends soon"}, status=503)
        try:
            async with asyncio.timeout(WAIT), store.transaction():
                return web.json_response({"status": "ready"})
        except (StoreUnavailable, TimeoutError):
            return web.json_response({"status": "the database does not answer"}, status=503)
