"""The Slack surface: `POST /slack/events`, Socket Mode, and the pages on which workspaces install the app."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Protocol

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.admission import is_refused
from adapters.counting import UNCOUNTED, Counting
from adapters.refusals import RefusalLog
from adapters.request_body import PATIENCE
from adapters.settings import Settings
from adapters.slack import sdk_logs
from adapters.slack.actions import command, link
from adapters.slack.answers import slacks_answers_only
from adapters.slack.app import App, Clock, OutboxRelay, Session
from adapters.slack.busy import BusyAnswers, kind_of
from adapters.slack.commands import advisor
from adapters.slack.deadline import BackgroundWork
from adapters.slack.events import (
    app_context_changed,
    app_home_opened,
    app_mention,
    app_uninstalled,
    assistant_thread_context_changed,
    assistant_thread_started,
    function_executed,
    message,
    tokens_revoked,
)
from adapters.slack.failures import error_handler
from adapters.slack.home import HomeDetails
from adapters.slack.install_pages import INSTALL, REDIRECT, InstallFlow
from adapters.slack.installations import Installations
from adapters.slack.organisation import CountAsMembers
from adapters.slack.pace import Pace
from adapters.slack.remedies import explained
from adapters.slack.request_reader import RETRY, NotVerified, Unreadable, bolt_request, verified_body
from adapters.slack.response_urls import SlackApp
from adapters.slack.responses import as_json, retry_handlers
from adapters.slack.sender import SlackSender
from adapters.slack.settings_check import check, experts_in, signing_secret
from adapters.slack.shortcuts import advise, ask, triage
from adapters.slack.socket_mode import SocketModeHandler
from adapters.slack.token_cipher import TokenCipher
from adapters.slack.token_rotation import TokenRotation
from adapters.slack.views import form
from adapters.slack.workspaces import ManyWorkspaces, OneWorkspace, TokenUnchecked
from bot.domain.phrases import Phrases
from bot.service.ports import Store

log = structlog.get_logger(__name__)

LISTENERS = (
    advisor,
    message,
    app_mention,
    app_home_opened,
    app_context_changed,
    assistant_thread_started,
    assistant_thread_context_changed,
    function_executed,
    app_uninstalled,
    tokens_revoked,
    command,
    link,
    form,
    ask,
    triage,
    advise,
)
PATH = "/slack/events"
TIMEOUT = 40  # seconds for a call of Slack's Web API: only its response tells whether a message was posted
CONNECTING = 10.0  # seconds that the start waits for the websocket
CLOSING = 2.0  # seconds that background work may take when the server stops


class Database(Store, Protocol):
    """The store, and its engine for the SDK's own stores."""

    @property
    def engine(self) -> AsyncEngine: ...


class SlackSurface:
    """Serves Slack. `start` before the first request, `stop` at the end."""

    name = "slack"

    def __init__(
        self,
        settings: Settings,
        session: Session,
        store: Database,
        relay: OutboxRelay,
        cipher: TokenCipher,
        clock: Clock,
        patience: float,
        counting: Counting,
    ) -> None:
        self._settings = settings
        self._secret = signing_secret(settings)
        self._patience = patience
        self._clock = clock
        self._counting = counting
        self._refusals = RefusalLog("slack.request_refused", clock, count=partial(counting.turned_away, self.name))
        self._session = session
        self._store = store
        self._relay = relay
        self._cipher = cipher
        self._busy = BusyAnswers(self._phrases)
        self._stack = AsyncExitStack()
        self._bolt: SlackApp | None = None
        self._flow: InstallFlow | None = None
        self._sender: SlackSender | None = None
        self._background: BackgroundWork | None = None

    def routes(self) -> Sequence[web.RouteDef]:
        served = []
        if self._secret:
            served.append(web.post(PATH, self._handle))
        if self._settings.slack_client_id:
            served += [web.get(INSTALL, self._install), web.get(REDIRECT, self._install)]
        return served

    @property
    def sender(self) -> SlackSender:
        """Sends the outbox items. Raises RuntimeError before `start`."""
        if self._sender is None:
            raise RuntimeError("the surface is not started")
        return self._sender

    async def start(self) -> None:
        settings = self._settings
        # The SDK reads the environment's proxy itself; with `trust_env`, aiohttp would read ~/.netrc with every call.
        self._http = await self._stack.enter_async_context(
            aiohttp.ClientSession(json_serialize=as_json, middlewares=(slacks_answers_only(settings.slack_api_url),))
        )
        client = self._client(None)
        workspaces: OneWorkspace | ManyWorkspaces
        if settings.slack_client_id:
            installations = Installations(self._store.engine, settings.slack_client_id, self._cipher)
            secret = settings.slack_client_secret.get_secret_value()
            tokens = TokenRotation(installations, settings.slack_client_id, secret, client)
            self._stack.push_async_callback(tokens.close)
            workspaces = ManyWorkspaces(installations, tokens, self._client)
            self._flow = InstallFlow(settings, self._store.engine, installations, client, self._phrases)
        else:
            workspaces = OneWorkspace(self._client(settings.slack_bot_token.get_secret_value()))
            await _check_token(workspaces)
        bolt = SlackApp(
            api_url=settings.slack_api_url,
            logger=sdk_logs.BOLT,
            client=client,
            request_verification_enabled=False,  # done in `_handle`
            # A request is acknowledged after it was handled: Slack delivers again what failed or was lost in a crash.
            process_before_response=True,
            authorize=workspaces,
            oauth_flow=self._flow,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,  # no listener takes their arguments
        )
        bolt.use(CountAsMembers())
        self._sender = SlackSender(workspaces.client, Pace(settings.slack_seconds_apart), self._phrases)
        app = App(
            bolt,
            self._session,
            self._store,
            self._relay,
            self._sender,
            workspaces,
            experts=experts_in(settings.slack_experts_channel),
            home_details=HomeDetails(
                settings.support_url, settings.privacy_url, settings.security_contact, settings.retention
            ),
            clock=self._clock,
            counting=self._counting,
        )
        for listener in LISTENERS:
            listener.register(app)
        bolt.error(error_handler(self._phrases, app.background))
        self._background = app.background
        self._bolt = bolt
        if app_token := settings.slack_app_token.get_secret_value():
            await self._connect(bolt, app_token, client)

    async def stop(self) -> None:
        if self._background is not None:
            await self._background.close(CLOSING)
        await self._stack.aclose()
        self._bolt = self._flow = None

    def _phrases(self) -> Phrases:
        """The phrases of the knowledge that is served at the moment."""
        return self._session.phrases

    def _client(self, token: str | None) -> AsyncWebClient:
        return AsyncWebClient(
            token=token,
            base_url=self._settings.slack_api_url,
            timeout=TIMEOUT,
            session=self._http,
            logger=sdk_logs.WEB_API,
            retry_handlers=retry_handlers(),
        )

    async def _connect(self, bolt: SlackApp, app_token: str, client: AsyncWebClient) -> None:
        """Open the websocket. Where that takes longer than `CONNECTING`, the SDK goes on trying."""
        handler = SocketModeHandler(bolt, app_token, web_client=client)
        connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]

        async def end() -> None:
            connecting.cancel()
            await handler.close_async()  # type: ignore[no-untyped-call]

        self._stack.push_async_callback(end)
        done, _ = await asyncio.wait({connecting}, timeout=CONNECTING)
        if not done:
            log.error("slack.socket_not_connected", remedy="check SLACK_APP_TOKEN; it is tried again")

    async def _handle(self, request: web.Request) -> web.Response:
        if self._bolt is None:
            return web.Response(status=503)
        try:
            body = await verified_body(request, self._secret, time.time(), self._patience)
            retry = request.headers.get(RETRY, "")
            answer = self._busy.to(kind_of(body, request.content_type), retry) if is_refused() else None
            if answer is None:
                answer = await self._bolt.async_dispatch(bolt_request(body, request.content_type, retry))
        except NotVerified as refused:
            self._refusals.add(refused.why)
            return web.Response(status=401)
        except Unreadable:
            log.warning("slack.request_unreadable")
            return web.Response(status=400)
        return web.Response(status=answer.status, body=answer.body.encode(), headers=answer.first_headers())

    async def _install(self, request: web.Request) -> web.Response:
        if self._flow is None:
            return web.Response(status=503)
        return await to_aiohttp_response(await self._flow.answer(request))


def open_surface(
    settings: Settings,
    session: Session,
    store: Database,
    relay: OutboxRelay,
    clock: Clock = time.time,
    patience: float = PATIENCE,
    counting: Counting = UNCOUNTED,
) -> SlackSurface:
    """The surface, not started yet. `patience`: seconds that a request may take to arrive. Raises SurfaceOff,
    and SurfaceMisconfigured."""
    cipher = check(settings)
    return SlackSurface(settings, session, store, relay, cipher, clock, patience, counting)


async def _check_token(workspace: OneWorkspace) -> None:
    """Log at the start that Slack refuses the token. It is checked again with each request."""
    try:
        await workspace.bot()
    except SlackApiError as error:
        log.error("slack.token_refused", **explained(error))
    except TokenUnchecked as unchecked:
        log.error(
            "slack.token_unchecked", code=unchecked.code, remedy="check the connection to Slack; it is tried again"
        )
