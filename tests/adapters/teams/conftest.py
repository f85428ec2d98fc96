from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509

from adapters.database import SqlStore
from adapters.outbox_relay import OutboxRelay
from adapters.teams.cloud import Cloud
from adapters.teams.surface import TeamsSurface, open_surface
from adapters.teams.timing import Timing
from bot.domain.conversation import Conversation
from bot.domain.messages import Message, Paragraph, Reply
from bot.domain.outbox import Sender
from bot.domain.phrases import Phrases
from bot.domain.turn import Route, Turn
from bot.knowledge.shipped_phrases import shipped
from bot.service.session import HandOver, PostingCheck, Session
from tests.teams_connector.connector import ConnectorService
from tests.teams_connector.issuer import APP_ID, Issuer


@dataclass(frozen=True)
class Settings:
    microsoft_app_id: str = ""
    microsoft_app_password: str = ""
    microsoft_app_tenant_id: str = ""
    microsoft_app_type: str = "SingleTenant"
    microsoft_app_certificate: str = ""
    microsoft_app_federated_token_file: str = ""
    microsoft_app_federated_identity: str = ""
    teams_cloud: str = "Public"
    allowed_tenants: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    teams_experts_channel: str = ""
    teams_private_answers: bool = True
    teams_feedback: bool = True
    teams_service_url: str = ""
    teams_development: str = ""


WITH_APP_ID = Settings(APP_ID, "app-password", "tenant-of-the-app")


@dataclass
class TinySession:
    """Answers every message the same way, unless told otherwise, and keeps what it was asked."""

    reply: Callable[[Message], Awaitable[Reply]] | None = None
    heard: list[Message] = field(default_factory=list)
    whole: Session | None = None  # the real one
    store: SqlStore | None = None
    phrases: Phrases = field(default_factory=shipped)

    async def respond(self, message: Message, posting_check: PostingCheck | None = None, /) -> Reply:
        self.heard.append(message)
        return await self.whole.respond(message, posting_check) if self.whole else await self._reply_to(message)

    async def hand_over(
        self, message: Message, to: HandOver, posting_check: PostingCheck | None = None, /
    ) -> Reply | None:
        """Within the real session's transaction, also where the reply is made up."""
        self.heard.append(message)
        if self.whole is not None:
            return await self.whole.hand_over(message, to, posting_check)
        assert self.store is not None
        return await Session(Replying(await self._reply_to(message)), self.store).hand_over(message, to, posting_check)

    async def _reply_to(self, message: Message) -> Reply:
        if self.reply is not None:
            return await self.reply(message)
        return Reply("answer", "An answer", body=(Paragraph("In one sentence."),))


@dataclass(frozen=True)
class Replying:
    """Takes every turn by saying the same."""

    reply: Reply
    phrases: Phrases = field(default_factory=shipped)

    def route(self, message: Message, conversation: Conversation) -> Route:
        return Route(message.text)

    def turn(self, message: Message, conversation: Conversation, route: Route | None = None) -> Turn:
        return Turn(self.reply, conversation)

    def without_names(self, text: str) -> str:
        return text


@dataclass
class FakeTime:
    """Passes only by sleeping."""

    now: float = 0.0
    began: float = 1_700_000_000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    @property
    def date(self) -> float:
        """Seconds since 1970."""
        return self.began + self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class World:
    """A running server with the Teams surface, the connector it sends to, and the issuer of tokens."""

    url: str
    session: TinySession
    connector: ConnectorService
    issuer: Issuer
    time: FakeTime
    http: aiohttp.ClientSession
    surface: TeamsSurface
    store: SqlStore

    async def post(self, activity: Any, token: str | None = None, **request: Any) -> tuple[int, Any]:
        """The status and the body, read as JSON where it is."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = request or {"json": activity}
        async with self.http.post(f"{self.url}/api/messages", headers=headers, **body) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else await response.text()

    async def post_signed(self, activity: dict[str, Any], **claims: Any) -> tuple[int, Any]:
        token = self.issuer.token(self.issuer.claims(activity["serviceUrl"], **claims))
        return await self.post(activity, token)


MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def make_world(sqlite_file: Path, tmp_path: Path) -> AsyncIterator[MakeWorld]:
    numbers = itertools.count(1)
    async with AsyncExitStack() as stack:

        async def make(
            settings: Settings = Settings(),
            session: TinySession | None = None,
            cloud: Callable[[Issuer], Cloud] | None = None,
            slow: float = 60.0,
            login: float = 60.0,
            patience: float = 60.0,
            beside: World | None = None,
            certificate: x509.Certificate | None = None,
            trusted: str = "",
        ) -> World:
            """`beside`: another process on the same database, as it were, that sends to the same connector. Without an
            app id the connector is the development client. `certificate`, `trusted`: see Issuer."""
            session = session or TinySession()
            connector = beside.connector if beside else await stack.enter_async_context(ConnectorService())
            issuer = await stack.enter_async_context(Issuer())
            issuer.certificate, issuer.trusted = certificate, trusted
            if not settings.microsoft_app_id and not settings.teams_development:
                settings = replace(settings, teams_development=connector.url)
            passing = FakeTime()
            file = tmp_path / f"{next(numbers) - bool(beside)}.db"
            if not beside:
                shutil.copy(sqlite_file, file)
            store = session.store = SqlStore.at(f"sqlite:///{file}")
            stack.push_async_callback(store.close)
            senders: dict[str, Sender] = {}
            relay = OutboxRelay(store, senders, shipped, clock=lambda: passing.date)
            surface = open_surface(
                settings,
                session,
                store,
                relay,
                cloud=cloud(issuer)
                if cloud
                else (issuer.cloud() if settings.microsoft_app_id and settings.teams_cloud == "Public" else None),
                timing=Timing(slow, passing.clock, passing.sleep, lambda: passing.date, login, patience),
            )
            app = web.Application()
            app.add_routes(surface.routes())
            await surface.start()
            senders["teams"] = surface.sender
            stack.push_async_callback(surface.stop)
            server = TestServer(app)
            await server.start_server(auto_decompress=False)  # as `adapters.server` does
            stack.push_async_callback(server.close)
            http = await stack.enter_async_context(aiohttp.ClientSession())
            return World(str(server.make_url("")), session, connector, issuer, passing, http, surface, store)

        yield make


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """Without an app id, for the connector alone."""
    return await make_world()
