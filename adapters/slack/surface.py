"""Opens the Slack door: `POST /slack/events`, Socket Mode, and the pages by which workspaces install the app."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Protocol

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.request_body import PATIENCE
from adapters.settings import Settings
from adapters.slack.actions import command, link
from adapters.slack.app import App, Clock, OutboxRelay, Session
from adapters.slack.commands import advisor
from adapters.slack.deadline import Afterwards, open_window
from adapters.slack.events import (
    app_home_opened,
    app_mention,
    app_uninstalled,
    assistant_thread_context_changed,
    assistant_thread_started,
    message,
    tokens_revoked,
)
from adapters.slack.failures import error_handler
from adapters.slack.home import HomeDetails
from adapters.slack.installations import Installations
from adapters.slack.installing import INSTALL, REDIRECT, InstallFlow, answer, install_flow
from adapters.slack.pace import Pace
from adapters.slack.request_reader import NotProven, Unreadable, bolt_request, proven_body
from adapters.slack.response_urls import SlackApp
from adapters.slack.responses import as_json, error_of, retry_handlers
from adapters.slack.sender import SlackSender
from adapters.slack.shortcuts import advise, ask, triage
from adapters.slack.token_cipher import KeyUnusable, TokenCipher
from adapters.slack.views import form
from adapters.slack.workspaces import ManyWorkspaces, OneWorkspace, TokenUnchecked
from adapters.surface import SurfaceOff
from bot.domain.messages import Place
from bot.service.ports import Store

log = structlog.get_logger(__name__)
# The SDK writes each request out, blocks and all, for a logger that has no level of its own, to no avail.
_SDK_LOG = logging.getLogger("slack_sdk.client")
_SDK_LOG.setLevel(logging.WARNING)
# Bolt gives its loggers the level of the root, and writes out what people sent from "info" downward.
_BOLT_LOG = logging.getLogger("slack_bolt.AsyncApp")
_BOLT_LOG.setLevel(logging.WARNING)

LISTENERS = (
    advisor,
    message,
    app_mention,
    app_home_opened,
    assistant_thread_started,
    assistant_thread_context_changed,
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
TIMEOUT = 40  # seconds for a call of Slack's Web API: where nobody can look, a late answer is what tells
CONNECTING = 10.0  # seconds that the start waits for the websocket
LONGEST_END = 3.0  # seconds that what goes on after its request may take when the server ends
NOT_INSTALLED = "I am not installed in this workspace any more. Ask whoever runs me to install me again."


class Database(Store, Protocol):
    """The memory, and the engine under it for the stores that the SDK brings along."""

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
        seal: TokenCipher,
        clock: Clock,
        patience: float,
    ) -> None:
        self._settings = settings
        self._secret = signing_secret(settings)
        self._patience = patience
        self._clock = clock
        self._session = session
        self._store = store
        self._relay = relay
        self._seal = seal
        self._stack = AsyncExitStack()
        self._bolt: SlackApp | None = None
        self._flow: InstallFlow | None = None
        self._sender: SlackSender | None = None
        self._afterwards: Afterwards | None = None

    def routes(self) -> Sequence[web.RouteDef]:
        served = []
        if self._secret:
            served.append(web.post(PATH, self._handle))
        if self._settings.slack_client_id:
            served += [web.get(INSTALL, self._install), web.get(REDIRECT, self._install)]
        return served

    @property
    def sender(self) -> SlackSender:
        """What the outbox sends by. There from `start` on."""
        if self._sender is None:
            raise RuntimeError("the door is not started")
        return self._sender

    async def start(self) -> None:
        settings = self._settings
        _BOLT_LOG.addFilter(_is_news)
        # The SDK finds the proxy of the environment by itself; aiohttp would read ~/.netrc again with every call.
        self._http = await self._stack.enter_async_context(aiohttp.ClientSession(json_serialize=as_json))
        client = self._client(None)
        workspaces: OneWorkspace | ManyWorkspaces
        if settings.slack_client_id:
            installations = Installations(self._store.engine, settings.slack_client_id, self._seal)
            workspaces = ManyWorkspaces(installations, self._client)
            self._flow = install_flow(settings, self._store.engine, installations, client)
        else:
            workspaces = OneWorkspace(self._client(settings.slack_bot_token.get_secret_value()))
            await _try_token(workspaces)
        bolt = SlackApp(
            api_url=settings.slack_api_url,
            logger=_BOLT_LOG,
            client=client,
            request_verification_enabled=False,  # done before Bolt is handed anything: `_handle`
            # Handled before it is acknowledged: what fails is delivered again, and nothing is lost in a crash.
            process_before_response=True,
            before_authorize=open_window,
            authorize=workspaces,
            oauth_flow=self._flow,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,  # listeners take nothing but the body, the client and such
            user_facing_authorize_error_message=NOT_INSTALLED,
        )
        app = App(
            bolt,
            self._session,
            self._store,
            self._relay,
            workspaces,
            experts=experts_in(settings.slack_experts_channel),
            house=HomeDetails(
                settings.support_url, settings.privacy_url, settings.security_contact, settings.retention
            ),
            clock=self._clock,
        )
        for listener in LISTENERS:
            listener.register(app)
        bolt.error(error_handler(lambda: self._session.phrases, app.afterwards))
        self._afterwards = app.afterwards
        self._sender = SlackSender(workspaces.client, Pace(settings.slack_seconds_apart))
        self._bolt = bolt
        if app_token := settings.slack_app_token.get_secret_value():
            await self._connect(bolt, app_token, client)

    async def stop(self) -> None:
        if self._afterwards is not None:
            await self._afterwards.close(LONGEST_END)
        await self._stack.aclose()
        self._bolt = self._flow = None

    def _client(self, token: str | None) -> AsyncWebClient:
        return AsyncWebClient(
            token=token,
            base_url=self._settings.slack_api_url,
            timeout=TIMEOUT,
            session=self._http,
            logger=_SDK_LOG,
            retry_handlers=retry_handlers(),
        )

    async def _connect(self, bolt: SlackApp, app_token: str, client: AsyncWebClient) -> None:
        """Open the websocket. Where Slack does not answer, the server starts all the same, and it is tried again."""
        handler = AsyncSocketModeHandler(bolt, app_token, web_client=client)
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
            body = await proven_body(request, self._secret, time.time(), self._patience)
            asked = bolt_request(request, body)
        except NotProven as refused:
            log.warning("slack.request_refused", why=refused.why)
            return web.Response(status=401)
        except Unreadable:
            log.warning("slack.request_unreadable")
            return web.Response(status=400)
        return await to_aiohttp_response(await self._bolt.async_dispatch(asked))

    async def _install(self, request: web.Request) -> web.Response:
        if self._flow is None:
            return web.Response(status=503)
        return await to_aiohttp_response(await answer(self._flow, request))


def open_surface(
    settings: Settings,
    session: Session,
    store: Database,
    relay: OutboxRelay,
    clock: Clock = time.time,
    patience: float = PATIENCE,
) -> SlackSurface:
    """The door, not started yet. `patience`: seconds that a request may take to come in. Raises SurfaceOff where it
    is not configured."""
    if problem := _problem_with(settings):
        raise SurfaceOff(problem)
    try:
        seal = TokenCipher(settings.encryption_key.get_secret_value())
    except KeyUnusable as unusable:
        raise SurfaceOff(str(unusable)) from None
    return SlackSurface(settings, session, store, relay, seal, clock, patience)


def _problem_with(settings: Settings) -> str:
    """What is missing, in words for the operator; empty where the door can be opened."""
    token = settings.slack_bot_token.get_secret_value()
    secret = signing_secret(settings)
    socket = settings.slack_app_token.get_secret_value()
    id, client_secret = settings.slack_client_id, settings.slack_client_secret.get_secret_value()
    if not any((token, secret, socket, id, client_secret)):
        return "Set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET to open it; docs/slack.md says how."
    if token and id:
        return "Set SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID and its secret for several, not both."
    if not token and not id:
        return "Neither SLACK_BOT_TOKEN, for one workspace, nor SLACK_CLIENT_ID, for several, is set."
    if id and not client_secret:
        return "SLACK_CLIENT_ID is set, and SLACK_CLIENT_SECRET is not."
    if not secret and (id or not socket):
        return "SLACK_SIGNING_SECRET is not set: requests could not be checked. Or set SLACK_APP_TOKEN for Socket Mode."
    return ""


def signing_secret(settings: Settings) -> str:
    """Empty where none is set: blanks alone are no secret."""
    return settings.slack_signing_secret.get_secret_value().strip()


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt reads SLACK_BOT_TOKEN by itself, and warns that the client has one already."""
    return "`token` will be unused" not in record.getMessage()


def experts_in(setting: str) -> dict[str, Place]:
    """SLACK_EXPERTS_CHANNEL: a channel's id, or, for several workspaces, TEAM/CHANNEL separated by commas."""
    found = {}
    for part in filter(None, (one.strip() for one in setting.split(","))):
        team, _, channel = part.rpartition("/")
        found[team] = Place("slack", team, channel)
    return found


async def _try_token(workspace: OneWorkspace) -> None:
    """Tell the operator at once when Slack refuses the token. It is tried again with each request."""
    try:
        await workspace.bot()
    except SlackApiError as error:
        log.error("slack.token_refused", error=error_of(error), remedy="check SLACK_BOT_TOKEN")
    except TokenUnchecked as unchecked:
        log.error("slack.token_unchecked", error=unchecked.code)
