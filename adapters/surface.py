"""The interface between the server and a surface (Slack, Teams, web)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from adapters.owner_link import OwnerLink
from bot.domain.outbox import Sender


class SurfaceOff(Exception):
    """The settings leave a surface switched off. The text tells the operator why, and what to set."""


class SurfaceMisconfigured(SurfaceOff):
    """It would be off although somebody set it up: in part, or with what can't be used. This ends the start."""


class Surface(Protocol):
    """Created by `open_surface(settings, session, …)` in the surface's `surface.py`, which raises SurfaceOff."""

    @property
    def name(self) -> str: ...

    def routes(self) -> Sequence[web.RouteDef]: ...

    async def start(self) -> None:
        """Called before the first request, on the running event loop."""
        ...

    async def stop(self) -> None:
        """Called after the last request."""
        ...

    @property
    def sender(self) -> Sender | None:
        """Sends outbox items to this surface; available after `start`. None if the surface sends nothing by itself."""
        ...


@dataclass(frozen=True, slots=True)
class Surfaces:
    """`off`: the reason and remedy for each surface that is off, by name. `owner_link`: logs in to the workbench; None
    if there is a password, or if other machines can reach the server."""

    on: tuple[Surface, ...]
    off: Mapping[str, str]
    owner_link: OwnerLink | None
