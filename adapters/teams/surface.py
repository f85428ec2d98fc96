"""The Teams surface: wires its parts, and serves `POST /api/messages`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web

from adapters.counting import UNCOUNTED, Counting
from adapters.loopback import has_origin
from adapters.references import Store
from adapters.refusals import RefusalLog
from adapters.teams.adapter import Adapter, Authentication
from adapters.teams.app import App, OutboxRelay, Session
from adapters.teams.channels import Channels
from adapters.teams.cloud import Cloud, TeamsSettings, is_safe_url
from adapters.teams.connector import Connector
from adapters.teams.conversation_updates import changed, deleted
from adapters.teams.credentials import Credentials, LoginFailed
from adapters.teams.directory import Directory
from adapters.teams.installation_updates import add, remove
from adapters.teams.invokes import adaptive_card_action, message_action, message_extension_query, message_feedback
from adapters.teams.login_settings import LogIn
from adapters.teams.messages import message
from adapters.teams.remedies import REQUESTS
from adapters.teams.sender import TeamsSender
from adapters.teams.settings_check import check
from adapters.teams.signing_keys import SigningKeys
from adapters.teams.targeted import Targeted
from adapters.teams.timing import Timing
from adapters.teams.tokens import TokenCheck

LISTENERS = (
    message, add, remove, changed, deleted,
    adaptive_card_action, message_extension_query, message_action, message_feedback,
)  # fmt: skip
PATH = "/api/messages"
FETCH_TIMEOUT = aiohttp.ClientTimeout(total=10)  # seconds


class TeamsSurface:
    """Serves Teams. `start` before the first request, `stop` at the end."""

    name = "teams"

    def __init__(
        self,
        settings: TeamsSettings,
        session: Session,
        store: Store,
        relay: OutboxRelay,
        cloud: Cloud,
        log_in: LogIn | None,
        timing: Timing,
        counting: Counting,
    ) -> None:
        """`log_in`: None for a bot without an app id."""
        self._settings = settings
        self._session = session
        self._store = store
        self._relay = relay
        self._cloud = cloud
        self._log_in = log_in
        self._timing = timing
        self._counting = counting
        self._stack = AsyncExitStack()
        self._app: App | None = None
        self._adapter: Adapter | None = None
        self._sender: TeamsSender | None = None
        self._login: asyncio.Task[None] | None = None

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.post(PATH, self._handle)]

    @property
    def sender(self) -> TeamsSender:
        """The sender for the outbox. Raises RuntimeError before `start`."""
        if self._sender is None:
            raise RuntimeError("the surface is not started")
        return self._sender

    async def start(self) -> None:
        timing = self._timing
        http = await self._stack.enter_async_context(aiohttp.ClientSession(trust_env=True))
        loopback = await self._stack.enter_async_context(aiohttp.ClientSession())
        credentials = Credentials(self._log_in(http) if self._log_in else None, timing.clock, timing.login)
        self._stack.callback(credentials.close)
        connector = Connector(http, loopback, credentials, timing.clock, timing.sleep)
        settings = self._settings
        app_id = settings.microsoft_app_id
        check = self._token_check(app_id, http) if app_id else None
        directory = Directory(
            self._store,
            # Without an app id only the development client is sent to.
            is_usable=is_safe_url if app_id else partial(has_origin, origin=settings.teams_development),
            fallback=self._cloud.service_url if app_id else "",
            experts_channel=settings.teams_experts_channel,
            experts_tenant=settings.microsoft_app_tenant_id,
            clock=timing.clock,
        )
        channels = Channels(directory, connector, timing.clock, timing.patience)
        targeted = Targeted(connector, directory)
        private = settings.teams_private_answers and bool(app_id)  # a development client knows no targeted messages
        self._app = App(
            self._session,
            directory,
            channels,
            self._store,
            self._relay,
            targeted,
            private=private,
            rated=settings.teams_feedback and bool(app_id) and self._cloud.feedback,
            slow=timing.slow,
            now=timing.now,
            counting=self._counting,
        )
        for listener in LISTENERS:
            listener.register(self._app)
        self._sender = TeamsSender(
            connector, directory, channels, targeted, lambda: self._session.phrases, private=private
        )
        tenants = frozenset(settings.allowed_tenants)
        authentication = Authentication(app_id, check, connector, tenants, settings.teams_development)
        refusals = RefusalLog(
            "teams.request_refused", timing.clock, REQUESTS, partial(self._counting.turned_away, self.name)
        )
        self._adapter = Adapter(authentication, refusals, partial(self._counting.repeated, self.name))
        self._login = asyncio.create_task(_log_in(credentials))  # so that the first reply need not wait

    async def stop(self) -> None:
        self._adapter = None
        if self._login is not None:
            self._login.cancel()
        await self._stack.aclose()

    async def _handle(self, request: web.Request) -> web.Response:
        if self._adapter is None or self._app is None:
            return web.Response(status=503)
        return await self._adapter.process(request, self._app)

    def _token_check(self, app_id: str, http: aiohttp.ClientSession) -> TokenCheck:
        async def fetch(url: str) -> Any:
            async with http.get(url, timeout=FETCH_TIMEOUT, raise_for_status=True) as response:
                return await response.json(content_type=None)

        keys = SigningKeys(self._cloud.openid_url, fetch, self._timing.clock)
        return TokenCheck(app_id, self._cloud, keys)


def open_surface(
    settings: TeamsSettings,
    session: Session,
    store: Store,
    relay: OutboxRelay,
    *,
    cloud: Cloud | None = None,
    timing: Timing = Timing(),  # noqa: B008  (frozen)
    counting: Counting = UNCOUNTED,
) -> TeamsSurface:
    """The surface, not started yet. `cloud`: instead of the one in the settings. Raises SurfaceOff, and
    SurfaceMisconfigured."""
    cloud, log_in = check(settings, cloud)
    return TeamsSurface(settings, session, store, relay, cloud, log_in, timing, counting)


async def _log_in(credentials: Credentials) -> None:
    with suppress(LoginFailed):  # it is logged
        await credentials.token()
