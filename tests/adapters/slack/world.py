"""The Slack surface on a port of its own, with any session behind it: it starts faster than the whole server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.database import SqlStore
from adapters.outbox_relay import OutboxRelay
from adapters.request_body import PATIENCE
from adapters.settings import read_settings
from adapters.slack.app import Session
from adapters.slack.surface import SlackSurface, open_surface
from bot.domain.outbox import Sender
from bot.knowledge.shipped_phrases import shipped
from tests.slack_workspace.person import HttpWire
from tests.slack_workspace.service import Service
from tests.slack_workspace.workspace import SECRET


@dataclass
class Clock:
    """Shows the time that the test says."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class World:
    url: str
    wire: HttpWire
    store: SqlStore
    relay: OutboxRelay
    http: aiohttp.ClientSession
    app: web.Application
    surface: SlackSurface

    async def waiting(self) -> int:
        """How much is still to be sent."""
        async with self.store.transaction() as unit:
            return await unit.outbox.waiting()

    async def quiet(self) -> None:
        """Return when nothing waits to be sent."""
        while await self.waiting():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


MakeSession = Callable[[SqlStore, OutboxRelay], Session]


@asynccontextmanager
async def opened(
    service: Service,
    database: str,
    make_session: MakeSession,
    clock: Clock,
    patience: float = PATIENCE,
    **settings: object,
) -> AsyncIterator[World]:
    """The surface with its outbox, as long as the block lasts. `database` has the schema already."""
    given = {"slack_signing_secret": SECRET, "slack_api_url": service.api_url, "slack_seconds_apart": 0, **settings}
    async with AsyncExitStack() as stack:
        store = SqlStore.at(database)
        stack.push_async_callback(store.close)
        senders: dict[str, Sender] = {}
        relay = OutboxRelay(store, senders, shipped, clock=clock, monotonic=clock, poll=0.05)
        session = make_session(store, relay)
        surface = open_surface(read_settings(**given), session, store, relay, clock, patience)
        await surface.start()
        stack.push_async_callback(surface.stop)
        senders["slack"] = surface.sender
        running = asyncio.create_task(relay.run())

        async def end() -> None:
            relay.close()
            await running

        stack.push_async_callback(end)
        app = web.Application()
        app.add_routes(surface.routes())
        server = TestServer(app)
        await stack.enter_async_context(server)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        url = str(server.make_url("")).rstrip("/")
        yield World(url, HttpWire(url, http), store, relay, http, app, surface)
