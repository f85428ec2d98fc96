"""A door: one way in. The server opens those that are configured, and says of the others how to open them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aiohttp import web

from bot.domain.outbox import Sender


class SurfaceOff(Exception):
    """The settings do not allow a door to open. The text tells the operator why, and what to set."""


class Surface(Protocol):
    """Made by the `open_door(settings, session, …)` of its folder, which raises SurfaceOff."""

    @property
    def name(self) -> str: ...

    def routes(self) -> Sequence[web.RouteDef]: ...

    async def start(self) -> None:
        """Before the first request, on the running loop."""
        ...

    async def stop(self) -> None:
        """After the last request."""
        ...

    @property
    def sender(self) -> Sender | None:
        """What the outbox sends by on this surface; there from `start` on. None: nothing leaves by this door."""
        ...
