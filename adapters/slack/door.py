"""Opens the Slack door: `POST /slack/events`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from adapters.door import DoorStaysShut
from adapters.settings import Settings
from adapters.slack.actions import command
from adapters.slack.app import App, Session, error_of
from adapters.slack.commands import advisor
from adapters.slack.events import app_mention, message
from adapters.slack.sender import SlackSender

log = structlog.get_logger(__name__)

LISTENERS = (advisor, message, app_mention, command)
PATH = "/slack/events"
TIMEOUT = 10  # seconds for a call of Slack's Web API


class SlackDoor:
    """Serves Slack. `start` before the first request, `stop` at the end."""

    name = "slack"

    def __init__(self, settings: Settings, session: Session) -> None:
        self._settings = settings
        self._session = session
        self._stack = AsyncExitStack()
        self._bolt: AsyncApp | None = None
        self._sender: SlackSender | None = None

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.post(PATH, self._handle)]

    @property
    def sender(self) -> SlackSender:
        """What the outbox sends by. There from `start` on."""
        if self._sender is None:
            raise RuntimeError("the door is not started")
        return self._sender

    async def start(self) -> None:
        http = await self._stack.enter_async_context(aiohttp.ClientSession(trust_env=True))
        client = AsyncWebClient(
            token=self._settings.slack_bot_token.get_secret_value(),
            base_url=self._settings.slack_api_url,
            timeout=TIMEOUT,
            session=http,
            retry_handlers=[
                AsyncConnectionErrorRetryHandler(),
                AsyncRateLimitErrorRetryHandler(),
                AsyncServerErrorRetryHandler(),
            ],
        )
        # Handled before it is acknowledged: what fails is delivered again, and nothing is lost in a crash.
        bolt = AsyncApp(
            client=client,
            signing_secret=self._settings.slack_signing_secret.get_secret_value(),
            process_before_response=True,
        )
        app = App(bolt, self._session)
        for listener in LISTENERS:
            listener.register(app)
        self._bolt = bolt
        self._sender = SlackSender(client)
        await _try_token(client)

    async def stop(self) -> None:
        self._bolt = None
        await self._stack.aclose()

    async def _handle(self, request: web.Request) -> web.Response:
        if self._bolt is None:
            return web.Response(status=503)
        return await to_aiohttp_response(await self._bolt.async_dispatch(await to_bolt_request(request)))


def open_door(settings: Settings, session: Session) -> SlackDoor:
    """The door, not started yet. Raises DoorStaysShut where it is not configured."""
    if not settings.slack_bot_token.get_secret_value() and not settings.slack_signing_secret.get_secret_value():
        raise DoorStaysShut("Set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET to open it; docs/slack.md says how.")
    if not settings.slack_bot_token.get_secret_value():
        raise DoorStaysShut("SLACK_SIGNING_SECRET is set, and SLACK_BOT_TOKEN is not.")
    if not settings.slack_signing_secret.get_secret_value():
        raise DoorStaysShut("SLACK_BOT_TOKEN is set, and SLACK_SIGNING_SECRET is not: requests could not be checked.")
    return SlackDoor(settings, session)


async def _try_token(client: AsyncWebClient) -> None:
    """Tell the operator at once when Slack refuses the token. It is tried again with each request."""
    try:
        await client.auth_test()
    except SlackApiError as error:
        log.error("slack.token_refused", error=error_of(error), remedy="check SLACK_BOT_TOKEN")
    except (aiohttp.ClientError, TimeoutError) as error:
        log.error("slack.unreachable", error=type(error).__name__)
