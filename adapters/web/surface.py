"""Opens the web door: the page, and the workbench."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from aiohttp import web
from pydantic import SecretStr

from adapters.owner_link import OwnerLink
from adapters.transcripts import Store
from adapters.web import site
from adapters.web.gate import Gate
from adapters.web.pages import about as house
from adapters.web.pages import conversation, evaluate, gaps, knowledge, why, workbench
from adapters.web.site import Preview, Serving, Session, Site


class WebSettings(site.WebSettings, Protocol):
    @property
    def workbench_password(self) -> SecretStr: ...


class WebSurface:
    """Serves browsers. Nothing leaves by it unasked: who is on the page hears when they say something."""

    name = "web"
    sender = None

    def __init__(self, routes: Sequence[web.RouteDef]) -> None:
        self._routes = routes

    def routes(self) -> Sequence[web.RouteDef]:
        return self._routes

    async def start(self) -> None:
        """Nothing has to run for it."""

    async def stop(self) -> None:
        """Nothing runs for it."""


def open_surface(
    settings: WebSettings,
    session: Session,
    store: Store,
    host: Serving,
    previews: Mapping[str, Preview],
    entrance: OwnerLink | None = None,
    *,
    now: Callable[[], float] = time.time,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> WebSurface:
    """The door, always open. `previews`: how other surfaces would draw a reply, by the surface's name. `entrance`: the
    link by which whoever sits at this machine enters the workbench."""
    password = settings.workbench_password.get_secret_value()
    gate = Gate(password, entrance, store, public_url=settings.public_url, now=now, clock=clock, sleep=sleep)
    made = Site(settings, session, store, host, gate, previews, site.environment(), now)
    files = web.get("/static/{name}", made.guarded(site.file))
    pages = (conversation, house, workbench, why, knowledge, gaps, evaluate)
    elsewhere = web.route("*", "/{anything:.*}", made.guarded(site.nothing))  # any other route goes before it
    return WebSurface([files, *(route for page in pages for route in page.routes(made)), elsewhere])
